using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Rebuilds a graph node by node. A pass replaces the nodes it is about and copies the others; whatever nothing reads any more is left out
/// at the end, so a pass need not clean up after itself.
/// </summary>
internal sealed class GraphRewriter
{
    private readonly Graph _source;
    private readonly int[] _map;

    public GraphRewriter(Graph source)
    {
        _source = source;
        _map = new int[source.Nodes.Count];
        Builder = new GraphBuilder(source.Name);
    }

    public GraphBuilder Builder { get; }

    /// <summary>The new id of an old value.</summary>
    public int this[int oldId] => _map[oldId];

    public static Graph Rewrite(Graph source, Func<GraphRewriter, Node, int?> replace)
    {
        var rewriter = new GraphRewriter(source);
        foreach (Node node in source.Nodes)
            rewriter._map[node.Id] = replace(rewriter, node) ?? rewriter.Copy(node);
        foreach (GraphOutput output in source.Outputs)
            rewriter.Builder.Output(output.Name, rewriter[output.Value]);
        return RemoveUnused(rewriter.Builder.Build());
    }

    public int Copy(Node node) => Builder.Copy(node, node.Inputs.Select(i => _map[i]));

    /// <summary>Copies a node that is done in another way, perhaps with more inputs behind its own.</summary>
    public int Copy(Node node, Implementation implementation, params int[] more) =>
        Builder.Add(node.Op, [.. InputsOf(node), .. more], node.Attributes, node.Name, implementation);

    /// <summary>The new ids of a node's inputs.</summary>
    public int[] InputsOf(Node node) => [.. node.Inputs.Select(i => _map[i])];

    /// <summary>Drops nodes that neither reach an output nor have an effect. Inputs stay: they are the signature.</summary>
    public static Graph RemoveUnused(Graph graph)
    {
        bool[] used = new bool[graph.Nodes.Count];
        foreach (GraphOutput output in graph.Outputs)
            used[output.Value] = true;
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            Node node = graph[i];
            used[i] |= node.Is(OpNames.Input) || (node.Op is not OpNames.Parameter && Ops.OperatorTable.Get(node.Op).HasEffect);
            if (!used[i])
                continue;
            foreach (int input in node.Inputs)
                used[input] = true;
        }
        if (used.All(u => u))
            return graph;
        var rewriter = new GraphRewriter(graph);
        foreach (Node node in graph.Nodes.Where(n => used[n.Id]))
            rewriter._map[node.Id] = rewriter.Copy(node);
        foreach (GraphOutput output in graph.Outputs)
            rewriter.Builder.Output(output.Name, rewriter[output.Value]);
        return rewriter.Builder.Build();
    }
}
