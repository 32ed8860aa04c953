using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds;

/// <summary>Checks of what is said about a network as a whole, whichever way it is written; the front ends add the places.</summary>
internal static class NetworkChecks
{
    /// <summary>What is wrong with a number of samples; null where nothing is.</summary>
    /// <param name="label">What the number is of, as messages begin.</param>
    /// <param name="key">What the number is called there.</param>
    public static Problem? BatchTooSmall(string label, string key, int batch) => batch >= 1
        ? null
        : new Problem(ProblemIds.InvalidArgument, FormattableString.Invariant($"{label}: {key} must be at least 1, got {batch}"));

    /// <summary>The problem of a batch whose largest tensor cannot be indexed; null where it can be.</summary>
    /// <param name="label">What the number is of, as messages begin.</param>
    /// <param name="batch">At least 1.</param>
    /// <param name="types">The types of all values of the network.</param>
    public static Problem? BatchTooLarge(string label, int batch, IEnumerable<TensorType> types)
    {
        long largest = types.Where(t => t.PerSample).Select(t => t.Shape.Length).DefaultIfEmpty(1).Max();
        return largest * batch <= Require.LargestLength
            ? null
            : new Problem(ProblemIds.TooLarge, FormattableString.Invariant(
                $"{label}: {batch} samples of {largest} elements, the largest tensor, make {largest * batch}; at most {Require.LargestLength} are supported, which are {Require.LargestLength / largest} samples"));
    }
}
