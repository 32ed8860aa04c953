using System.Globalization;
using System.Text;

namespace ModelGen;

/// <summary>How the weights code writes names, shapes and numbers into messages: one culture, bounded length, one line.</summary>
/// <remarks>Names in a weights file are untrusted: a key can be megabytes long or hold line breaks and terminal escapes.</remarks>
internal static class MessageText
{
    const int MaxNameLength = 120;
    const int MaxDimensions = 12;

    /// <summary>Quotes <paramref name="name"/>, with what cannot be seen escaped and the tail of a very long name cut.</summary>
    public static string Quote(string name)
    {
        var text = new StringBuilder(Math.Min(name.Length, MaxNameLength) + 2).Append('\'');
        Printable.Append(text, name.Length > MaxNameLength ? name[..MaxNameLength] : name);
        if (name.Length > MaxNameLength) text.Append(Invariant($"… ({name.Length} characters)"));
        return text.Append('\'').ToString();
    }

    /// <summary>Writes a shape the way PyTorch does: <c>[6, 1, 5, 5]</c>; the tail of an absurdly long one is cut.</summary>
    public static string Shape<T>(IReadOnlyList<T> shape) where T : IFormattable
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < shape.Count && i < MaxDimensions; i++)
            text.Append(i == 0 ? "" : ", ").Append(shape[i].ToString(null, CultureInfo.InvariantCulture));
        if (shape.Count > MaxDimensions) text.Append(Invariant($", … ({shape.Count} dimensions)"));
        return text.Append(']').ToString();
    }

    /// <summary>Formats with the invariant culture: a message reads the same under every user's settings.</summary>
    public static string Invariant(InvariantText text) => text.Take();
}
