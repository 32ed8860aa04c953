using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>Checks that several operators share.</summary>
internal static class Require
{
    /// <summary>Most elements of a tensor, and longest dimension.</summary>
    public const int LargestLength = 1 << 30;

    /// <summary>The most dimensions of a tensor, without the batch.</summary>
    public const int MostDimensions = 5;

    /// <summary>The dimension that an attribute names, from 0 without the batch; negative ones count from the end.</summary>
    /// <param name="attribute">What the attribute is called.</param>
    /// <param name="dim">Its value: the batch is dimension 0.</param>
    /// <param name="rank">How many dimensions there are without the batch.</param>
    public static int Axis(string label, string attribute, int dim, int rank)
    {
        int axis = dim < 0 ? rank + dim : dim - 1;
        if (axis >= 0 && axis < rank)
            return axis;
        string all = rank == 0 ? "which is the only one"
            : FormattableString.Invariant($"so 1 to {rank} or -{rank} to -1");
        throw new ShapeException(ProblemIds.InvalidArgument, FormattableString.Invariant(
            $"{label}: {attribute} {dim} does not exist; with the batch there are {rank + 1}, {all}"));
    }

    /// <summary>Several dimensions, none twice.</summary>
    public static int[] Axes(string label, string attribute, IEnumerable<int> dims, int rank)
    {
        int[] axes = [.. dims.Select(d => Axis(label, attribute, d, rank))];
        return axes.Distinct().Count() == axes.Length ? axes
            : throw new ShapeException(ProblemIds.InvalidArgument,
                $"{label}: {attribute} names one twice: {string.Join(", ", dims.Select(d => FormattableString.Invariant($"{d}")))}");
    }

    /// <summary>Refuses more dimensions than there can be.</summary>
    public static TensorType Rank(OperatorCall call, TensorType type) => type.Shape.Rank <= MostDimensions ? type
        : throw new ShapeException(ProblemIds.InvalidArgument, FormattableString.Invariant(
            $"{call.Label} would make {type.Shape.Rank} dimensions, {type.Shape}; at most {MostDimensions} are supported"));

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
