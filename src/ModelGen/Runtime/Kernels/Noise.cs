using System.ComponentModel;
using System.Runtime.CompilerServices;
using ModelGen.Data;

namespace ModelGen.Runtime;

/// <summary>
/// Normal random numbers from a hash of (seed, step, index): the same on every platform, for any number of threads and in any order.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Noise
{
    /// <summary>y = x + noise, of the normal distribution with mean 0.</summary>
    /// <param name="x">What it is added to, <paramref name="n"/> floats.</param>
    /// <param name="y">Receives the sums; may be <paramref name="x"/>.</param>
    /// <param name="n">Length, ≥ 0.</param>
    /// <param name="standardDeviation">Finite and ≥ 0.</param>
    /// <param name="seed">One per layer.</param>
    /// <param name="step">One per training step.</param>
    /// <param name="firstIndex">Index of the first float in the whole: pieces give what one call would.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="standardDeviation"/> is not what it has to be.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ref float x, ref float y, nint n, float standardDeviation, ulong seed, ulong step, ulong firstIndex = 0)
    {
        if (!(standardDeviation >= 0f && float.IsFinite(standardDeviation)))
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation), standardDeviation, "The standard deviation of noise must be a finite number of at least 0.");

        // They come in pairs, each from a stream of its own, as their method throws away as many uniform numbers as it happens to.
        ulong key = SplitMix64.Mix(seed ^ SplitMix64.Mix(step + SplitMix64.Golden));
        nint i = 0;
        if ((firstIndex & 1) != 0 && n > 0)
        {
            RandomStream pair = Pair(key, firstIndex);
            pair.NextNormal();
            y = x + (float)(pair.NextNormal() * standardDeviation);
            i = 1;
        }
        for (; i < n; i += 2)
        {
            RandomStream pair = Pair(key, firstIndex + (ulong)i);
            Unsafe.Add(ref y, i) = Unsafe.Add(ref x, i) + (float)(pair.NextNormal() * standardDeviation);
            if (i + 1 < n)
                Unsafe.Add(ref y, i + 1) = Unsafe.Add(ref x, i + 1) + (float)(pair.NextNormal() * standardDeviation);
        }
    }

    // Far apart in the counter's sequence, so that streams do not overlap.
    private static RandomStream Pair(ulong key, ulong index) => RandomStream.From(SplitMix64.Mix(key ^ (index >> 1)));
}
