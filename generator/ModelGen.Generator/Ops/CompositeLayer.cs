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

    /// <summary>The layer's use, as its checks see it.</summary>
    protected OperatorCall CallOf(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var types = new TensorType[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            types[i] = graph.TypeOf(inputs[i]);
        var call = new OperatorCall(Name, name, new(types), attributes);
        Require.InputCount(call, Layer!.MinInputs, Layer.MaxInputs);
        return call;
    }
}
