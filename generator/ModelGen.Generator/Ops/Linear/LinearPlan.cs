using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>How a fully connected layer is done.</summary>
internal sealed record LinearPlan : ActivatedImplementation
{
    private const string BFloat16Word = "bfloat16";

    private static readonly LinearPlan s_plain = new();

    /// <summary>Whether its packed weights are bfloat16; floats otherwise.</summary>
    public bool IsBFloat16 { get; init; }

    public override Precision Precision => IsBFloat16 ? Precision.BFloat16 : Precision.Float32;

    public static LinearPlan Of(Node node) => node.Implementation as LinearPlan ?? s_plain;

    /// <summary>Reads what <see cref="Implementation.ToString"/> writes; null for other words.</summary>
    public static LinearPlan? Read(IReadOnlyList<string> words)
    {
        LinearPlan plan = s_plain;
        foreach (string word in words)
        {
            if (word == BFloat16Word)
                plan = plan with { IsBFloat16 = true };
            else if (Activations.Parse(word) is Activation activation)
                plan = plan with { Activation = activation };
            else
                return null;
        }
        return plan;
    }

    protected override IEnumerable<string> Words => IsBFloat16 ? [BFloat16Word, .. base.Words] : base.Words;
}
