using System.Globalization;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// How a convolution is done: the algorithm, and what is done with its sums before they are stored, in this order: a residual is added, the
/// activation applied, the largest of each 2×2 taken.
/// </summary>
internal sealed record ConvolutionPlan : ActivatedImplementation
{
    /// <summary>Rows and columns of the windows of which the largest result is stored, where pooling is part of the convolution.</summary>
    public const int PoolSize = 2;

    private const string WinogradWord = "winograd ", SamplesWord = " samples a product", ResidualWord = "residual",
        MaxPoolWord = "max-pool 2×2";

    /// <summary>As its operator says: the sums as they stand, and nothing more.</summary>
    public static readonly ConvolutionPlan Direct = new();

    /// <summary>The form of Winograd's algorithm; null for the sums as they stand.</summary>
    public WinogradForm? Winograd { get; init; }

    /// <summary>
    /// Samples of a batch whose tiles are taken together, where those of one are few; 0 where each is taken alone. Of Winograd's algorithm.
    /// </summary>
    public int SamplesPerProduct { get; init; }

    /// <summary>Whether a last input, of the result's shape, is added to the sums.</summary>
    public bool AddsResidual { get; init; }

    /// <summary>Whether the largest of each 2×2 results is stored in place of all.</summary>
    public bool TakesMaxPool { get; init; }

    /// <summary>Rows and columns of which one result is stored.</summary>
    public int Pool => TakesMaxPool ? PoolSize : 1;

    public static ConvolutionPlan Of(Node node) => Of(node.Implementation);

    public static ConvolutionPlan Of(OperatorCall call) => Of(call.Implementation);

    /// <summary>The form of Winograd's algorithm of a node that is there for it alone.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static WinogradForm FormOf(Node node) =>
        Of(node).Winograd ?? throw new InvalidOperationException($"{node.Op} '{node.Name}' has no form of Winograd's algorithm");

    /// <summary>Reads what <see cref="Implementation.ToString"/> writes; null for other words.</summary>
    public static ConvolutionPlan? Read(IReadOnlyList<string> words)
    {
        ConvolutionPlan plan = Direct;
        foreach (string word in words)
        {
            if (word.StartsWith(WinogradWord, StringComparison.Ordinal)
                && WinogradForm.All.FirstOrDefault(f => f.Notation == word.Substring(WinogradWord.Length)) is { } form)
                plan = plan with { Winograd = form };
            else if (word.EndsWith(SamplesWord, StringComparison.Ordinal)
                && int.TryParse(word.Substring(0, word.Length - SamplesWord.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                    out int samples))
                plan = plan with { SamplesPerProduct = samples };
            else if (word == ResidualWord)
                plan = plan with { AddsResidual = true };
            else if (word == MaxPoolWord)
                plan = plan with { TakesMaxPool = true };
            else if (Activations.Parse(word) is Activation activation)
                plan = plan with { Activation = activation };
            else
                return null;
        }
        return plan;
    }

    protected override IEnumerable<string> Words
    {
        get
        {
            if (Winograd is not null)
                yield return WinogradWord + Winograd.Notation;
            if (SamplesPerProduct > 0)
                yield return SamplesPerProduct.ToString(CultureInfo.InvariantCulture) + SamplesWord;
            if (AddsResidual)
                yield return ResidualWord;
            foreach (string word in base.Words)
                yield return word;
            if (TakesMaxPool)
                yield return MaxPoolWord;
        }
    }

    private static ConvolutionPlan Of(Implementation? implementation) => implementation as ConvolutionPlan ?? Direct;
}

/// <summary>Which input of a convolution is what. Image and filters are the first two.</summary>
/// <param name="Bias">The bias's position; null where there is none.</param>
/// <param name="Residual">The position of what is added to the sums; null where nothing is.</param>
internal readonly record struct ConvolutionInputs(int? Bias, int? Residual)
{
    public const int Image = 0, Filters = 1;

    public static ConvolutionInputs Of(Node node) => Of(ConvolutionPlan.Of(node), node.Inputs.Count);

    public static ConvolutionInputs Of(ConvolutionPlan plan, int count)
    {
        int own = plan.AddsResidual ? count - 1 : count;
        return new(own > Filters + 1 ? Filters + 1 : null, plan.AddsResidual ? own : null);
    }
}
