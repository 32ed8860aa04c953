using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Functions of two operands: rows of <see cref="Elementwise"/> where both have one shape, and <see cref="BroadcastOperator"/> where one is
/// repeated along dimensions of size 1 or along those that it does not have, by NumPy's rule over the dimensions of a sample.
/// </summary>
internal static class Binary
{
    /// <summary>All of them.</summary>
    public static readonly string[] Names = [OpNames.Add, "Subtract", OpNames.Multiply, "Divide", "Maximum", "Minimum", "PowOf"];

    /// <summary>Those that gradients need: what goes to the first operand of a maximum, and the slope of a power's exponent.</summary>
    public static readonly string[] NamesOfGradients = ["MaximumShare", "PowExponentSlope"];

    /// <summary>What an operator is called where operands are repeated.</summary>
    public static string Broadcast(string op) => "Broadcast" + op;

    /// <summary>The shape to which two are repeated; null where there is none.</summary>
    public static Shape? Common(Shape a, Shape b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] sizes = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int x = i < rank - a.Rank ? 1 : a[i - rank + a.Rank], y = i < rank - b.Rank ? 1 : b[i - rank + b.Rank];
            if (x != y && x != 1 && y != 1)
                return null;
            sizes[i] = Math.Max(x, y);
        }
        return Shape.Of(sizes);
    }

    /// <summary>Adds the nodes of a layer of two inputs or more, from the first to the last.</summary>
    public static int Build(GraphBuilder graph, string op, string layer, int[] operands, AttributeMap attributes, string name)
    {
        var call = OperatorCall.Of(graph, layer, name, operands, attributes);
        Shape? all = call.Inputs[0].Shape;
        foreach (TensorType input in call.Inputs)
            all = all is Shape known ? Common(known, input.Shape) : null;
        if (all is not Shape shape)
            throw Misfit(call);
        Require.Size(call, TensorType.Sample([.. shape.Dimensions]));
        int result = operands[0];
        foreach (int operand in operands.Skip(1))
            result = Add(graph, op, result, operand, name);
        return result;
    }

    /// <summary>Adds the operator, in the form that suits the operands' shapes.</summary>
    public static int Add(GraphBuilder graph, string op, int a, int b, string name = "") =>
        graph.Add(graph.TypeOf(a) == graph.TypeOf(b) ? op : Broadcast(op), [a, b], AttributeMap.Empty, name);

    public static ShapeException Misfit(OperatorCall call) => new(ProblemIds.ShapesDiffer,
        $"{call.Label} needs inputs of one shape, got {string.Join(" and ", call.Inputs.Select(t => t.Shape.ToString()))}; "
            + "they may differ where one has size 1, counted from the last dimension");

    /// <summary>Adds the gradients of both operands of y = f(a, b).</summary>
    public static void Gradient(GradientContext context, string op, Node node, int dy)
    {
        GraphBuilder graph = context.Graph;
        (int a, int b, int y) = (node.Inputs[0], node.Inputs[1], node.Id);
        for (int i = 0; i < 2; i++)
        {
            int operand = node.Inputs[i], other = node.Inputs[1 - i];
            if (!context.Needs(operand))
                continue;
            int share = op switch
            {
                OpNames.Add => dy,
                "Subtract" => i == 0 ? dy : Affine(dy, -1, 0),
                OpNames.Multiply => Do(OpNames.Multiply, dy, other),
                "Divide" => i == 0 ? Do("Divide", dy, b) : Affine(Do("Divide", Do(OpNames.Multiply, dy, y), b), -1, 0),
                "Maximum" => OfLarger(operand, other),
                "Minimum" => OfLarger(other, operand),
                "PowOf" => i == 0 ? Do(OpNames.Multiply, dy, Do(OpNames.Multiply, b, Do("PowOf", a, Affine(b, 1, -1))))
                    : Do(OpNames.Multiply, dy, Do("PowExponentSlope", a, b)),
                _ => throw new InvalidOperationException($"{op} is no function of two operands"),
            };
            // The gradient of a loss is one, and no node.
            context.Accumulate(operand, context.TypeOf(operand) == node.Type ? share
                : Expand.ToType(context, share, context.TypeOf(operand), node.Name));
        }

        int Do(string function, int left, int right) => Add(graph, function, left, right, node.Name);

        int Affine(int x, double scale, double shift) =>
            graph.Add("Affine", [x], AttributeMap.Of(("scale", scale), ("shift", shift)), node.Name);

        // dy where the first is larger, half of it where both are equal.
        int OfLarger(int larger, int smaller) => graph.TypeOf(larger) == graph.TypeOf(smaller)
            ? graph.Add("MaximumGradient", [larger, smaller, dy], AttributeMap.Empty, node.Name)
            : Do(OpNames.Multiply, dy, Do("MaximumShare", larger, smaller));
    }
}

/// <summary>A function of two operands of which at least one is repeated.</summary>
/// <param name="op">The function, a name of <see cref="Binary.Names"/>.</param>
internal sealed class BroadcastOperator(string op) : Operator
{
    public static IEnumerable<Operator> Rows => Binary.Names.Concat(Binary.NamesOfGradients).Select(name => new BroadcastOperator(name));

    /// <summary>Whether gradients go through it.</summary>
    public bool HasGradient => Binary.Names.Contains(op);

    /// <summary>The method of the runtime.</summary>
    public string Function => op == "PowOf" ? "Pow" : op;

    public override string Name => Binary.Broadcast(op);

    public override string ResultName => Function;

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 2, 2);
        return Binary.Common(call.Inputs[0].Shape, call.Inputs[1].Shape) is Shape shape
            ? new TensorType(shape, call.Inputs.Any(i => i.PerSample)) : throw Binary.Misfit(call);
    }

    public override void Gradient(GradientContext context, Node node, int gradient) => Binary.Gradient(context, op, node, gradient);
}

/// <summary>A power: of a constant exponent, or of a second input.</summary>
internal sealed class Pow : Operator
{
    public override string Name => "Pow";

    public override bool TakesConstants => true;

    public override bool IsComposite => true;

    public override LayerDescription Layer => new("pow",
        "The first input to the power of the second or, where there is none, of a constant.", "PyTorch, torch.pow", 1, 2)
    {
        ShapeRule = "Any shape, unchanged; two shapes that may differ where one has size 1, to the larger.",
        Example = "Pow(\"fc1\", Exponent = 2)",
    };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("exponent", AttributeKind.Float, 2.0, "The exponent, where there is one input.")];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name) => inputs.Length == 1
        ? graph.Add("PowConstant", inputs, AttributeMap.Of(("exponent", attributes["exponent"])), name)
        : Binary.Build(graph, "PowOf", Name, inputs, attributes, name);

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 2);
        return call.Inputs.Count == 1 ? call.Inputs[0] : new BroadcastOperator("PowOf").Infer(call);
    }
}
