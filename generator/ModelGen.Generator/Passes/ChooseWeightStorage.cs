using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Marks the fully connected layers whose packed weights are bfloat16: as they say themselves, else as the network says. Inference only: training updates floats.
/// </summary>
internal static class ChooseWeightStorage
{
    /// <summary>The attribute of <c>Linear</c> with what the user wants; nodes have it where that is not <see cref="Auto"/>.</summary>
    public const string Wish = "weightStorage";

    public const string Auto = "auto";
    public const string Float32 = "float32";
    public const string BFloat16 = "bfloat16";

    /// <summary>The attribute of <c>Linear</c> with what is done; nodes without it read floats.</summary>
    public const string IsBFloat16 = "isBFloat16";

    public static Graph Run(Graph graph, CompilerOptions options) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Linear) && Choose(node, options) == BFloat16
            ? rewriter.Builder.Add(node.Op, [.. node.Inputs.Select(i => rewriter[i])], node.Attributes.With(IsBFloat16, true), node.Name)
            : null);

    private static string Choose(Node node, CompilerOptions options)
    {
        string wish = node.Attributes.Word(Wish, Auto);
        return wish == Auto ? CompilerOptions.WeightStorages[(int)options.WeightStorage] : wish;
    }
}
