using ModelGen.Generator.Graphs;

namespace ModelGen.Tests.Reference;

/// <summary>Bounds of functions of two operands, comparisons, powers, and the largest of several.</summary>
internal static class TensorErrors
{
    public static Dictionary<string, Func<ErrorCall, double[]>> Rules { get; } = new()
    {
        ["Subtract"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["Divide"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["Minimum"] = c => ElementErrors.Moved(c, 0),
        ["BroadcastAdd"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["BroadcastSubtract"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["BroadcastMultiply"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["BroadcastDivide"] = c => ElementErrors.Moved(c, 1, ofInputs: 0),
        ["BroadcastMaximum"] = c => ElementErrors.Moved(c, 0),
        ["BroadcastMinimum"] = c => ElementErrors.Moved(c, 0),
        // The platform's power is within a unit in the last place, its logarithm too.
        ["PowOf"] = c => ElementErrors.Moved(c, 2, ofInputs: 0),
        ["BroadcastPowOf"] = c => ElementErrors.Moved(c, 2, ofInputs: 0),
        ["PowConstant"] = c => ElementErrors.Moved(c, 2, ofInputs: 0),
        ["PowExponentSlope"] = c => ElementErrors.Moved(c, 6, ofInputs: 0),
        ["BroadcastPowExponentSlope"] = c => ElementErrors.Moved(c, 6, ofInputs: 0),
        ["BroadcastMaximumShare"] = Step,
        ["Greater"] = Step,
        ["GreaterEqual"] = Step,
        ["Less"] = Step,
        ["LessEqual"] = Step,
        ["EqualMask"] = Step,
        ["ReduceMax"] = c => ElementErrors.Moved(c, 0),
        ["ReduceMin"] = c => ElementErrors.Moved(c, 0),
        ["ArgMax"] = Position,
    };

    // Either side of a jump that lies within the bounds of an input; an exact input has none.
    private static double[] Step(ErrorCall call) => ElementErrors.Moved(call, 0);

    // Every place whose element could be the largest.
    private static double[] Position(ErrorCall call)
    {
        Shape shape = call.ShapeOf(0);
        int dim = call.Attributes.Int("dim"), axis = dim < 0 ? shape.Rank + dim : dim - 1, length = shape[axis], inner = 1;
        for (int i = axis + 1; i < shape.Rank; i++)
            inner *= shape[i];
        double[] bounds = new double[call.Result.Length];
        for (int i = 0; i < bounds.Length; i++)
        {
            int first = i / inner * length * inner + i % inner;
            double least = Enumerable.Range(0, length).Max(k => call.Inputs[0][first + k * inner] - call.Errors[0][first + k * inner]);
            for (int k = 0; k < length; k++)
            {
                if (call.Inputs[0][first + k * inner] + call.Errors[0][first + k * inner] >= least)
                    bounds[i] = Math.Max(bounds[i], Math.Abs(k - call.Result[i]));
            }
        }
        return bounds;
    }
}
