using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>
/// Updates the weights of large fully connected layers some rows at a time. Their gradients would be as large as they are, more than all
/// activations together in networks that end in such layers (411 MB of 475 in VGG-16), and are read once, by the update; so each piece of a
/// gradient takes the memory of the one before. Training only, and not where gradients are clipped or accumulated, which needs all of them.
/// </summary>
internal static class SplitUpdates
{
    /// <summary>Floats of a gradient that is computed as a whole.</summary>
    public const int LargestWhole = 1 << 20;

    // Pieces of some megabytes are still in the cache when the update reads them; each is three steps of the plan.
    private const int MostPieces = 100;

    public static Graph Run(Graph graph)
    {
        int[] uses = graph.CountUses();
        return GraphRewriter.Rewrite(graph, (rewriter, node) =>
        {
            if (node.Inputs.Count == 0 || OperatorTable.Get(node.Op) is not Update { IsCheck: false }
                || graph[node.Inputs[node.Inputs.Count - 1]] is not { Op: "LinearWeightGradient" } gradient || uses[gradient.Id] != 1)
                return null;
            int pieces = (int)Math.Min(MostPieces, (gradient.Shape.Length + LargestWhole - 1) / LargestWhole);
            int rows = Layout.RoundUp(Layout.DivideUp(gradient.Shape[0], pieces), Layout.Block);
            if (pieces == 1 || rows >= gradient.Shape[0])
                return null;
            int update = -1;
            for (int first = 0; first < gradient.Shape[0]; first += rows)
            {
                int length = Math.Min(rows, gradient.Shape[0] - first);
                int dy = rewriter.Builder.Add(
                    "Slice", [rewriter[gradient.Inputs[1]]], Slice.Part(axis: 0, first, first + length), gradient.Name);
                int piece = rewriter.Builder.Add(gradient.Op, [rewriter[gradient.Inputs[0]], dy], gradient.Attributes, gradient.Name);
                int[] inputs = [.. node.Inputs.Take(node.Inputs.Count - 1).Select(i => rewriter[i]), piece];
                update = rewriter.Builder.Add(node.Op, inputs, node.Attributes.With(Update.FirstRow, first), node.Name);
            }
            return update;
        });
    }
}
