using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class VectorMathTests
{
    private const double Bound = 2.0; // in units in the last place, as VectorMath promises

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static TheoryData<string> Functions => ["Exp", "Tanh", "Sigmoid"];

    private static (Func<Vector512<float>, Vector512<float>> F512, Func<Vector256<float>, Vector256<float>> F256,
        Func<Vector128<float>, Vector128<float>> F128, Func<double, double> Exact) Get(string name) => name switch
        {
            "Exp" => (VectorMath.Exp, VectorMath.Exp, VectorMath.Exp, Math.Exp),
            "Tanh" => (VectorMath.Tanh, VectorMath.Tanh, VectorMath.Tanh, Math.Tanh),
            _ => (VectorMath.Sigmoid, VectorMath.Sigmoid, VectorMath.Sigmoid, Sigmoid),
        };

    [Theory, MemberData(nameof(Functions))]
    public void EveryFloatIsWithinTheBound(string name)
    {
        var f = Get(name);
        // Every 9973rd float of each sign, and every float around the places where the formulas change.
        Sweep(f, 0x0000_0000, 0x7F80_0010, 9973);
        Sweep(f, 0x8000_0000, 0xFF80_0010, 9973);
        float[] places =
        [
            0.17328680f, 0.34657359f, 0.51986039f, 0.7f, 0.223f, 0.23f, 1.0397208f, 1.126f, 9.02f, 10f, 15.65f,
            87.33655f, 88.37627f, 88.72284f, 89f, 103.97208f, 104f,
        ];
        foreach (float place in places)
        {
            uint bits = BitConverter.SingleToUInt32Bits(place);
            Sweep(f, bits - 3000, bits + 3000, 1);
            Sweep(f, (bits | 0x8000_0000) - 3000, (bits | 0x8000_0000) + 3000, 1);
        }

        void Sweep((Func<Vector512<float>, Vector512<float>> F512, Func<Vector256<float>, Vector256<float>> F256,
            Func<Vector128<float>, Vector128<float>> F128, Func<double, double> Exact) f, ulong from, ulong to, ulong step)
        {
            var x = new float[16];
            for (ulong bits = from; bits < to; bits += 16 * step)
            {
                for (uint i = 0; i < 16; i++)
                    x[i] = BitConverter.UInt32BitsToSingle((uint)(bits + i * step));
                var wide = f.F512(Vector512.LoadUnsafe(ref x[0]));
                var half = f.F256(Vector256.LoadUnsafe(ref x[0]));
                var quarter = f.F128(Vector128.LoadUnsafe(ref x[0]));
                for (int i = 0; i < 16; i++)
                {
                    Check(name, x[i], wide[i], f.Exact(x[i]));
                    if (i < 8)
                        Check(name, x[i], half[i], f.Exact(x[i]));
                    if (i < 4)
                        Check(name, x[i], quarter[i], f.Exact(x[i]));
                }
            }
        }
    }

    private static void Check(string name, float x, float actual, double exact)
    {
        double error = UnitsInTheLastPlace(actual, exact);
        if (!(error <= Bound))
            Assert.Fail($"{name}({x:R}) = {actual:R}, exactly {exact:R}: {error:F2} ULP");
    }

    private static double UnitsInTheLastPlace(float actual, double exact)
    {
        float rounded = (float)exact;
        if (float.IsNaN(rounded) || float.IsInfinity(rounded) || !float.IsFinite(actual))
            return float.IsNaN(rounded) ? (float.IsNaN(actual) ? 0 : double.NaN) : actual == rounded ? 0 : double.NaN;
        int exponent = Math.Max(1, (int)(BitConverter.SingleToUInt32Bits(MathF.Abs(rounded)) >> 23));
        return Math.Abs(actual - exact) / Math.ScaleB(1, exponent - 150);
    }

    [Fact]
    public void SpecialValues()
    {
        float[] x = [0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, -1e-40f];
        float[] tanh = [0f, -0f, float.NaN, 1f, -1f, float.Epsilon, -float.Epsilon, -1e-40f];
        float[] exp = [1f, 1f, float.NaN, float.PositiveInfinity, 0f, 1f, 1f, 1f];
        float[] sigmoid = [0.5f, 0.5f, float.NaN, 1f, 0f, 0.5f, 0.5f, 0.5f];
        Same(tanh, VectorMath.Tanh, VectorMath.Tanh, VectorMath.Tanh);
        Same(exp, VectorMath.Exp, VectorMath.Exp, VectorMath.Exp);
        Same(sigmoid, VectorMath.Sigmoid, VectorMath.Sigmoid, VectorMath.Sigmoid);

        void Same(float[] expected, Func<Vector512<float>, Vector512<float>> f512, Func<Vector256<float>, Vector256<float>> f256,
            Func<Vector128<float>, Vector128<float>> f128)
        {
            var v = Vector256.LoadUnsafe(ref x[0]);
            for (int i = 0; i < 8; i++)
            {
                Equal(expected[i], f512(Vector512.Create(v, v))[i]);
                Equal(expected[i], f256(v)[i]);
                Equal(expected[i], f128(i < 4 ? v.GetLower() : v.GetUpper())[i % 4]);
            }
        }

        // Bit for bit, so that −0 is not 0; any NaN is as good as another.
        static void Equal(float expected, float actual) => Assert.True(
            float.IsNaN(expected) ? float.IsNaN(actual)
                : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(actual),
            $"expected {expected:R}, got {actual:R}");
    }

    [Fact]
    public void EveryWidthDoesTheSameArithmetic()
    {
        Assert.Equal(16, Width<Simd512, Vector512<float>>());
        Assert.Equal(8, Width<Simd256, Vector256<float>>());
        Assert.Equal(4, Width<Simd128, Vector128<float>>());
        Operations<Simd512, Vector512<float>>();
        Operations<Simd256, Vector256<float>>();
        Operations<Simd128, Vector128<float>>();

        static int Width<S, V>() where S : struct, ISimd<V> where V : struct => S.Width;

        static void Operations<S, V>() where S : struct, ISimd<V> where V : struct
        {
            float[] a = Guarded.Normal(S.Width, 1), b = Guarded.Normal(S.Width, 2), c = Guarded.Normal(S.Width, 3);
            b[1] = a[1];
            a[2] = 1.5f;
            V va = S.Load(ref a[0], 0), vb = S.Load(ref b[0], 0), vc = S.Load(ref c[0], 0), one = S.Broadcast(1f), none = S.Broadcast(0f);
            Lanes(S.Add(va, vb), i => a[i] + b[i]);
            Lanes(S.Subtract(va, vb), i => a[i] - b[i]);
            Lanes(S.Multiply(va, vb), i => a[i] * b[i]);
            Lanes(S.Divide(va, vb), i => a[i] / b[i]);
            Lanes(S.Sqrt(S.Multiply(va, va)), i => MathF.Sqrt(a[i] * a[i]));
            Lanes(S.Min(va, vb), i => MathF.Min(a[i], b[i]));
            Lanes(S.Max(va, vb), i => MathF.Max(a[i], b[i]));
            Lanes(S.ConditionalSelect(S.LessThan(va, vb), one, none), i => a[i] < b[i] ? 1 : 0);
            Lanes(S.ConditionalSelect(S.LessThanOrEqual(va, vb), one, none), i => a[i] <= b[i] ? 1 : 0);
            Lanes(S.ConditionalSelect(S.Equal(va, vb), one, none), i => a[i] == b[i] ? 1 : 0);
            Lanes(S.BitAndNot(va, S.Broadcast(-0f)), i => MathF.Abs(a[i]));
            Lanes(S.BitXor(va, S.Broadcast(-0f)), i => -a[i]);
            Lanes(S.BitOr(S.BitAnd(va, S.Broadcast(-0f)), one), i => MathF.CopySign(1, a[i]));
            Lanes(S.ShiftLeft(S.Broadcast(BitConverter.Int32BitsToSingle(130)), 23), _ => 8);
            Lanes(S.ShiftRight(S.Broadcast(-8f), 23), _ => BitConverter.Int32BitsToSingle(256 + 130));
            foreach (int n in new[] { -252, -150, -149, -127, -126, -1, 0, 1, 127, 128, 252 })
                Lanes(S.Scale(va, S.Broadcast(n)), i => (float)Math.ScaleB((double)a[i], n));
            var fused = new float[S.Width];
            S.Store(S.FusedMultiplyAdd(va, vb, vc), ref fused[0], 0);
            for (int i = 0; i < S.Width; i++)
                Assert.Equal((double)a[i] * b[i] + c[i], fused[i], 1e-6);
            Assert.Equal(a.Sum(x => (double)x), S.HorizontalSum(va), 1e-5);
            Assert.Equal(a.Max(), S.HorizontalMax(va));
        }

        static void Lanes<V>(V actual, Func<int, float> expected) where V : struct
        {
            for (int i = 0; i < Unsafe.SizeOf<V>() / sizeof(float); i++)
                Assert.Equal(expected(i), Unsafe.Add(ref Unsafe.As<V, float>(ref actual), i));
        }
    }

    [Fact]
    public void MinAndMaxKeepNaNOfTheirSecondOperand()
    {
        var one = Vector512.Create(1f);
        var nan = Vector512.Create(float.NaN);
        Assert.True(float.IsNaN(Simd512.Max(one, nan)[15]) && float.IsNaN(Simd512.Min(one, nan)[15]));
        Assert.True(float.IsNaN(Simd256.Max(one.GetLower(), nan.GetLower())[7])
            && float.IsNaN(Simd256.Min(one.GetLower(), nan.GetLower())[7]));
        var (one128, nan128) = (Vector128.Create(1f), Vector128.Create(float.NaN));
        Assert.True(float.IsNaN(Simd128.Max(one128, nan128)[3]) && float.IsNaN(Simd128.Min(one128, nan128)[3]));
    }
}
