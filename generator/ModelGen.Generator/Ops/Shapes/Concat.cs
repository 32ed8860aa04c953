using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>All inputs one behind the other along one dimension.</summary>
internal sealed class Concat : Operator
{
    private const int MostInputs = 256;

    public override string Name => OpNames.Concat;

    public override LayerDescription Layer => new("concat",
        "All inputs one behind the other along one dimension, that of the channels or features unless said otherwise: the end of an "
            + "inception module or a dense block.",
        "Szegedy et al. 2015, Going deeper with convolutions, §4", 1, MostInputs)
    {
        ShapeRule = "C₁×H×W, C₂×H×W, … to (C₁ + C₂ + …)×H×W; in general shapes that differ in dimension `dim` alone.",
        Example = "Concat(\"conv1\", \"pool1\")",
    };

    public override EquatableArray<AttributeSpec> Attributes => [Dimension("joined")];

    /// <summary>The dimension along which something is done.</summary>
    public static AttributeSpec Dimension(string done) => new("dim", AttributeKind.Int, 1,
        $"The dimension along which is {done}, the batch being dimension 0; negative counts from the end.");

    // One input stays as it is: dense blocks written as a loop begin with one.
    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        if (inputs.Length != 1)
            return base.BuildLayer(graph, inputs, attributes, name);
        Infer(new OperatorCall(Name, name, [graph.TypeOf(inputs[0])], attributes));
        return inputs[0];
    }

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, MostInputs);
        Shape first = call.Inputs[0].Shape;
        int axis = Require.Axis(call.Label, "dim", call.Attributes.Int("dim"), first.Rank);
        bool ofChannels = axis == 0 && first.Rank is 1 or 3;
        long sum = 0;
        foreach (TensorType input in call.Inputs)
        {
            if (input.Shape.Rank != first.Rank || input.Shape.With(axis, 1) != first.With(axis, 1))
            {
                throw new ShapeException(ProblemIds.ShapesDiffer, FormattableString.Invariant(
                    $"{call.Label} needs inputs that differ in {(ofChannels ? "channels" : $"dimension {axis + 1}")} alone, got ")
                        + string.Join(" and ", call.Inputs.Select(t => t.Shape.ToString())));
            }
            sum += input.Shape[axis];
        }
        if (sum > Require.LargestLength)
            throw new ShapeException(ProblemIds.TooLarge, FormattableString.Invariant(
                $"{call.Label} would make {(ofChannels ? $"{sum} channels" : $"dimension {axis + 1} {sum} long")}; ")
                    + FormattableString.Invariant($"at most {Require.LargestLength} are supported"));
        return Require.Size(call, new TensorType(first.With(axis, (int)sum), PerSample: true));
    }

    /// <summary>The dimension along which a node joins its inputs, from 0 without the batch.</summary>
    public static int AxisOf(Node node) => Require.Axis(node.Op, "dim", node.Attributes.Int("dim"), node.Shape.Rank);

    /// <summary>Whether channels or features are joined, or cut, which kernels of images know how to do.</summary>
    public static bool IsOfChannels(Node node) => IsOfChannels(node.Shape.Rank, node.Attributes);

    /// <summary>The same of so many dimensions.</summary>
    public static bool IsOfChannels(int rank, AttributeMap attributes) => rank is 1 or 3 && attributes.Int("dim") is 1 or -3 or -1
        && Require.Axis("", "dim", attributes.Int("dim"), rank) == 0;

    // Where all that is joined was made by one activation, its gradient is computed from the whole: the parts need not live until then.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        Node? activation = IsOfChannels(node) ? ActivationOf(context, node) : null;
        if (activation is not null)
            gradient = context.Graph.Add(((Elementwise)OperatorTable.Get(activation.Op)).GradientOperator!, [node.Id, gradient],
                activation.Attributes, node.Name);
        Distribute(context, node, gradient, activation is not null);
    }

    private static void Distribute(GradientContext context, Node node, int gradient, bool behindActivations)
    {
        (int start, int axis) = (0, AxisOf(node));
        foreach (int input in node.Inputs)
        {
            int length = context.TypeOf(input).Shape[axis];
            if (context.Needs(input))
            {
                int part = context.Graph.Add("Slice", [gradient], Slice.Part(axis, start, start + length), node.Name);
                if (!behindActivations)
                    context.Accumulate(input, part);
                else if (context.Graph[input] is { Op: OpNames.Concat } inner)
                    Distribute(context, inner, part, behindActivations);
                else
                    context.Accumulate(context.Graph[input].Inputs[0], part);
            }
            start += length;
        }
    }

    // The activation that every input is the result of, directly or joined before, if nothing else reads them; null where there is none.
    private static Node? ActivationOf(GradientContext context, Node node)
    {
        Node? common = null;
        foreach (Node input in node.Inputs.Select(i => context.Graph[i]))
        {
            if (context.UsesOf(input.Id) != 1 || input.Op is OpNames.Input or OpNames.Parameter)
                return null;
            Node? activation = input.Is(OpNames.Concat) ? IsOfChannels(input) ? ActivationOf(context, input) : null
                : OperatorTable.Get(input.Op) is Elementwise { GradientOperator: not null, GradientReadsInput: false } ? input : null;
            if (activation is null || (common is not null && (common.Op != activation.Op || common.Attributes != activation.Attributes)))
                return null;
            common = activation;
        }
        return common;
    }
}
