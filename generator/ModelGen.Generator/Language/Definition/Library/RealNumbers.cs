using System.Reflection;

namespace ModelGen.Generator.Language.Definition.Library;

/// <summary>
/// What .NET 8 and later compute from real numbers, also where the compiler runs on an older runtime, which had other results for signed
/// zeros and NaN.
/// </summary>
internal static class RealNumbers
{
    private static readonly Func<double, double>? HostLog2 =
        typeof(Math).GetMethod("Log2", BindingFlags.Public | BindingFlags.Static, null, [typeof(double)], null)?.CreateDelegate(
            typeof(Func<double, double>)) as Func<double, double>;

    public static double Max(double a, double b) => a != b ? double.IsNaN(a) ? a : b < a ? a : b : IsNegative(b) ? a : b;

    public static double Min(double a, double b) => a != b ? double.IsNaN(a) ? a : a < b ? a : b : IsNegative(a) ? a : b;

    /// <summary>By number of MidpointRounding.</summary>
    public static double Round(double value, int mode) => mode switch
    {
        0 => Math.Round(value),
        // Not floor(|x| + ½): that sum rounds up for the largest number below ½.
        1 => Math.Abs(value - Math.Truncate(value)) >= 0.5 ? Math.Truncate(value) + Math.Sign(value) : Signed(Math.Truncate(value), value),
        2 => Math.Truncate(value),
        3 => Math.Floor(value),
        4 => Math.Ceiling(value),
        _ => throw new ArgumentException($"there is no MidpointRounding of number {mode}", nameof(mode)),
    };

    /// <summary>To digits behind the point, as .NET does it: by multiplying, rounding and dividing.</summary>
    public static double Round(double value, int digits, int mode)
    {
        if (digits is < 0 or > 15)
            throw new ArgumentOutOfRangeException(nameof(digits));
        if (!(Math.Abs(value) < 1e16))
            return value;
        double power = 1;
        for (int i = 0; i < digits; i++)
            power *= 10;
        return Round(value * power, mode) / power;
    }

    /// <summary>As the IEEE has it: 1 to any power, and anything to the power of 0, is 1.</summary>
    public static double Pow(double x, double y) =>
        x == 1 || y == 0 ? 1
        : x == -1 && double.IsInfinity(y) ? 1
        : Math.Pow(x, y);

    /// <summary>Exact for powers of two; null where this runtime has no such function.</summary>
    public static double? Log2(double value)
    {
        if (value <= 0 || double.IsNaN(value) || double.IsInfinity(value))
            return Math.Log(value);
        long bits = BitConverter.DoubleToInt64Bits(value);
        if ((bits & 0xFFFFFFFFFFFFF) == 0 && bits >> 52 > 0)
            return (bits >> 52) - 1023;
        return HostLog2?.Invoke(value);
    }

    public static bool IsNegative(double value) => BitConverter.DoubleToInt64Bits(value) < 0;

    private static double Signed(double magnitude, double sign) => magnitude == 0 && IsNegative(sign) ? -0.0 : magnitude;
}
