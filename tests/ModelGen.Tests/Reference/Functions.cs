namespace ModelGen.Tests.Reference;

/// <summary>Functions that .NET does not have, in double precision.</summary>
internal static class Functions
{
    // Klambauer et al. 2017, equation 14.
    public const double SeluAlpha = 1.6732632423543772848, SeluScale = 1.0507009873554804934;

    /// <summary>The error function: its series near 0, one minus the continued fraction of the complement elsewhere.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (Math.Abs(x) > 2)
            return Math.Sign(x) * (1 - Complement(Math.Abs(x)));
        double term = x, sum = x;
        for (int n = 1; n < 60; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return sum * 2 / Math.Sqrt(Math.PI);
    }

    /// <summary>The standard normal distribution, with all its digits where it is small too.</summary>
    public static double Normal(double x)
    {
        double a = -x / Math.Sqrt(2);
        return a > 2 ? Complement(a) / 2 : (1 - Erf(a)) / 2;
    }

    /// <summary>Its density.</summary>
    public static double Bell(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    public static double GeluTanh(double x) => x / (1 + Math.Exp(-2 * Inner(x)));

    public static double GeluTanhSlope(double x)
    {
        double sigmoid = 1 / (1 + Math.Exp(-2 * Inner(x)));
        return sigmoid * (1 + 2 * x * (1 - sigmoid) * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x));
    }

    /// <summary>tanh(ln(1 + e^x)), without the difference of numbers near 1.</summary>
    public static double TanhOfSoftplus(double x)
    {
        double e = Math.Exp(Math.Min(x, 40)), n = e * (e + 2);
        return n / (n + 2);
    }

    public static double MishSlope(double x)
    {
        double e = Math.Exp(Math.Min(x, 40)), whole = e * (e + 2) + 2;
        return TanhOfSoftplus(x) + Math.Min(x, 40) * 4 * e / whole * ((e + 1) / whole);
    }

    private static double Inner(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);

    // erfc of x > 2 by Laplace's continued fraction, from behind.
    private static double Complement(double x)
    {
        if (double.IsPositiveInfinity(x))
            return 0;
        double fraction = x;
        for (int n = 120; n > 0; n--)
            fraction = x + n / 2.0 / fraction;
        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
