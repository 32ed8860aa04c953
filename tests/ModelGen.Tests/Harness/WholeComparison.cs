using ModelGen.Generator.Graphs;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Harness;

/// <summary>Whether results are what the reference says.</summary>
internal enum WholeVerdict
{
    /// <summary>They are, or they are not.</summary>
    Certain,

    /// <summary>
    /// They differ, but so do those of the reference where its values are rounded a little otherwise: at the kink of a ReLU, for instance.
    /// </summary>
    Rounding,
}

/// <summary>
/// Holds results against the reference. What is further off than it may be is wrong, unless the reference moves as far as that when each of
/// its operations is off by as much as sums of floats are.
/// </summary>
internal static class WholeComparison
{
    /// <summary>Compares everything that the reference gives.</summary>
    /// <param name="actual">Results by name.</param>
    /// <param name="exact">How the reference is rounded where it is not: each comparison has its own.</param>
    /// <param name="reference">Gives the same results, rounded like this.</param>
    /// <param name="toleranceOf">How far results may be off, of their largest.</param>
    /// <param name="uncancelledSize">How large a result is where its terms cancel less; null where that is not asked for.</param>
    /// <param name="failures">Takes what is wrong.</param>
    public static WholeVerdict Compare(
        Dictionary<string, float[]> actual, WholeRounding exact, Func<WholeRounding, Dictionary<string, double[]>> reference,
        Func<Dictionary<string, double[]>, double> toleranceOf, Func<string, double>? uncancelledSize, List<string> failures)
    {
        Dictionary<string, double[]> expected = reference(exact);
        double tolerance = toleranceOf(expected);
        var wrong = new List<(string Name, double Error, double Bound)>();
        foreach ((string name, double[] values) in expected)
        {
            double bound = tolerance * Math.Max(0.1, Largest(values));
            double error = values.Zip(actual[name], (e, a) => double.IsNaN(e - a) ? double.PositiveInfinity : Math.Abs(e - a))
                .DefaultIfEmpty().Max();
            if (error > bound && (double.IsInfinity(error) || uncancelledSize is null || error > tolerance * uncancelledSize(name)))
                wrong.Add((name, error, bound));
        }
        if (wrong.Count == 0)
            return WholeVerdict.Certain;
        Dictionary<string, double[]>[] disturbed = [reference(exact.Disturbed(1, 1)), reference(exact.Disturbed(2, -1))];
        // Twice disturbed is not yet all that may happen.
        (string Name, double Error, double Bound)[] certain =
            [.. wrong.Where(w => !(w.Error <= 4 * disturbed.Max(d => Distance(d[w.Name], expected[w.Name]))))];
        foreach ((string name, double error, double bound) in certain)
        {
            failures.Add(FormattableString.Invariant(
                $"{name} is off by {error:G3}, where {bound:G3} is allowed, of values up to {Largest(expected[name]):G3}"));
        }
        return certain.Length == 0 ? WholeVerdict.Rounding : WholeVerdict.Certain;
    }

    /// <summary>
    /// How large an output is where the terms of its last sums happen to cancel less: with other signs of the last weights.
    /// </summary>
    public static double UncancelledSize(Graph graph, string output, int samples, Dictionary<string, double[]> values)
    {
        Node last = graph[graph.Outputs.Single(o => o.Name == output).Value];
        if (last.Op is not (OpNames.Linear or OpNames.Conv2d))
            return 0;
        var random = new Random(1);
        string weight = graph[last.Inputs[1]].Name;
        double[] others = [.. values[weight].Select(w => random.Next(2) == 0 ? w : -w)];
        var changed = new Dictionary<string, double[]>(values, StringComparer.Ordinal) { [weight] = others };
        return Largest(ReferenceInterpreter.Outputs(graph, samples, changed)[output]);
    }

    private static double Distance(double[] a, double[] b) => Largest(a.Zip(b, (x, y) => x - y));

    private static double Largest(IEnumerable<double> values) => values.Select(Math.Abs).DefaultIfEmpty().Max();
}
