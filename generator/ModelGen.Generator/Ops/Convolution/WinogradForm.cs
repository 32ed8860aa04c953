using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// One form of Winograd's algorithm: F(m×m, r×r) computes m×m results of an r×r filter from a patch of inputs, (m + r − 1)² without
/// strides, with one product for each point, and there are as many points as inputs.
/// </summary>
/// <param name="Size">m, results down and across.</param>
/// <param name="Taps">r, taps of the filter down and across.</param>
/// <param name="Stride">Of the convolution, down and across.</param>
internal sealed record WinogradForm(int Size, int Taps, int Stride = 1)
{
    /// <summary>The forms that the runtime has.</summary>
    public static IReadOnlyList<WinogradForm> All { get; } = [new(4, 3), new(2, 3), new(2, 5), new(2, 3, 2)];

    /// <summary>Inputs of a patch, down and across.</summary>
    public int Patch => Stride * (Size - 1) + Taps;

    /// <summary>Products of a tile, which are products of matrices where there are many channels.</summary>
    public int Points => Patch * Patch;

    /// <summary>
    /// Different filters of the products, down and across. With a stride the points of the odd inputs, which are the last, share the middle
    /// tap.
    /// </summary>
    private int FiltersAcross => Stride == 1 ? Patch : Size + 2;

    /// <summary>Different filters of the products: the transformed filters of a layer are so many matrices.</summary>
    public int Filters => FiltersAcross * FiltersAcross;

    /// <summary>C# for the number of a point's filter.</summary>
    public string FilterOf(string point) => Stride == 1 ? point : FormattableString.Invariant(
        $"Math.Min({point} / {Patch}, {FiltersAcross - 1}) * {FiltersAcross} + Math.Min({point} % {Patch}, {FiltersAcross - 1})");

    /// <summary>The type of the runtime with the transforms.</summary>
    public string Type => FormattableString.Invariant($"WinogradF{Size}x{Taps}{(Stride > 1 ? $"By{Stride}" : "")}");

    /// <summary>The algorithm in the literature's notation.</summary>
    public string Notation => FormattableString.Invariant($"F({Size}×{Size}, {Taps}×{Taps}){(Stride > 1 ? $" of stride {Stride}" : "")}");

    /// <summary>Tiles of an image.</summary>
    public int TilesOf(int height, int width) => ((height + Size - 1) / Size) * ((width + Size - 1) / Size);

    /// <summary>Whether a convolution is one that this form computes.</summary>
    public bool CanCompute(int kernelHeight, int kernelWidth, AttributeMap attributes) => kernelHeight == Taps && kernelWidth == Taps
        && attributes.Int("groups") == 1 && attributes.Ints("stride").All(s => s == Stride) && attributes.Ints("dilation").All(d => d == 1);
}
