using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// A layer that is made of nodes of other operators, which have its shape rule, its gradient and its kernels: <see
/// cref="Operator.BuildLayer"/> says of which, and checks what they would call by other names. No node is one.
/// </summary>
internal abstract class CompositeLayer : Operator
{
    public abstract override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name);

    public sealed override TensorType Infer(OperatorCall call) =>
        throw new InvalidOperationException($"{Name} is made of other operators, and no node");

    public sealed override bool IsComposite => true;

    /// <summary>The layer's use, with as many inputs as it takes.</summary>
    /// <exception cref="ShapeException">There are more, or fewer.</exception>
    protected OperatorCall CheckedCall(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        OperatorCall call = CallOf(graph, inputs, attributes, name);
        Require.InputCount(call, Layer!.MinInputs, Layer.MaxInputs);
        return call;
    }
}
