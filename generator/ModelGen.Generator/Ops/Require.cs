using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Checks that several operators share.</summary>
internal static class Require
{
    /// <summary>Most elements of a tensor, and longest dimension.</summary>
    public const int LargestLength = 1 << 30;

    public static void Image(OperatorCall call, int input = 0)
    {
        Shape shape = call.Inputs[input].Shape;
        if (shape.Rank != 3)
        {
            throw new ShapeException(ProblemIds.NeedsImage,
                $"{call.Label} needs channels×height×width per sample, got {shape}; put it before Flatten");
        }
    }

    public static void SameShapes(OperatorCall call)
    {
        for (int i = 1; i < call.Inputs.Count; i++)
        {
            if (call.Inputs[i].Shape != call.Inputs[0].Shape)
            {
                throw new ShapeException(ProblemIds.ShapesDiffer,
                    $"{call.Label} needs inputs of one shape, got {string.Join(" and ", call.Inputs.Select(t => t.Shape.ToString()))}");
            }
        }
    }

    public static void InputCount(OperatorCall call, int fewest, int most)
    {
        if (call.Inputs.Count < fewest || call.Inputs.Count > most)
        {
            string expected = fewest == most ? $"{fewest}" : $"{fewest} to {most}";
            throw new ShapeException(ProblemIds.InputCount, $"{call.Label} takes {expected} inputs, got {call.Inputs.Count}");
        }
    }

    /// <summary>Sizes stay below what a .NET array can index, and are refused by name before anything overflows.</summary>
    public static TensorType Size(OperatorCall call, TensorType type)
    {
        long length;
        try
        {
            length = type.Shape.Length;
        }
        catch (OverflowException)
        {
            length = long.MaxValue;
        }
        return length <= LargestLength
            ? type
            : throw new ShapeException(
                ProblemIds.TooLarge, $"{call.Label} would make a tensor of {type.Shape} elements; at most {LargestLength} are supported");
    }
}
