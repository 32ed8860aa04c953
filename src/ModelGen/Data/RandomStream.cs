using ModelGen.Runtime;

namespace ModelGen.Data;

/// <summary>A stream of random numbers for one sample of one epoch, the same on every platform.</summary>
/// <remarks>
/// SplitMix64 from a hash of (seed, epoch, number), so a stream depends neither on the order of samples nor on the thread that draws. Of
/// floating point only operations are used that IEEE 754 fixes to the last bit; the logarithm is therefore computed here.
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
        double factor = Math.Sqrt(-2 * Log(square) / square);
        (spare, hasSpare) = (y * factor, true);
        return x * factor;
    }

    /// <summary>The natural logarithm of a normal number above 0, to some 1e−15.</summary>
    // x = m · 2^e with m from √½ to √2; ln m = 2 artanh s with s = (m − 1) / (m + 1), |s| ≤ 0.172, by its power series to s^21.
    internal static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble(bits & 0x000FFFFFFFFFFFFF | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m /= 2;
            exponent++;
        }
        double s = (m - 1) / (m + 1), square = s * s, sum = 0;
        for (int power = 21; power >= 1; power -= 2)
            sum = sum * square + 1.0 / power;
        return exponent * 0.6931471805599453 + 2 * s * sum;
    }
}
