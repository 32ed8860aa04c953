using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Harness;

/// <summary>
/// How the reference is rounded: not at all, or each of its operations by as much as sums of floats are. Penalties that have the sign of a
/// parameter jump where it is all but zero, so that there the rounding decides; such signs are what a disturbed reference is told.
/// </summary>
internal sealed class WholeRounding
{
    private const double OfSums = 3e-7;

    // Disturbed at random, a parameter may come this much further.
    private const double Farther = 4;

    // Parameters as they were before each of their updates, without any rounding.
    private readonly Dictionary<(string Parameter, int Row, int Update), double[]> _exact;
    private readonly Random? _random;
    private readonly int _sign;

    public WholeRounding()
        : this([], null, 0)
    {
    }

    private WholeRounding(Dictionary<(string Parameter, int Row, int Update), double[]> exact, Random? random, int sign) =>
        (_exact, _random, _sign) = (exact, random, sign);

    /// <summary>Whether it is none.</summary>
    public bool IsExact => _random is null;

    /// <summary>Rounds each operation, for a reference that has run without.</summary>
    /// <param name="sign">The sign of what may be on either side of zero.</param>
    public WholeRounding Disturbed(int seed, int sign) => new(_exact, new Random(seed), sign);

    /// <summary>A step of the reference.</summary>
    public TrainingStep Step(int updates = 0) => TrainingStep.None with
    {
        Updates = updates,
        Disturb = _random is null ? null : values =>
        {
            double size = OfSums * Largest(values);
            return [.. values.Select(v => v + size * (_random.NextDouble() * 2 - 1))];
        },
        SignsOf = (parameter, row, values) => SignsOf((parameter, row, updates), values),
    };

    private double[] SignsOf((string Parameter, int Row, int Update) at, double[] values)
    {
        if (_random is null)
        {
            _exact[at] = [.. values];
            return [.. values.Select(v => (double)Math.Sign(v))];
        }
        double rounding = OfSums * Largest(values);
        // What is given is not rounded.
        return [.. values.Zip(_exact[at], (v, e) => IsOpen(v, Math.Abs(v - e)) ? _sign : (double)Math.Sign(v))];

        bool IsOpen(double value, double moved) => moved > 0 && Math.Abs(value) <= rounding + Farther * moved;
    }

    private static double Largest(double[] values) => values.Select(Math.Abs).DefaultIfEmpty().Max();
}
