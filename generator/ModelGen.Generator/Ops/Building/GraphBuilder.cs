using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Builds a graph node by node; every node passes its operator's shape rule on the way in, so a graph that exists is well typed.
/// </summary>
internal sealed class GraphBuilder(string name)
{
    private readonly List<Node> _nodes = [];
    private readonly List<GraphOutput> _outputs = [];
    private readonly Dictionary<string, int> _parameters = new(StringComparer.Ordinal);

    public int Count => _nodes.Count;

    public Node this[int id] => _nodes[id];

    public TensorType TypeOf(int id) => _nodes[id].Type;

    public int Input(string inputName, TensorType type) => AddLeaf(OpNames.Input, inputName, type, AttributeMap.Empty);

    /// <summary>Adds a parameter under its <c>state_dict</c> key, or finds it when the key is there already with the same type.</summary>
    public int Parameter(string key, TensorType type, AttributeMap attributes) =>
        _parameters.TryGetValue(key, out int known) && TypeOf(known) == type ? known : AddLeaf(OpNames.Parameter, key, type, attributes);

    public int AddLeaf(string op, string leafName, TensorType type, AttributeMap attributes)
    {
        if (op == OpNames.Parameter && !_parameters.ContainsKey(leafName))
            _parameters.Add(leafName, _nodes.Count);
        _nodes.Add(new Node(_nodes.Count, op, [], attributes, type, leafName));
        return _nodes.Count - 1;
    }

    /// <summary>Adds an operation. Attributes that have defaults may be left out.</summary>
    /// <exception cref="ShapeException">The inputs do not fit the operator.</exception>
    public int Add(string op, int[] inputs, AttributeMap attributes, string nodeName = "", Implementation? implementation = null)
    {
        Operator description = OperatorTable.Get(op);
        AttributeMap complete = description.WithDefaults(attributes);
        TensorType type = description.Infer(new OperatorCall(op, nodeName, inputs.Select(TypeOf).ToEquatableArray(
            ), complete) { Implementation = implementation });
        _nodes.Add(new Node(_nodes.Count, op, new EquatableArray<int>(inputs), complete, type,
            nodeName) { Implementation = implementation });
        return _nodes.Count - 1;
    }

    public int Add(string op, params int[] inputs) => Add(op, inputs, AttributeMap.Empty);

    /// <summary>Adds a copy of a node of another graph with other inputs.</summary>
    public int Copy(Node node, IEnumerable<int> inputs) =>
        node.Op is OpNames.Input or OpNames.Parameter
            ? AddLeaf(node.Op, node.Name, node.Type, node.Attributes)
            : Add(node.Op, [.. inputs], node.Attributes, node.Name, node.Implementation);

    public void Output(string outputName, int value) => _outputs.Add(new GraphOutput(outputName, value));

    public Graph Build() => new(name, _nodes.ToEquatableArray(), _outputs.ToEquatableArray());
}
