using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Ops;

/// <summary>
/// What users say of how inference and training compute a convolution; nodes have the attribute where it is not <see cref="Auto"/>.
/// </summary>
internal static class ConvolutionAlgorithms
{
    public const string Attribute = "algorithm";

    public const string Auto = "auto";
    public const string Direct = "direct";
    public const string Winograd2 = "winograd2";
    public const string Winograd4 = "winograd4";

    public static EquatableArray<string> Words => [Auto, Direct, Winograd2, Winograd4];

    /// <summary>The forms of Winograd's algorithm that a word asks for, for kernels of different sizes; none for the other words.</summary>
    public static IEnumerable<WinogradForm> FormsOf(string word)
    {
        int? size = word switch { Winograd4 => 4, Winograd2 => 2, _ => null };
        return WinogradForm.All.Where(f => f.Size == size);
    }
}
