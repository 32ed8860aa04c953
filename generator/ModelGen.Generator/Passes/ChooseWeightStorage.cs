using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Finds the fully connected layers whose packed weights are bfloat16: as they say themselves, else as the network says. Inference only:
/// training updates floats.
/// </summary>
internal static class ChooseWeightStorage
{
    public static Graph Run(Graph graph, CompilerOptions options) => GraphRewriter.Rewrite(graph, (rewriter, node) =>
        node.Is(OpNames.Linear) && Choose(node, options) == WeightStorages.BFloat16
            ? rewriter.Copy(node, LinearPlan.Of(node) with { IsBFloat16 = true })
            : null);

    private static string Choose(Node node, CompilerOptions options)
    {
        string said = node.Attributes.Word(WeightStorages.Attribute, WeightStorages.Auto);
        return said == WeightStorages.Auto ? options[NetworkOption.WeightStorage] : said;
    }
}
