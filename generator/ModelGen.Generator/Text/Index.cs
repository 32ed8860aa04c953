using System.Globalization;

namespace ModelGen.Generator.Text;

/// <summary>
/// Offsets as C# text: sums of index × stride in which constants are folded and zeros are left out, so that the generated code says no more
/// than it must.
/// </summary>
internal static class Index
{
    /// <summary>The sum of all terms and a constant; <c>0</c> if nothing is left.</summary>
    public static string Sum(long constant, params (string Index, long Stride)[] terms)
    {
        var parts = new List<string>();
        foreach ((string index, long stride) in terms)
        {
            if (long.TryParse(index, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long known))
                constant = checked(constant + known * stride);
            else if (stride != 0)
                parts.Add(Times(index, stride));
        }
        if (constant != 0 || parts.Count == 0)
            parts.Add(constant.ToString(CultureInfo.InvariantCulture));
        return string.Join(" + ", parts).Replace("+ -", "- ");
    }

    /// <summary>A reference to the element of <paramref name="array"/> at an offset.</summary>
    public static string Ref(string array, string offset) => offset == "0" ? $"ref {array}" : $"ref Unsafe.Add(ref {array}, {offset})";

    /// <summary>The element itself.</summary>
    public static string Element(string array, string offset) => offset == "0" ? array : $"Unsafe.Add(ref {array}, {offset})";

    public static string Element(string array, int offset) => Element(array, offset.ToString(CultureInfo.InvariantCulture));

    /// <summary>The sum of an index that may be a constant and a constant.</summary>
    public static string Plus(string index, int constant) => Sum(constant, (index, 1));

    // Samples can be many: their offsets are computed in 64 bits where the process has them.
    private static string Times(string index, long stride)
    {
        string wide = index == "n" ? "(nint)n" : index.IndexOf(' ') >= 0 && stride != 1 ? $"({index})" : index;
        return stride == 1 ? wide : $"{wide} * {stride.ToString(CultureInfo.InvariantCulture)}";
    }
}
