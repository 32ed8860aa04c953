namespace ModelGen.Runtime;

/// <summary>
/// Functions made of operations alone that IEEE 754 fixes to the last bit (+, −, ·, /, √, each rounded by itself), so that they give the
/// same bits on every platform. Those of <see cref="Math"/> are the C library's, which differ.
/// </summary>
internal static class PortableMath
{
    // ln 2 in two parts: the first has 32 significant bits, so that its products with exponents are exact.
    private const double Ln2High = 0.6931471803691238, Ln2Low = 1.9082149292705877e-10;

    /// <summary>The natural logarithm of a number above 0, less than 1 unit in the last place off.</summary>
    // x = m · 2^e with m from √½ to √2. With f = m − 1 and s = f / (2 + f), |s| ≤ 0.172:
    // ln m = 2 artanh s = f − (f²/2 − s·(f²/2 + R)), R = 2s²/3 + 2s⁴/5 + …, in which only f is not small beside the result.
    public static double Log(double x)
    {
        int exponent = -1023;
        if (x < 2.2250738585072014e-308)
        {
            x *= 1L << 54;
            exponent -= 54;
        }
        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52);
        double m = BitConverter.Int64BitsToDouble(bits & 0x000FFFFFFFFFFFFF | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m /= 2;
            exponent++;
        }
        double f = m - 1, s = f / (2 + f), square = s * s, series = 0;
        for (int power = 23; power >= 3; power -= 2)
            series = (series + 2.0 / power) * square;
        double half = 0.5 * f * f;
        return exponent * Ln2High - (half - (s * (half + series) + exponent * Ln2Low) - f);
    }

    /// <summary>
    /// The number below which a share of the standard normal distribution lies, to some 1e−15 of itself; 0 to 1, exclusive.
    /// </summary>
    // Wichura 1988, Algorithm AS 241: the percentage points of the normal distribution, PPND16: a quotient of polynomials of degree 7 in
    // what the share differs from a half, or, in the tails, in √−ln of the tail.
    public static double NormalQuantile(double share)
    {
        double q = share - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            double r = 0.180625 - q * q;
            return q * Quotient(r, Center, CenterDenominator);
        }
        double root = Math.Sqrt(-Log(q < 0 ? share : 1 - share));
        double tail = root <= 5 ? Quotient(root - 1.6, Tail, TailDenominator) : Quotient(root - 5, FarTail, FarTailDenominator);
        return q < 0 ? -tail : tail;
    }

    /// <summary>
    /// The share of the standard normal distribution below <paramref name="x"/> ≤ 0: the number whose quantile that is, by bisection.
    /// </summary>
    public static double NormalShareBelow(double x)
    {
        // Numbers above 0 are in the order of their bits.
        long low = 1, high = BitConverter.DoubleToInt64Bits(0.5);
        while (low < high)
        {
            long middle = low + (high - low) / 2;
            if (NormalQuantile(BitConverter.Int64BitsToDouble(middle)) < x)
                low = middle + 1;
            else
                high = middle;
        }
        return BitConverter.Int64BitsToDouble(low);
    }

    // Horner's rule, the highest power first; denominators end in 1.
    private static double Quotient(double x, ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator)
    {
        double above = 0, below = 0;
        for (int i = 0; i < numerator.Length; i++)
        {
            above = above * x + numerator[i];
            below = below * x + denominator[i];
        }
        return above / below;
    }

    private static ReadOnlySpan<double> Center =>
    [
        2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
        13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
    ];

    private static ReadOnlySpan<double> CenterDenominator =>
    [
        5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
        5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
    ];

    private static ReadOnlySpan<double> Tail =>
    [
        7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
        3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
    ];

    private static ReadOnlySpan<double> TailDenominator =>
    [
        1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
        0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
    ];

    private static ReadOnlySpan<double> FarTail =>
    [
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
        0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
    ];

    private static ReadOnlySpan<double> FarTailDenominator =>
    [
        2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
        0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
    ];
}
