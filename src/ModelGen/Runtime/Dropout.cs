using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Dropout masks from a hash of (seed, step, index): the same on every platform, for any number of threads and in any order.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Dropout
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>mask = 0 with probability p, else 1 / (1 − p), so that the expectation is 1.</summary>
    /// <param name="mask">Receives <paramref name="n"/> floats.</param>
    /// <param name="n">Length, ≥ 0.</param>
    /// <param name="p">Probability of 0, in [0, 1]; exact to 2^−32.</param>
    /// <param name="seed">One per layer.</param>
    /// <param name="step">One per training step.</param>
    /// <param name="firstIndex">Index of the first float in the whole mask: pieces give what one call would.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is NaN or not in [0, 1].</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mask(ref float mask, nint n, float p, ulong seed, ulong step, ulong firstIndex = 0)
    {
        if (!(p >= 0f && p <= 1f))
            throw new ArgumentOutOfRangeException(nameof(p), p, "Dropout's probability must be from 0 to 1.");

        // Kept where a 32-bit hash reaches the threshold: 2^32, which none reaches, for p = 1.
        ulong threshold = (ulong)Math.Round(p * 4294967296.0);
        float kept = p < 1f ? 1f / (1f - p) : 0f;
        ulong state = Mix(seed ^ Mix(step + Golden)) + firstIndex * Golden;
        for (nint i = 0; i < n; i++)
        {
            state += Golden;
            Unsafe.Add(ref mask, i) = Mix(state) >> 32 >= threshold ? kept : 0f;
        }
    }

    // SplitMix64's finaliser (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014; Stafford's variant 13).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
