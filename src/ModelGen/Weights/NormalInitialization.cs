using ModelGen.Runtime;

namespace ModelGen;

/// <summary>
/// Normal first values by the inverse of the distribution function: one 52-bit number of the counter's hash gives one value, so each is a
/// function of its index alone.
/// </summary>
internal static class NormalInitialization
{
    /// <summary>The standard normal number of an index.</summary>
    public static double At(ulong start, long index) => PortableMath.NormalQuantile(Share(start, index));

    /// <summary>mean + deviation · z, computed in double and rounded once.</summary>
    public static void Fill(ulong start, float mean, float deviation, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * At(start, i));
    }

    /// <summary>The same within limits: the share is taken between those of the limits.</summary>
    public static void FillTruncated(ulong start, float mean, float deviation, float lower, float upper, Span<float> values)
    {
        double from = ((double)lower - mean) / deviation, to = ((double)upper - mean) / deviation;
        // Shares near 1 are coarse, those near 0 are not: limits that are both above the mean are taken below it instead.
        double sign = from > 0 ? -1 : 1;
        (from, to) = from > 0 ? (-to, -from) : (from, to);
        double low = PortableMath.NormalShareBelow(from);
        double width = (to <= 0 ? PortableMath.NormalShareBelow(to) : 1 - PortableMath.NormalShareBelow(-to)) - low;
        for (int i = 0; i < values.Length; i++)
        {
            double share = low + width * Share(start, i);
            double z = share < 1 ? PortableMath.NormalQuantile(share) : double.PositiveInfinity;
            values[i] = (float)Math.Clamp(mean + deviation * (sign * z), lower, upper);
        }
    }

    // An odd multiple of 2⁻⁵³, never 0 or 1.
    private static double Share(ulong start, long index) =>
        ((SplitMix64.Mix(unchecked(start + ((ulong)index + 1) * SplitMix64.Golden)) >> 12) + 0.5) * (1.0 / (1L << 52));
}
