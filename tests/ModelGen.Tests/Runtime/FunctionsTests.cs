using System.Runtime.Intrinsics;
using ModelGen.Runtime;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Runtime;

/// <summary>Element-wise functions against their formulas in double precision, over all floats, at every width.</summary>
public class FunctionsTests
{
    // Units in the last place.
    private const double Bound = 4;

    private delegate void Unary(ref float x, ref float y, nint n);

    public static TheoryData<string> Names =>
    [
        "HardSigmoid", "HardSwish", "Gelu", "GeluTanh", "Mish", "Selu", "Celu", "Softsign", "ThresholdedRelu", "Clamp", "Exp", "Log",
        "Sqrt", "Reciprocal", "Erf", "Sin", "Cos", "Abs", "Neg", "Sign", "Floor", "Ceil", "Round",
    ];

    private static (Unary[] Kernels, Func<double, double> Exact) Get(string name) => name switch
    {
        "HardSigmoid" => (All(Elementwise.HardSigmoid, default(Elementwise.HardSigmoidOp)), x => Math.Clamp(x + 3, 0, 6) / 6),
        "HardSwish" => (All(Elementwise.HardSwish, default(Elementwise.HardSwishOp)), x => x * (Math.Clamp(x + 3, 0, 6) / 6)),
        "Gelu" => (All(Elementwise.Gelu, default(Elementwise.GeluOp)), x => x * Functions.Normal(x)),
        "GeluTanh" => (All(Elementwise.GeluTanh, default(Elementwise.GeluTanhOp)), Functions.GeluTanh),
        "Mish" => (All(Elementwise.Mish, default(Elementwise.MishOp)), x => x * Functions.TanhOfSoftplus(x)),
        "Selu" => (All(Elementwise.Selu, default(Elementwise.SeluOp)),
            x => Functions.SeluScale * (x > 0 ? x : Functions.SeluAlpha * ExpMinusOne(x))),
        "Celu" => (All((ref float x, ref float y, nint n) => Elementwise.Celu(ref x, ref y, n, 0.5f), new Elementwise.CeluOp(0.5f)),
            x => x > 0 ? x : 0.5 * ExpMinusOne(2 * x)),
        "Softsign" => (All(Elementwise.Softsign, default(Elementwise.SoftsignOp)), x => x / (1 + Math.Abs(x))),
        "ThresholdedRelu" => (All((ref float x, ref float y, nint n) => Elementwise.ThresholdedRelu(ref x, ref y, n, 0.75f),
            new Elementwise.ThresholdedReluOp(0.75f)), x => x <= 0.75 ? 0 : x),
        "Clamp" => (All((ref float x, ref float y, nint n) => Elementwise.Clamp(ref x, ref y, n, -2f, 0.5f),
            new Elementwise.ClampOp(-2f, 0.5f)), x => Math.Min(Math.Max(x, -2), 0.5)),
        "Exp" => (All(Elementwise.Exp, default(Elementwise.ExpOp)), Math.Exp),
        "Log" => (All(Elementwise.Log, default(Elementwise.LogOp)), Math.Log),
        "Sqrt" => (All(Elementwise.Sqrt, default(Elementwise.SqrtOp)), Math.Sqrt),
        "Reciprocal" => (All(Elementwise.Reciprocal, default(Elementwise.ReciprocalOp)), x => 1 / x),
        "Erf" => (All(Elementwise.Erf, default(Elementwise.ErfOp)), Functions.Erf),
        "Sin" => (All(Elementwise.Sin, default(Elementwise.SinOp)), Math.Sin),
        "Cos" => (All(Elementwise.Cos, default(Elementwise.CosOp)), Math.Cos),
        "Abs" => (All(Elementwise.Abs, default(Elementwise.AbsOp)), Math.Abs),
        "Neg" => (All(Elementwise.Neg, default(Elementwise.NegOp)), x => -x),
        "Sign" => (All(Elementwise.Sign, default(Elementwise.SignOp)), x => x > 0 ? 1 : x < 0 ? -1 : 0),
        "Floor" => (All(Elementwise.Floor, default(Elementwise.FloorOp)), Math.Floor),
        "Ceil" => (All(Elementwise.Ceil, default(Elementwise.CeilOp)), Math.Ceiling),
        "Round" => (All(Elementwise.Round, default(Elementwise.RoundOp)), x => Math.Round(x, MidpointRounding.ToEven)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such function"),
    };

    private static Unary[] All<TOp>(Unary kernel, TOp op) where TOp : struct, IUnary =>
    [
        kernel,
        (ref float x, ref float y, nint n) => Elementwise.Map<Simd512, Vector512<float>, TOp>(op, ref x, ref y, n),
        (ref float x, ref float y, nint n) => Elementwise.Map<Simd256, Vector256<float>, TOp>(op, ref x, ref y, n),
        (ref float x, ref float y, nint n) => Elementwise.Map<Simd128, Vector128<float>, TOp>(op, ref x, ref y, n),
    ];

    // Every 9,973rd float of each sign, every one around 0.5, 1 and 2, and whole numbers and what lies halfway between them.
    [Theory, MemberData(nameof(Names))]
    public void EveryFloatIsWithinTheBound(string name)
    {
        (Unary[] kernels, Func<double, double> exact) = Get(name);
        float[] x =
        [
            .. Bits(0, 0x7F80_0010, 9973), .. Bits(0x8000_0000, 0xFF80_0010, 9973), .. Around(0.5f), .. Around(1f), .. Around(2f),
            .. Enumerable.Range(-40, 80).Select(i => i / 2f), float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue,
        ];
        foreach (Unary kernel in kernels)
        {
            float[] y = new float[x.Length];
            kernel(ref x[0], ref y[0], x.Length);
            for (int i = 0; i < x.Length; i++)
                Check(name, x[i], y[i], exact(x[i]));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void EveryLengthIsWrittenAndNothingElse(string name)
    {
        (Unary[] kernels, Func<double, double> exact) = Get(name);
        foreach (Unary kernel in kernels)
        {
            for (int n = 0; n <= 70; n++)
            {
                float[] values = Guarded.Wild(n, n);
                Guarded x = new(values, n % 5), y = new(n, n % 3), inPlace = new(values, n % 7);
                kernel(ref x.First, ref y.First, n);
                kernel(ref inPlace.First, ref inPlace.First, n);
                for (int i = 0; i < n; i++)
                {
                    Check(name, values[i], y[i], exact(values[i]));
                    Assert.Equal(BitConverter.SingleToInt32Bits(y[i]), BitConverter.SingleToInt32Bits(inPlace[i]));
                }
                x.AssertGuards();
                y.AssertGuards();
                inPlace.AssertGuards();
            }
        }
    }

    private static IEnumerable<float> Around(float place) =>
        Bits(BitConverter.SingleToUInt32Bits(place) - 500, BitConverter.SingleToUInt32Bits(place) + 500, 1)
            .SelectMany(v => new[] { v, -v });

    private static IEnumerable<float> Bits(uint from, uint to, uint step)
    {
        for (ulong bits = from; bits < to; bits += step)
            yield return BitConverter.UInt32BitsToSingle((uint)bits);
    }

    private static double ExpMinusOne(double x) => Math.Abs(x) < 1e-5 ? x + x * x / 2 : Math.Exp(x) - 1;

    private static void Check(string name, float x, float actual, double exact)
    {
        float rounded = (float)exact;
        bool isRight = !float.IsFinite(rounded) || !float.IsFinite(actual) ? rounded.Equals(actual)
            : Math.Abs(actual - exact) <= Allowed(name, x, exact);
        Assert.True(isRight, $"{name}({x:R}) = {actual:R}, exactly {exact:R}");
    }

    private static double OfDenormals(float x) => Math.Min(200, Math.Abs((double)x)) * float.Epsilon;

    // Sine and cosine are small near multiples of π/2, where the turns that are taken off leave few digits. The square in a far tail of
    // the normal distribution is rounded where multiply-adds do not fuse, and so is the cube in the other form's exponential. Products with
    // functions that are denormal have these functions' digits.
    private static double Allowed(string name, float x, double exact)
    {
        int exponent = Math.Max(1, (int)(BitConverter.SingleToUInt32Bits(MathF.Abs((float)exact)) >> 23));
        double unit = Math.ScaleB(1, exponent - 150);
        return name switch
        {
            "Sin" or "Cos" => Bound * unit + 1e-11,
            "Gelu" => (2 * Bound + Math.Min(200, (double)x * x)) * unit + OfDenormals(x),
            "GeluTanh" => (2 * Bound + 3 * Math.Min(200, Math.Abs(1.6 * x * (1 + 0.045 * x * x)))) * unit + OfDenormals(x),
            "Mish" => Bound * unit + OfDenormals(x),
            _ => Bound * unit,
        };
    }
}
