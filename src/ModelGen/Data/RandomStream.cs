using ModelGen.Runtime;

namespace ModelGen.Data;

/// <summary>A stream of random numbers for one sample of one epoch, the same on every platform.</summary>
/// <remarks>
/// SplitMix64 from a hash of (seed, epoch, number), so a stream depends neither on the order of samples nor on the thread that draws. Of
/// floating point only operations are used that IEEE 754 fixes to the last bit, and the logarithm of <see cref="PortableMath"/>.
/// </remarks>
internal struct RandomStream(int seed, long epoch, long number)
{
    private ulong state = SplitMix64.Mix(
        SplitMix64.Mix(SplitMix64.Mix(unchecked((uint)seed + SplitMix64.Golden)) ^ unchecked((ulong)epoch + 1)) ^ unchecked(
            (ulong)number * SplitMix64.Golden));
    private double spare;
    private bool hasSpare;

    /// <summary>The stream that begins behind a state, which should be a hash.</summary>
    public static RandomStream From(ulong state)
    {
        RandomStream stream = default;
        stream.state = state;
        return stream;
    }

    /// <summary>64 random bits.</summary>
    public ulong Next() => SplitMix64.Mix(state = unchecked(state + SplitMix64.Golden));

    /// <summary>A number from 0 to <paramref name="count"/> − 1; of 2^64 outcomes none is preferred by more than one.</summary>
    public int NextInt(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>A number from 0 to below 1, a multiple of 2^−53.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>A number of the normal distribution with mean 0 and standard deviation 1.</summary>
    // Marsaglia's polar method (Marsaglia and Bray, A convenient method for generating normal variables, 1964).
    public double NextNormal()
    {
        if (hasSpare)
        {
            hasSpare = false;
            return spare;
        }
        double x, y, square;
        do
        {
            x = 2 * NextUnit() - 1;
            y = 2 * NextUnit() - 1;
            square = x * x + y * y;
        }
        while (square is >= 1 or 0);
        double factor = Math.Sqrt(-2 * PortableMath.Log(square) / square);
        (spare, hasSpare) = (y * factor, true);
        return x * factor;
    }
}
