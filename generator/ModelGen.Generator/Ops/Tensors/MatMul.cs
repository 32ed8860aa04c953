using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Products of matrices, of which the last two dimensions are one.</summary>
internal sealed class MatMul : Operator
{
    public override string Name => "MatMul";

    public override bool TakesConstants => true;

    public override LayerDescription Layer => new("matmul",
        "Product of matrices, which the last two dimensions are; those before are repeated where one of the inputs has size 1, or none.",
        "PyTorch, torch.matmul", 2, 2)
    { ShapeRule = "…×M×K and …×K×N to …×M×N.", Example = "MatMul(\"q\", \"k\")" };

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        (Shape a, Shape b) = (call.Inputs[0].Shape, call.Inputs[1].Shape);
        foreach (Shape shape in new[] { a, b }.Where(s => s.Rank < 2))
        {
            throw new ShapeException(ProblemIds.ShapesDiffer,
                $"{call.Label} needs at least 2 dimensions per sample, rows and columns, got {shape}; put Unsqueeze before it");
        }
        int inner = a[a.Rank - 1];
        if (inner != b[b.Rank - 2])
        {
            throw new ShapeException(ProblemIds.ShapesDiffer, FormattableString.Invariant(
                $"{call.Label} multiplies rows of {a}, {inner} long, by columns of {b}, {b[b.Rank - 2]} long; they must be as long"));
        }
        return Binary.Common(Leading(a), Leading(b)) is Shape leading
            ? Require.Size(call, new TensorType(Shape.Of([.. leading.Dimensions, a[a.Rank - 2], b[b.Rank - 1]]),
                call.Inputs.Any(i => i.PerSample)))
            : throw new ShapeException(ProblemIds.ShapesDiffer,
                $"{call.Label}: {a} and {b} differ before their last two dimensions; they may where one has size 1");
    }

    public override long MultiplyAdds(OperatorCall call) => Infer(call).Shape.Length * call.Inputs[0].Shape[call.Inputs[0].Shape.Rank - 1];

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        (int a, int b) = (node.Inputs[0], node.Inputs[1]);
        if (context.Needs(a))
            Accumulate(a, context.Graph.Add(Name, [gradient, Turned(context, b, node.Name)], AttributeMap.Empty, node.Name));
        if (context.Needs(b))
            Accumulate(b, context.Graph.Add(Name, [Turned(context, a, node.Name), gradient], AttributeMap.Empty, node.Name));

        void Accumulate(int value, int share) =>
            context.Accumulate(value, Expand.ToType(context, share, context.TypeOf(value), node.Name));
    }

    /// <summary>All dimensions but the last two.</summary>
    public static Shape Leading(Shape shape) => Shape.Of([.. shape.Dimensions.Take(shape.Rank - 2)]);

    private static int Turned(GradientContext context, int value, string name)
    {
        int rank = context.TypeOf(value).Shape.Rank;
        return context.Graph.Add("Permute", [value],
            Permute.By([.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]), name);
    }
}
