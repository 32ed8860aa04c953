using System.Globalization;

namespace ModelGen.Tests.Harness;

/// <summary>
/// How far a value may be from the reference: |a − b| ≤ Absolute + AbsoluteOfMax·max|b| + Relative·|b|, or so many floats between the two.
/// </summary>
internal sealed record Tolerance(double Relative = 0, double Absolute = 0, double AbsoluteOfMax = 0, int FloatsBetween = 0)
{
    /// <summary>The same bits, except that +0 is −0.</summary>
    public static Tolerance Exact { get; } = new();

    /// <summary>
    /// Convolution and fully connected layers on values of ordinary size: that of PyTorch's assert_close for single precision.
    /// </summary>
    public static Tolerance Forward { get; } = new(Relative: 1.3e-6, Absolute: 1e-5);

    /// <summary>
    /// Gradients, sums over pixels and samples: n·u, by which n products of one sign are off at most, is 1e-4 for 1,678 of them; where
    /// terms cancel, 1e-5 of the largest are 168.
    /// </summary>
    public static Tolerance Gradient { get; } = new(Relative: 1e-4, AbsoluteOfMax: 1e-5);

    public static Tolerance OfMax(double share) => new(AbsoluteOfMax: share);
}

/// <summary>A reference tensor and how well it must be met.</summary>
internal sealed record Expected(float[] Values, Tolerance Tolerance)
{
    /// <summary>Null where all is well, else the worst element.</summary>
    public string? Compare(string what, ReadOnlySpan<float> actual)
    {
        if (actual.Length != Values.Length)
            return $"{what}: {actual.Length} values, expected {Values.Length}";
        double largest = Values.Where(float.IsFinite).Select(v => Math.Abs((double)v)).DefaultIfEmpty().Max();
        double worst = 0;
        int worstAt = -1;
        int wrong = 0;
        double largestError = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            (double a, double b) = (actual[i], Values[i]);
            double error = Math.Abs(a - b);
            double allowed = Tolerance.Absolute + Tolerance.AbsoluteOfMax * largest + Tolerance.Relative * Math.Abs(b);
            bool fits = a.Equals(b) || error <= allowed
                || (Tolerance.FloatsBetween > 0 && FloatsBetween(actual[i], Values[i]) <= Tolerance.FloatsBetween);
            largestError = Math.Max(largestError, error);
            if (fits)
                continue;
            wrong++;
            double excess = double.IsNaN(error) ? double.PositiveInfinity : error / Math.Max(allowed, double.Epsilon);
            if (worstAt < 0 || excess > worst)
                (worst, worstAt) = (excess, i);
        }
        return worstAt < 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"{what}: {wrong} of {actual.Length} values wrong, worst at {worstAt}: {actual[worstAt]:R} instead of {Values[worstAt]:R} "
                + $"({worst:G3} times the tolerance); largest error {largestError:G3}, largest value {largest:G3}");
    }

    private static long FloatsBetween(float a, float b)
    {
        return float.IsNaN(a) || float.IsNaN(b) ? long.MaxValue : Math.Abs(Ordinal(a) - Ordinal(b));

        static long Ordinal(float value)
        {
            int bits = BitConverter.SingleToInt32Bits(value);
            return bits >= 0 ? bits : -(long)(bits & int.MaxValue);
        }
    }
}
