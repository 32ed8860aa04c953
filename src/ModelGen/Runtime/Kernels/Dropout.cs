using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Dropout by a hash of (seed, step, index): the same on every platform, for any number of threads and in any order.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Dropout
{
    /// <summary>
    /// y = x · mask, where mask = 0 with probability p, else 1 / (1 − p), so that its expectation is 1. The gradient is the same product
    /// again, with the same mask.
    /// </summary>
    /// <param name="x">The factors, <paramref name="n"/> floats.</param>
    /// <param name="y">Receives the products; may be <paramref name="x"/>.</param>
    /// <param name="n">Length, ≥ 0.</param>
    /// <param name="p">Probability of 0, in [0, 1]; exact to 2^−32.</param>
    /// <param name="seed">One per layer.</param>
    /// <param name="step">One per training step.</param>
    /// <param name="firstIndex">Index of the first float in the whole: pieces give what one call would.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is NaN or not in [0, 1].</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(ref float x, ref float y, nint n, float p, ulong seed, ulong step, ulong firstIndex = 0)
    {
        if (!(p >= 0f && p <= 1f))
            throw new ArgumentOutOfRangeException(nameof(p), p, "Dropout's probability must be from 0 to 1.");

        // Kept where a 32-bit hash reaches the threshold: 2^32, which none reaches, for p = 1.
        ulong threshold = (ulong)Math.Round(p * 4294967296.0);
        float kept = p < 1f ? 1f / (1f - p) : 0f;
        ulong state = SplitMix64.Mix(seed ^ SplitMix64.Mix(step + SplitMix64.Golden)) + firstIndex * SplitMix64.Golden;
        for (nint i = 0; i < n; i++)
        {
            state += SplitMix64.Golden;
            Unsafe.Add(ref y, i) = Unsafe.Add(ref x, i) * (SplitMix64.Mix(state) >> 32 >= threshold ? kept : 0f);
        }
    }
}
