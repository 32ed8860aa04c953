using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Adds normal noise in training; in inference it is left out.</summary>
internal sealed class GaussianNoise : Operator
{
    public override string Name => OpNames.GaussianNoise;

    public override LayerDescription Layer => new("noise",
        "In training adds to each element a random number of the normal distribution with mean 0; nothing in inference. A "
            + "regularisation: on the input of a network it acts as a penalty on the derivatives of its output.",
        "Bishop 1995, Training with noise is equivalent to Tikhonov regularization")
    { ShapeRule = "Any shape, unchanged.", Example = "GaussianNoise(StandardDeviation = 0.1)" };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("standardDeviation", AttributeKind.Float, 0.1, "Standard deviation of the noise. At least 0.")];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        return call.Attributes.Float("standardDeviation") >= 0
            ? call.Inputs[0]
            : throw new ShapeException(
                ProblemIds.InvalidArgument,
                $"{call.Label}: standardDeviation must be at least 0, got {call.Attributes["standardDeviation"]}");
    }
}

/// <summary>
/// What <see cref="GaussianNoise"/> does in training: the sum with normal random numbers, new in every step and the same for the same seed,
/// which are functions of the seed, the step and the place.
/// </summary>
internal sealed class RandomNoise(
    ) : RandomElements(new("standardDeviation", AttributeKind.Float, 0.1, "Standard deviation of the numbers."))
{
    public override string Name => OpNames.RandomNoise;

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], gradient);
    }
}
