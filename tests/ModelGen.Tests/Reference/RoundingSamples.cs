using System.Globalization;

namespace ModelGen.Tests.Reference;

/// <summary>
/// What rounding is likely to do to results of many operators in a row, where bounds that add up the worst of each say nothing any more:
/// the graph is evaluated again and again with each result off by its own rounding at random (Parker 1997, Monte Carlo arithmetic), and
/// whatever is computed is compared with how far these lie from the exact ones.
/// </summary>
/// <remarks>
/// Own roundings are standard deviations from the rules of <see cref="RunningErrorInterpreter"/>. A result is refused that is further off
/// than <see cref="Factor"/> times the furthest of the samples. Where a sample falls on the other side of a kink, as at 0 for ReLU, it says
/// what that does; few samples may miss it, so more are taken before anything is refused.
/// </remarks>
/// <param name="evaluate">Gives the results, with each of its operations disturbed as asked for; all that is given is what is computed with
/// rounding.</param>
/// <param name="unit">u of the precision that is used.</param>
internal sealed class RoundingSamples(Func<Rounding?, Dictionary<string, double[]>> evaluate,
    double unit = RunningErrorInterpreter.OfFloats)
{
    /// <summary>The furthest of some samples is two deviations off, and a float of millions may be five.</summary>
    public const double Factor = 4;

    private const int Few = 3, Many = 40;

    private readonly List<Dictionary<string, double[]>> _samples = [];

    /// <summary>The results without rounding.</summary>
    public Dictionary<string, double[]> Exact { get; } = evaluate(null);

    /// <summary>What is wrong with a result; null if nothing.</summary>
    public string? Compare(string name, ReadOnlySpan<float> actual)
    {
        double[] exact = Exact[name];
        Assert.Equal(exact.Length, actual.Length);
        (double error, int at) = (0, 0);
        for (int i = 0; i < exact.Length; i++)
        {
            double off = Math.Abs(actual[i] - exact[i]);
            if (off > error || double.IsNaN(off))
                (error, at) = (double.IsNaN(off) ? double.PositiveInfinity : off, i);
        }
        double furthest = Furthest(name, Few);
        if (error > Factor * furthest)
            furthest = Furthest(name, Many);
        return error <= Factor * furthest ? null : string.Create(CultureInfo.InvariantCulture,
            $"{name}[{at}] of {exact.Length} is {actual[at]:R} instead of {exact[at]:R}: off by {error:G3}, where rounding makes "
            + $"{furthest:G3} of values up to {exact.Max(Math.Abs):G3}");
    }

    /// <summary>How far a result may be off, by the samples that there are so far.</summary>
    public double Bound(string name) => Factor * Furthest(name, Math.Max(Few, _samples.Count));

    /// <summary>How far a sample of a result is off at most, of so many.</summary>
    public double Furthest(string name, int samples)
    {
        while (_samples.Count < samples)
        {
            var random = new Random(_samples.Count);
            _samples.Add(evaluate((graph, node, batch, inputs, result, step) =>
            {
                double[] own = RunningErrorInterpreter.Likely(graph, node, batch, inputs, step, unit);
                // Uniform between −√3 and √3 deviations; a float at least.
                return [.. result.Zip(own, (v, deviation) => v + deviation * Math.Sqrt(3) * (2 * random.NextDouble() - 1))];
            }));
        }
        // A float is rounded once where nothing else is.
        double largest = Exact[name].Select(Math.Abs).DefaultIfEmpty().Max();
        return Math.Max(unit * largest,
            _samples.Take(samples).Max(s => Exact[name].Zip(s[name], (a, b) => Math.Abs(a - b)).DefaultIfEmpty().Max()));
    }
}
