using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>A parameter that is loaded and not trained, the same for all samples: a position code, a mask, a mean.</summary>
internal sealed class Buffer : Operator
{
    public override string Name => "Buffer";

    public override bool IsComposite => true;

    public override LayerDescription Layer => new("buffer",
        "A tensor of the weights that is not trained, under the layer's name, for all samples the same; an operand of `Add`, `MatMul` and "
            + "others that repeat. It starts at 0. What the layer reads does not matter.",
        "PyTorch, torch.nn.Module.register_buffer")
    { ShapeRule = "Anything to the given sizes.", Example = "Buffer(16, 64, Name = \"positions\")" };

    public override EquatableArray<AttributeSpec> Attributes => [new("shape", AttributeKind.Ints, null, "The sizes, without a batch.", 1)];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        TensorType type = Infer(CallOf(graph, inputs, attributes, name));
        int parameter = graph.Parameter(name, type, Initializers.Constant("zeros", trainable: false));
        return graph.Add(OpNames.Reshape, [parameter], Reshape.To(type.Shape), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        return Require.Size(call, Require.Rank(call, TensorType.Fixed([.. call.Attributes.Ints("shape")])));
    }
}
