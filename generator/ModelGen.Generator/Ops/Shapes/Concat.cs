using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>The channels of all inputs one behind the other.</summary>
internal sealed class Concat : Operator
{
    private const int MostInputs = 256;

    public override string Name => OpNames.Concat;

    public override LayerDescription Layer => new("concat",
        "The channels (or features) of all inputs one behind the other: the end of an inception module or a dense block.",
        "Szegedy et al. 2015, Going deeper with convolutions, §4", 1, MostInputs)
    { ShapeRule = "C₁×H×W, C₂×H×W, … to (C₁ + C₂ + …)×H×W; C₁, C₂, … features to C₁ + C₂ + ….", Example = "Concat(\"conv1\", \"pool1\")" };

    public override EquatableArray<AttributeSpec> Attributes => [ChannelDimension];

    /// <summary>The dimension that inputs are joined or cut along.</summary>
    public static AttributeSpec ChannelDimension =>
        new("dim", AttributeKind.Int, 1, "The dimension of the channels, the batch being dimension 0: always 1.");

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
        ChannelRange.CheckDimension(call);
        Shape first = call.Inputs[0].Shape;
        long channels = 0;
        foreach (TensorType input in call.Inputs)
        {
            if (input.Shape.Rank != first.Rank || !input.Shape.Dimensions.Skip(1).SequenceEqual(first.Dimensions.Skip(1)))
            {
                throw new ShapeException(ProblemIds.ShapesDiffer,
                    $"{call.Label} needs inputs that differ in channels alone, got "
                        + $"{string.Join(" and ", call.Inputs.Select(t => t.Shape.ToString()))}");
            }
            channels += input.Shape[0];
        }
        if (channels > Require.LargestLength)
            throw new ShapeException(
                ProblemIds.TooLarge, $"{call.Label} would make {channels} channels; at most {Require.LargestLength} are supported");
        return Require.Size(call, TensorType.Sample([(int)channels, .. first.Dimensions.Skip(1)]));
    }

    // Where all that is joined was made by one activation, its gradient is computed from the whole: the parts need not live until then.
    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        Node? activation = ActivationOf(context, node);
        if (activation is not null)
            gradient = context.Graph.Add(((Elementwise)OperatorTable.Get(activation.Op)).GradientOperator!, [node.Id, gradient],
                activation.Attributes, node.Name);
        Distribute(context, node, gradient, activation is not null);
    }

    private static void Distribute(GradientContext context, Node node, int gradient, bool behindActivations)
    {
        int start = 0;
        foreach (int input in node.Inputs)
        {
            int length = context.TypeOf(input).Shape[0];
            if (context.Needs(input))
            {
                int part = context.Graph.Add("Slice", [gradient], AttributeMap.Of(("start", start), ("length", length)), node.Name);
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
            Node? activation = input.Is(OpNames.Concat) ? ActivationOf(context, input)
                : OperatorTable.Get(input.Op) is Elementwise { GradientOperator: not null, GradientReadsInput: false } ? input : null;
            if (activation is null || (common is not null && (common.Op != activation.Op || common.Attributes != activation.Attributes)))
                return null;
            common = activation;
        }
        return common;
    }
}

/// <summary>Some neighbouring channels: the gradient of <see cref="Concat"/>.</summary>
internal sealed class Slice : Operator
{
    public override string Name => "Slice";

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        Concat.ChannelDimension,
        new("start", AttributeKind.Int, null, "The first channel.", 0),
        new("length", AttributeKind.Int, null, "How many channels.", 1),
    ];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        ChannelRange.CheckDimension(call);
        Shape input = call.Inputs[0].Shape;
        (int start, int length) = (call.Attributes.Int("start"), call.Attributes.Int("length"));
        if ((long)start + length > input[0])
        {
            throw new ShapeException(ProblemIds.InvalidArgument,
                $"{call.Label}: channels {start} to {(long)start + length - 1} do not all exist; the input {input} has channels 0 to "
                    + $"{input[0] - 1}");
        }
        return TensorType.Sample([length, .. input.Dimensions.Skip(1)]);
    }
}

/// <summary>What operators on ranges of channels share.</summary>
internal static class ChannelRange
{
    public static void CheckDimension(OperatorCall call)
    {
        if (call.Inputs[0].Shape.Rank is not (1 or 3))
            throw new ShapeException(
                ProblemIds.NeedsImage, $"{call.Label} needs channels×height×width or features per sample, got {call.Inputs[0].Shape}");
        if (call.Attributes.Int("dim") != 1)
            throw new ShapeException(
                ProblemIds.InvalidArgument, $"{call.Label}: dim must be 1, the channels, got {call.Attributes["dim"]}");
    }
}
