using System.Globalization;

namespace ModelGen.Generator.Language.Definition.Library;

internal static partial class LibraryTable
{
    private static void AddNumbers()
    {
        Ordered<byte>();
        Ordered<sbyte>();
        Ordered<short>();
        Ordered<ushort>();
        Ordered<int>();
        Ordered<uint>();
        Ordered<long>();
        Ordered<ulong>();
        Of<float, float, float>("Math.Max", (a, b) => (float)RealNumbers.Max(a, b));
        Of<double, double, double>("Math.Max", RealNumbers.Max);
        Of<float, float, float>("Math.Min", (a, b) => (float)RealNumbers.Min(a, b));
        Of<double, double, double>("Math.Min", RealNumbers.Min);
        Of("Math.Clamp", (float a, float low, float high) => low > high ? throw new ArgumentException("range") : a < low ? low
            : a > high ? high : a);
        Of("Math.Clamp", (double a, double low, double high) => low > high ? throw new ArgumentException("range") : a < low ? low
            : a > high ? high : a);
        Of("Math.Abs", (sbyte a) => Math.Abs(a));
        Of("Math.Abs", (short a) => Math.Abs(a));
        Of("Math.Abs", (int a) => Math.Abs(a));
        Of("Math.Abs", (long a) => Math.Abs(a));
        Of("Math.Abs", (float a) => Math.Abs(a));
        Of("Math.Abs", (double a) => Math.Abs(a));
        Of("Math.Sign", (sbyte a) => Math.Sign(a));
        Of("Math.Sign", (short a) => Math.Sign(a));
        Of("Math.Sign", (int a) => Math.Sign(a));
        Of("Math.Sign", (long a) => Math.Sign(a));
        Of("Math.Sign", (float a) => Math.Sign(a));
        Of("Math.Sign", (double a) => Math.Sign(a));
        Of("Math.Ceiling", (double a) => Math.Ceiling(a));
        Of("Math.Floor", (double a) => Math.Floor(a));
        Of("Math.Truncate", (double a) => Math.Truncate(a));
        Of("Math.Round", (double a) => Math.Round(a));
        Of("Math.Round", (double a, int digits) => RealNumbers.Round(a, digits, 0));
        Add("Math.Round(double, MidpointRounding)", c => RealNumbers.Round(c.Get<double>(0), (int)c.Get<EnumValue>(1).Number));
        Add("Math.Round(double, int, MidpointRounding)",
            c => RealNumbers.Round(c.Get<double>(0), c.Int(1), (int)c.Get<EnumValue>(2).Number));
        Of("Math.Sqrt", (double a) => Math.Sqrt(a));
        Of("Math.Pow", (double a, double b) => RealNumbers.Pow(a, b));
        Of("Math.Exp", (double a) => Math.Exp(a));
        Of("Math.Log", (double a) => Math.Log(a));
        Add("Math.Log2(double)", c => RealNumbers.Log2(c.Get<double>(0)) ?? throw c.Refuse(
            "Math.Log2 of what is not a power of two is not understood by this compiler's runtime; write Math.Log(x) / Math.Log(2)"));
        Of("Math.Log10", (double a) => Math.Log10(a));
        Add("Math.DivRem(int, int)", c => new TupleValue([(object?)(c.Int(0) / c.Int(1)), c.Int(0) % c.Int(1)]));
        Add("Math.DivRem(long, long)", c => new TupleValue([(object?)(c.Get<long>(0) / c.Get<long>(1)), c.Get<long>(0) % c.Get<long>(1)]));
        Of("BitOperations.Log2", (uint a) => Bits(a | 1) - 1);
        Of("BitOperations.Log2", (ulong a) => Bits(a | 1) - 1);
        Of("BitOperations.PopCount", (uint a) => Ones(a));
        Of("BitOperations.PopCount", (ulong a) => Ones(a));
        Of("BitOperations.IsPow2", (int a) => a > 0 && (a & (a - 1)) == 0);
        Of("BitOperations.IsPow2", (uint a) => a > 0 && (a & (a - 1)) == 0);
        Of("double.IsNaN", (double a) => double.IsNaN(a));
        Of("float.IsNaN", (float a) => float.IsNaN(a));
        Of("double.IsInfinity", (double a) => double.IsInfinity(a));
        Of("float.IsInfinity", (float a) => float.IsInfinity(a));
        Of("double.IsFinite", (double a) => !double.IsNaN(a) && !double.IsInfinity(a));
        Of("float.IsFinite", (float a) => !float.IsNaN(a) && !float.IsInfinity(a));
        Of("int.IsEvenInteger", (int a) => (a & 1) == 0);
        Of("int.IsOddInteger", (int a) => (a & 1) != 0);
        Of("int.IsPow2", (int a) => a > 0 && (a & (a - 1)) == 0);
        Of("int.Max", (int a, int b) => Math.Max(a, b));
        Of("int.Min", (int a, int b) => Math.Min(a, b));
        Of("int.Abs", (int a) => Math.Abs(a));
        Add("int.Parse(string)", c => int.Parse(c.Text(0), NumberStyles.Integer, CultureInfo.InvariantCulture));
        // What Unicode says of other characters differs between runtimes.
        Letters("IsDigit", char.IsDigit);
        Letters("IsLetter", char.IsLetter);
        Letters("IsLetterOrDigit", char.IsLetterOrDigit);
        Letters("IsUpper", char.IsUpper);
        Letters("IsLower", char.IsLower);
        Letters("IsWhiteSpace", char.IsWhiteSpace);
        Letters("ToUpperInvariant", char.ToUpperInvariant);
        Letters("ToLowerInvariant", char.ToLowerInvariant);
    }

    // No names of methods as arguments: the compiler would have to choose an overload anew.
    private static void Ordered<T>()
        where T : struct, IComparable<T>
    {
        Of<T, T, T>("Math.Max", (a, b) => a.CompareTo(b) >= 0 ? a : b);
        Of<T, T, T>("Math.Min", (a, b) => a.CompareTo(b) <= 0 ? a : b);
        Of<T, T, T, T>("Math.Clamp", (a, low, high) =>
            low.CompareTo(high) > 0 ? throw new ArgumentException("range") : a.CompareTo(low) < 0 ? low : a.CompareTo(high) > 0 ? high : a);
    }

    private static void Letters<R>(string name, Func<char, R> does) => Add($"char.{name}(char)", c =>
        c.Get<char>(0) < 128 ? does(c.Get<char>(0)) : throw c.Refuse($"char.{name} is understood for ASCII only; compare the character"));

    private static int Bits(ulong value)
    {
        int bits = 0;
        for (; value != 0; value >>= 1)
            bits++;
        return bits;
    }

    private static int Ones(ulong value)
    {
        int ones = 0;
        for (; value != 0; value &= value - 1)
            ones++;
        return ones;
    }
}
