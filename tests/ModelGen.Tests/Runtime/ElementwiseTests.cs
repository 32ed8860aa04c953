using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class ElementwiseTests
{
    private delegate void Unary(ref float x, ref float y, nint n);
    private delegate void Binary(ref float a, ref float b, ref float y, nint n);

    public static TheoryData<string> UnaryNames =>
        ["Relu", "Tanh", "Sigmoid", "Scale", "Copy", "Relu6", "LeakyRelu", "Elu", "Softplus", "Affine", "Silu"];
    public static TheoryData<string> BinaryNames => 
        ["Add", "Multiply", "ReluGradient", "TanhGradient", "SigmoidGradient", "Relu6Gradient", "LeakyReluGradient", "EluGradient",
            "Maximum"];

    /// <summary>
    /// The kernel as it is called, then its core at each width, and the formula. Gradients that overflow in float do so in both.
    /// </summary>
    private static (Unary[] Kernels, Func<double, double> Exact) Get(string name) => name switch
    {
        "Relu" => ([Elementwise.Relu, .. Widths(default(Elementwise.ReluOp))], x => x <= 0 ? 0 : x),
        "Tanh" => ([Elementwise.Tanh, .. Widths(default(Elementwise.TanhOp))], Math.Tanh),
        "Sigmoid" => ([Elementwise.Sigmoid, .. Widths(default(Elementwise.SigmoidOp))], x => 1 / (1 + Math.Exp(-x))),
        "Scale" => ([(ref float x, ref float y, nint n) => Elementwise.Scale(ref x, -2.5f, ref y, n)], x => (float)(-2.5 * x)),
        "Relu6" => ([Elementwise.Relu6, .. Widths(default(Elementwise.Relu6Op))], x => x <= 0 ? 0 : x >= 6 ? 6 : x),
        "LeakyRelu" =>
            ([(ref float x, ref float y, nint n) => Elementwise.LeakyRelu(ref x, ref y, n, 0.25f),
                .. Widths(new Elementwise.LeakyReluOp(0.25f))],
            x => x > 0 ? x : x * 0.25),
        "Elu" => ([(ref float x, ref float y, nint n) => Elementwise.Elu(ref x, ref y, n, 1.5f), .. Widths(new Elementwise.EluOp(1.5f))],
            x => x > 0 ? x : 1.5 * ExpMinusOne(x)),
        "Softplus" => ([Elementwise.Softplus, .. Widths(default(Elementwise.SoftplusOp))], Softplus),
        "Affine" =>
            ([(ref float x, ref float y, nint n) => Elementwise.Affine(ref x, ref y, n, -1f, 16f),
                .. Widths(new Elementwise.AffineOp(-1f, 16f))],
            x => 16 - x),
        "Silu" => ([Elementwise.Silu, .. Widths(default(Elementwise.SiluOp))], x => x / (1 + Math.Exp(-x))),
        _ => ([Elementwise.Copy], x => x),
    };

    private static (Binary[] Kernels, Func<double, double, double> Exact) GetBinary(string name) => name switch
    {
        "Add" => ([Elementwise.Add, .. Widths2(default(Elementwise.AddOp))], (a, b) => (float)(a + b)),
        "Multiply" => ([Elementwise.Multiply, .. Widths2(default(Elementwise.MultiplyOp))], (a, b) => (float)(a * b)),
        "ReluGradient" => ([Elementwise.ReluGradient, .. Widths2(default(Elementwise.ReluGradientOp))], (y, dy) => y <= 0 ? 0 : dy),
        "TanhGradient" => ([Elementwise.TanhGradient, .. Widths2(default(Elementwise.TanhGradientOp))], 
            (y, dy) => (float)dy * (1 - (float)y * (float)y)),
        "Relu6Gradient" =>
            ([Elementwise.Relu6Gradient, .. Widths2(default(Elementwise.Relu6GradientOp))], (y, dy) => y is <= 0 or >= 6 ? 0 : dy),
        "LeakyReluGradient" => (
            [(ref float y, ref float dy, ref float dx, nint n) => Elementwise.LeakyReluGradient(ref y, ref dy, ref dx, n, 0.25f),
                .. Widths2(new Elementwise.LeakyReluGradientOp(0.25f))],
            (y, dy) => y > 0 ? dy : dy * 0.25),
        "EluGradient" => (
            [(ref float y, ref float dy, ref float dx, nint n) => Elementwise.EluGradient(ref y, ref dy, ref dx, n, 1f),
                .. Widths2(new Elementwise.EluGradientOp(1f))],
            (y, dy) => y > 0 ? dy : (float)dy * ((float)y + 1f)),
        "Maximum" => ([Elementwise.Maximum, .. Widths2(default(Elementwise.MaximumOp))], Math.Max),
        _ => ([Elementwise.SigmoidGradient, .. Widths2(default(Elementwise.SigmoidGradientOp))], 
            (y, dy) => (float)dy * (1 - (float)y) * (float)y),
    };

    // (e^x − 1 by its series near 0, where the difference would lose digits in double too.)
    private static double ExpMinusOne(double x) => Math.Abs(x) < 1e-5 ? x + x * x / 2 : Math.Exp(x) - 1;

    private static double Softplus(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return double.IsNaN(x) ? x : Math.Max(x, 0) + (e < 1e-8 ? e : Math.Log(1 + e));
    }

    private static Unary[] Widths<TOp>(TOp op) where TOp : struct, IUnary =>
    [
        (ref float x, ref float y, nint n) => Elementwise.Map<Simd512, Vector512<float>, TOp>(op, ref x, ref y, n),
        (ref float x, ref float y, nint n) => Elementwise.Map<Simd256, Vector256<float>, TOp>(op, ref x, ref y, n),
        (ref float x, ref float y, nint n) => Elementwise.Map<Simd128, Vector128<float>, TOp>(op, ref x, ref y, n),
    ];

    private static Binary[] Widths2<TOp>(TOp op) where TOp : struct, IBinary =>
    [
        (ref float a, ref float b, ref float y, nint n) => Elementwise.Map<Simd512, Vector512<float>, TOp>(op, ref a, ref b, ref y, n),
        (ref float a, ref float b, ref float y, nint n) => Elementwise.Map<Simd256, Vector256<float>, TOp>(op, ref a, ref b, ref y, n),
        (ref float a, ref float b, ref float y, nint n) => Elementwise.Map<Simd128, Vector128<float>, TOp>(op, ref a, ref b, ref y, n),
    ];

    [Theory, MemberData(nameof(UnaryNames))]
    public void UnaryAgreesWithTheFormula(string name)
    {
        var (kernels, exact) = Get(name);
        foreach (var kernel in kernels)
        {
            for (int n = 0; n <= 100; n++)
            {
                var values = Guarded.Wild(n, n);
                Guarded x = new(values, n % 5), y = new(n, n % 3), inPlace = new(values, n % 7);
                kernel(ref x.First, ref y.First, n);
                kernel(ref inPlace.First, ref inPlace.First, n);
                for (int i = 0; i < n; i++)
                {
                    Close(exact(values[i]), y[i], $"{name}({values[i]:R}) at {i} of {n}");
                    Assert.Equal(BitConverter.SingleToInt32Bits(y[i]), BitConverter.SingleToInt32Bits(inPlace[i]));
                }

                x.AssertGuards();
                y.AssertGuards();
                inPlace.AssertGuards();
            }
        }
    }

    [Theory, MemberData(nameof(BinaryNames))]
    public void BinaryAgreesWithTheFormula(string name)
    {
        var (kernels, exact) = GetBinary(name);
        foreach (var kernel in kernels)
        {
            for (int n = 0; n <= 100; n++)
            {
                float[] left = Guarded.Wild(n, n), right = Guarded.Wild(n, n + 1000);
                Guarded a = new(left, n % 5), b = new(right, n % 7), y = new(n, n % 3), overA = new(left, n % 2), overB = new(right, n % 9);
                kernel(ref a.First, ref b.First, ref y.First, n);
                kernel(ref overA.First, ref b.First, ref overA.First, n);
                kernel(ref a.First, ref overB.First, ref overB.First, n);
                for (int i = 0; i < n; i++)
                {
                    Close(exact(left[i], right[i]), y[i], $"{name}({left[i]:R}, {right[i]:R}) at {i} of {n}");
                    Close(y[i], overA[i], $"{name} in place of its first operand at {i} of {n}");
                    Close(y[i], overB[i], $"{name} in place of its second operand at {i} of {n}");
                }

                y.AssertGuards();
                overA.AssertGuards();
                overB.AssertGuards();
            }
        }
    }

    /// <summary>Within 4 float epsilons and a denormal, or where the formula overflows in float but not in double: ∞ or NaN.</summary>
    private static void Close(double expected, float actual, string what)
    {
        if (double.IsNaN(expected) || double.IsInfinity(expected))
            Assert.True(expected.Equals(actual), $"{what}: expected {expected:R}, got {actual:R}");
        else if (Math.Abs(expected) > float.MaxValue)
            Assert.False(float.IsFinite(actual), what);
        else
            Assert.True(Math.Abs(actual - expected) <= 4 * 1.2e-7 * Math.Abs(expected) + 1.5e-45,
                $"{what}: expected {expected:R}, got {actual:R}");
    }

    [Fact]
    public void ReluAndItsGradientTreatNaNAsPyTorchDoes()
    {
        for (int n = 1; n <= 40; n++)
        {
            Guarded x = new(Enumerable.Repeat(float.NaN, n).ToArray()), dy = new(Enumerable.Repeat(3f, n).ToArray()), y = new(n),
                dx = new(n);
            Elementwise.Relu(ref x.First, ref y.First, n);
            Elementwise.ReluGradient(ref x.First, ref dy.First, ref dx.First, n);
            Assert.All(y.Span.ToArray(), v => Assert.True(float.IsNaN(v)));
            Assert.All(dx.Span.ToArray(), v => Assert.Equal(3f, v)); // threshold_backward: x <= 0 ? 0 : dy

            // A NaN that comes from above is blocked where relu was closed.
            x.Span.Fill(-1f);
            dy.Span.Fill(float.NaN);
            Elementwise.ReluGradient(ref x.First, ref dy.First, ref dx.First, n);
            Assert.All(dx.Span.ToArray(), v => Assert.Equal(0f, v));
        }
    }

    [Fact]
    public void SoftplusGradientIsTheSigmoid()
    {
        float[] x = [-80, -60, -30, -10, -1, -1e-3f, 0, 1e-3f, 1, 10, 30, 100], y = new float[x.Length], dx = new float[x.Length];
        float[] dy = [.. x.Select((_, i) => 1f + i)];
        Elementwise.Softplus(ref x[0], ref y[0], x.Length);
        Elementwise.SoftplusGradient(ref y[0], ref dy[0], ref dx[0], x.Length);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(1, dx[i] / (dy[i] / (1 + Math.Exp(-x[i]))), 1e-6);
    }

    // From the input, in place too; its slope is 1/2 at 0, least at −2.4 and largest at 2.4.
    [Fact]
    public void SiluGradientIsItsSlope()
    {
        float[] x = [-80, -30, -10, -2.4f, -1.2784646f, -1, -1e-3f, 0, 1e-3f, 1, 2.4f, 10, 30, 80], dx = new float[x.Length];
        float[] dy = [.. x.Select((_, i) => 1f + i)];
        Elementwise.SiluGradient(ref x[0], ref dy[0], ref dx[0], x.Length);
        for (int i = 0; i < x.Length; i++)
        {
            double s = 1 / (1 + Math.Exp(-(double)x[i]));
            // Three roundings of terms that are at most 1 + |x|, each times the sigmoid.
            Assert.Equal(dy[i] * s * (1 + x[i] * (1 - s)), dx[i], 4e-7 * dy[i] * s * (1 + Math.Abs(x[i])));
        }
        Assert.Equal(0.5f * dy[7], dx[7]);
    }

    [Fact]
    public void MaximumsGradientGoesToTheLargerAndHalfToEqualOnes()
    {
        for (int n = 0; n <= 40; n++)
        {
            Guarded a = new([.. Enumerable.Range(0, n).Select(i => (float)(i % 3))]), b = new([.. Enumerable.Repeat(1f, n)]),
                dy = new(Guarded.Normal(n, n)), da = new(n);
            Elementwise.MaximumGradient(ref a.First, ref b.First, ref dy.First, ref da.First, n);
            for (int i = 0; i < n; i++)
                Assert.Equal(a[i] > 1 ? dy[i] : a[i] < 1 ? 0 : dy[i] / 2, da[i]);
            da.AssertGuards();
        }
    }

    [Fact]
    public void ClearWritesZerosAndNothingElse()
    {
        for (int n = 0; n <= 100; n++)
        {
            var y = new Guarded(n, n % 5);
            Elementwise.Clear(ref y.First, n);
            Assert.All(y.Span.ToArray(), v => Assert.Equal(0, BitConverter.SingleToInt32Bits(v)));
            y.AssertGuards();
        }
    }
}
