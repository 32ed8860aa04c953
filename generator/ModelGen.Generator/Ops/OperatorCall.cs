using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>One use of an operator, as its shape rule sees it.</summary>
internal sealed record OperatorCall(string Op, string Name, EquatableArray<TensorType> Inputs, AttributeMap Attributes)
{
    /// <summary>How the node is done, where a pass has decided that.</summary>
    public Implementation? Implementation { get; init; }

    /// <summary>How errors call this layer: <c>Conv2d 'conv1'</c>.</summary>
    public string Label => Name.Length == 0 ? Op : $"{Op} '{Name}'";

    /// <summary>The use of a layer that is about to be built.</summary>
    public static OperatorCall Of(GraphBuilder graph, string op, string name, int[] inputs, AttributeMap attributes) =>
        new(op, name, inputs.Select(graph.TypeOf).ToEquatableArray(), attributes);

    public static OperatorCall Of(Graph graph, Node node) =>
        new(node.Op, node.Name, node.Inputs.Select(i => graph[i].Type).ToEquatableArray(
            ), node.Attributes) { Implementation = node.Implementation };
}
