using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// What an operator's gradient rule works with: a graph to add nodes to, and a place to leave the gradients of its inputs.
/// </summary>
internal sealed class GradientContext(GraphBuilder graph, Func<int, bool> isNeeded, IReadOnlyList<int> uses)
{
    private readonly Dictionary<int, int> _gradients = [];

    public GraphBuilder Graph => graph;

    /// <summary>Whether anything that is trained depends on the value; gradients of others are not computed.</summary>
    public bool Needs(int value) => isNeeded(value);

    /// <summary>How often the graph that is differentiated reads a value, counting outputs.</summary>
    public int UsesOf(int value) => uses[value];

    /// <summary>Adds a gradient of a value; a value that is read more than once gets the sum.</summary>
    public void Accumulate(int value, int gradient) =>
        _gradients[value] = _gradients.TryGetValue(value, out int known) ? graph.Add(OpNames.Add, known, gradient) : gradient;

    public bool TryGet(int value, out int gradient) => _gradients.TryGetValue(value, out gradient);

    public TensorType TypeOf(int value) => graph.TypeOf(value);
}
