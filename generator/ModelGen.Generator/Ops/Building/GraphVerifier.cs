using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Checks after every pass what every pass may rely on. A failure is a defect of the compiler, never of the user's network.
/// </summary>
internal static class GraphVerifier
{
    public static Graph Verify(Graph graph, string after)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var mutatedAt = new Dictionary<int, int>();
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph[i];
            Require(node.Id == i, node, $"id is {node.Id}, position {i}");
            bool readsState = OperatorTable.TryGet(node.Op, out Operator reader) && reader.ReadsState;
            foreach (int input in node.Inputs)
            {
                Require(input >= 0 && input < i, node, $"reads %{input}, which is not defined before it");
                Require(readsState || !mutatedAt.ContainsKey(input), node,
                    $"reads %{input} after %{(mutatedAt.TryGetValue(input, out int by) ? by : 0)} overwrote it");
            }
            if (node.Is(OpNames.Parameter))
                Require(keys.Add(node.Name), node, "its key is there twice");
            if (node.Op is OpNames.Input or OpNames.Parameter)
                continue;
            Operator op = OperatorTable.Get(node.Op);
            TensorType expected = op.Infer(OperatorCall.Of(graph, node));
            Require(expected == node.Type, node, $"its type is {node.Type}, the shape rule gives {expected}");
            foreach (int mutated in op.MutatedInputs)
                mutatedAt[node.Inputs[mutated]] = i;
        }
        foreach (GraphOutput output in graph.Outputs)
        {
            if (output.Value < 0 || output.Value >= graph.Nodes.Count)
                throw new InvalidOperationException($"after {after}: output '{output.Name}' is %{output.Value}, which does not exist");
        }
        return graph;

        void Require(bool holds, Node node, string what)
        {
            if (!holds)
                throw new InvalidOperationException($"after {after}: {GraphPrinter.Print(node)}: {what}");
        }
    }
}
