using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Sets each element to zero with probability p in training and scales the others by 1/(1 − p); in inference it is left out.
/// </summary>
internal sealed class Dropout : Operator
{
    public override string Name => OpNames.Dropout;

    public override LayerDescription Layer => new("dropout",
        "In training sets each element to zero with probability p and scales the others by 1/(1 − p); nothing in inference.",
        "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting")
    { ShapeRule = "Any shape, unchanged.", Example = "Dropout(P = 0.5)" };

    public override EquatableArray<AttributeSpec> Attributes =>
        [new("p", AttributeKind.Float, 0.5, "Probability that an element is dropped.")];

    public override TensorType Infer(OperatorCall call)
    {
        Require.InputCount(call, 1, 1);
        float p = call.Attributes.Float("p");
        return p is >= 0 and < 1
            ? call.Inputs[0]
            : throw new ShapeException(
                ProblemIds.InvalidArgument, $"{call.Label}: p must be at least 0 and less than 1, got {call.Attributes["p"]}");
    }
}

/// <summary>
/// What <see cref="Dropout"/> does in training: the product with a random mask of zeros and 1/(1 − p), new in every step and the same for
/// the same seed. The mask is a function of the seed, the step and the place, so that it is nowhere stored: the gradient's product computes
/// it again.
/// </summary>
internal sealed class RandomDropout() : RandomElements(new("p", AttributeKind.Float, 0.5, "Probability of a zero."))
{
    public override string Name => OpNames.RandomDropout;

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Needs(node.Inputs[0]))
            context.Accumulate(node.Inputs[0], context.Graph.Add(Name, [gradient], node.Attributes, node.Name));
    }

}

/// <summary>
/// Changes each element by a random number, new in every step, which is a function of the seed, the step and the place: of the samples
/// before a thread's own too.
/// </summary>
/// <param name="setting">The number that it takes.</param>
internal abstract class RandomElements(AttributeSpec setting) : Operator
{
    public override EquatableArray<AttributeSpec> Attributes =>
        [setting, new("stream", AttributeKind.Int, 0, "Distinguishes the random numbers of one network's layers.")];

    public override TensorType Infer(OperatorCall call) => call.Inputs[0];

}
