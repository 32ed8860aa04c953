using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Graphs;

/// <summary>
/// One operation and, since every operation has one result, the value it makes. The id is the node's position in its graph.
/// </summary>
/// <param name="Id">Position in <see cref="Graph.Nodes"/>.</param>
/// <param name="Op">Name of the operator, a key of <see cref="Ops.OperatorTable"/>.</param>
/// <param name="Inputs">Ids of the values read, all smaller than <paramref name="Id"/>.</param>
/// <param name="Attributes">Constants, defaults filled in.</param>
/// <param name="Type">Type of the result, as the operator's shape rule gives it.</param>
/// <param name="Name">For parameters the <c>state_dict</c> key, for layers the layer's name, else a hint for the reader.</param>
internal sealed record Node(int Id, string Op, EquatableArray<int> Inputs, AttributeMap Attributes, TensorType Type, string Name)
{
    /// <summary>How it is done, where a pass has decided that.</summary>
    public Implementation? Implementation { get; init; }

    public Shape Shape => Type.Shape;

    public bool Is(string op) => Op == op;
}

/// <summary>A value that the graph hands out.</summary>
internal readonly record struct GraphOutput(string Name, int Value);

/// <summary>A network, or a network with its backward pass and update: nodes in topological order, and what comes out.</summary>
internal sealed record Graph(string Name, EquatableArray<Node> Nodes, EquatableArray<GraphOutput> Outputs)
{
    public Node this[int id] => Nodes[id];

    public IEnumerable<Node> Parameters => Nodes.Where(n => n.Is(OpNames.Parameter));

    public IEnumerable<Node> Inputs => Nodes.Where(n => n.Is(OpNames.Input));

    /// <summary>How often each value is read, counting outputs.</summary>
    public int[] CountUses()
    {
        int[] uses = new int[Nodes.Count];
        foreach (Node node in Nodes)
        {
            foreach (int input in node.Inputs)
                uses[input]++;
        }
        foreach (GraphOutput output in Outputs)
            uses[output.Value]++;
        return uses;
    }

    public override string ToString() => GraphPrinter.Print(this);
}
