using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language;

/// <summary>
/// How a layer's attributes are written as a C# attribute: what must be given is a constructor argument, in order; the rest are properties.
/// A pair may be two constructor arguments, or one property for both and a plural one for each: <c>Stride = 2</c>, <c>Strides = new[] { 2,
/// 1 }</c>. The attribute classes, their reading and their pages all follow this.
/// </summary>
internal static class LayerSyntax
{
    /// <summary>The property of every layer that names it.</summary>
    public const string Name = "Name";

    /// <summary>The property of layers with one input that names it.</summary>
    public const string From = "From";

    /// <summary>The constructor argument of layers with several inputs that names them all.</summary>
    public const string Inputs = "inputs";

    /// <summary>What <see cref="From"/> and <see cref="Inputs"/> call the network's input.</summary>
    public const string NetworkInput = "input";

    public static bool IsRequired(AttributeSpec spec) => spec.Default is null && spec.DefaultsTo is null;

    public static bool TakesSeveralInputs(Operator op) => op.Layer!.MaxInputs > 1;

    /// <summary>
    /// Required attributes of kind pair can be given as height and width: <c>kernelSize</c> as <c>kernelHeight</c>, <c>kernelWidth</c>.
    /// </summary>
    public static (string Height, string Width) HeightAndWidth(AttributeSpec spec)
    {
        string stem = spec.Name.EndsWith("Size", StringComparison.Ordinal) ? spec.Name.Substring(0, spec.Name.Length - 4) : spec.Name;
        return (stem + "Height", stem + "Width");
    }

    /// <summary>The property for an optional attribute.</summary>
    public static string Property(AttributeSpec spec) => Property(spec.Name);

    /// <summary>The same by the attribute's name.</summary>
    public static string Property(string attribute) => char.ToUpperInvariant(attribute[0]) + attribute.Substring(1);

    /// <summary>The property that takes each number by itself; null where the attribute is not of several numbers.</summary>
    public static string? PluralProperty(AttributeSpec spec) =>
        spec.Kind is AttributeKind.Pair or AttributeKind.Border ? Property(spec) + "s" : null;

    /// <summary>The enum whose members are the attribute's words, in their order.</summary>
    public static string WordEnum(AttributeSpec spec) => spec.EnumName ?? Property(spec);

    /// <summary>
    /// The attribute that a constructor argument or property gives, in which form; false for names that are not the operator's own.
    /// </summary>
    public static bool TryFind(Operator op, string writtenAs, out AttributeSpec spec, out WrittenForm form)
    {
        foreach (AttributeSpec candidate in op.Attributes)
        {
            spec = candidate;
            form = WrittenForm.Whole;
            if (IsRequired(candidate))
            {
                if (writtenAs == candidate.Name)
                    return true;
                (string height, string width) = HeightAndWidth(candidate);
                form = writtenAs == height ? WrittenForm.Height : WrittenForm.Width;
                if (candidate.Kind == AttributeKind.Pair && (writtenAs == height || writtenAs == width))
                    return true;
            }
            else
            {
                if (writtenAs == Property(candidate))
                    return true;
                form = WrittenForm.Each;
                if (writtenAs == PluralProperty(candidate))
                    return true;
            }
        }
        spec = null!;
        form = default;
        return false;
    }
}

/// <summary>Which part of an attribute an argument gives.</summary>
internal enum WrittenForm
{
    /// <summary>All of it; one integer stands for all numbers.</summary>
    Whole,

    /// <summary>Height alone.</summary>
    Height,

    /// <summary>Width alone.</summary>
    Width,

    /// <summary>Each number by itself.</summary>
    Each,
}
