namespace FashionMnist;

/// <summary>
/// Puts indices in a random order that a seed fixes for good, on every platform and runtime version, which
/// <see cref="Random"/> does not promise.
/// </summary>
/// <remarks>
/// The generator is SplitMix64: G. L. Steele, D. Lea, C. H. Flood, <i>Fast Splittable Pseudorandom Number Generators</i>, OOPSLA 2014.
/// </remarks>
internal sealed class Shuffler(int seed)
{
    private ulong state = (uint)seed;

    /// <summary>Shuffles in place (Fisher–Yates), without allocating.</summary>
    public void Shuffle(Span<int> indices)
    {
        for (var last = indices.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (indices[last], indices[other]) = (indices[other], indices[last]);
        }
    }

    // The high half of a 64×64-bit product; for bounds below 2^31 the bias is less than one in 2^33.
    private int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    private ulong Next()
    {
        state += 0x9e3779b97f4a7c15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
