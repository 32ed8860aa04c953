using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Logarithm, error function, sine and cosine, and what activations make of them. Polynomials are our own, from interpolation at
/// Chebyshev's points with coefficients rounded to float; 2^−24 or less of their values off.
/// </summary>
public static partial class VectorMath
{
    // ln(1 + f) − f + f²/2, divided by f³, for 1 + f from √½ to √2.
    private const float G0 = 0.333333313f, G1 = -0.24999997f, G2 = 0.2000072f, G3 = -0.166678101f, G4 = 0.142488763f, G5 = -0.124253601f,
        G6 = 0.116870247f, G7 = -0.114830814f, G8 = 0.0697134659f;

    // Φ(−a)·e^(a²/2) / t in powers of t = 1 / (1 + TailScale·a), for a from 0 to 14, where Φ leaves the range of floats.
    private const float T0 = 0.0957415178f, T1 = 0.0958698541f, T2 = 0.0888152197f, T3 = 0.0883836895f, T4 = 0.0261749104f,
        T5 = 0.145466939f, T6 = -0.149481416f, T7 = 0.209669173f, T8 = -0.126537725f, T9 = 0.0258978438f, TailScale = 0.24f;

    // erf(x) / x in powers of x², for |x| up to 1.
    private const float E0 = 1.12837911f, E1 = -0.376123428f, E2 = 0.112803169f, E3 = -0.0267150551f, E4 = 0.00492176181f,
        E5 = -0.000564805989f;

    // (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴ in powers of r², for |r| up to π/4.
    private const float S0 = -0.166666642f, S1 = 0.0083327461f, S2 = -0.000195873872f;
    private const float C0 = 0.0416666642f, C1 = -0.00138883002f, C2 = 2.45474366e-05f;

    // π/2 in pieces, of which the first two have few bits: their products with n are exact without FMA.
    private const float HalfPi1 = 1.5703125f, HalfPi2 = 4.837512969970703125e-4f, HalfPi3 = 7.54979013e-08f, HalfPi4 = -1.71512451e-15f;

    // Beyond, products with n are not exact; sine and cosine of so large numbers are taken in double, one by one.
    private const float FewTurns = 8192f;

    private const float SqrtHalf = 0.70710677f, Sqrt2 = 1.41421354f;

    // 1/√(2π), 2/√π and √(2/π).
    private const float InverseSqrt2Pi = 0.398942280f, TwoBySqrtPi = 1.12837917f, Sqrt2ByPi = 0.797884561f;

    // Φ(−20) is below the least float, and e^20 + 1 is e^20.
    private const float Far = 20f;

    // Of GELU's tanh form.
    private const float CubeFactor = 0.044715f;

    private const float LeastNormal = 1.17549435e-38f, ToNormal = 16777216f, ToNormalBits = 24f;

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Log<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // x = 2^n·(1 + f) with 1 + f between √½ and √2. Denormals are made normal first.
        V isTiny = S.LessThan(x, S.Broadcast(LeastNormal));
        V normal = S.ConditionalSelect(isTiny, S.Multiply(x, S.Broadcast(ToNormal)), x);
        V bits = S.ShiftRight(normal, 23);
        V n = S.Subtract(S.BitOr(bits, S.Broadcast(8388608f)), S.Broadcast(8388608f + 127));
        n = S.Subtract(n, S.BitAnd(isTiny, S.Broadcast(ToNormalBits)));
        V m = S.BitOr(S.BitAnd(normal, S.Broadcast(BitConverter.Int32BitsToSingle(0x007FFFFF))), S.Broadcast(1f));
        V isUpper = S.LessThan(S.Broadcast(Sqrt2), m);
        m = S.ConditionalSelect(isUpper, S.Multiply(m, S.Broadcast(0.5f)), m);
        n = S.Add(n, S.BitAnd(isUpper, S.Broadcast(1f)));

        V f = S.Subtract(m, S.Broadcast(1f)), square = S.Multiply(f, f);
        V p = S.FusedMultiplyAdd(S.Broadcast(G8), f, S.Broadcast(G7));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G6));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G5));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G4));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G3));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G2));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G1));
        p = S.FusedMultiplyAdd(p, f, S.Broadcast(G0));
        V rest = S.FusedMultiplyAdd(n, S.Broadcast(Ln2Low), S.Multiply(S.Multiply(f, square), p));
        rest = S.FusedMultiplyAdd(square, S.Broadcast(-0.5f), rest);
        V log = S.FusedMultiplyAdd(n, S.Broadcast(Ln2High), S.Add(f, rest));

        V zero = S.Broadcast(0f);
        V below = S.ConditionalSelect(S.Equal(x, zero), S.Broadcast(float.NegativeInfinity), S.Broadcast(float.NaN));
        log = S.ConditionalSelect(S.LessThan(zero, x), log, below);
        return S.ConditionalSelect(S.Equal(x, S.Broadcast(float.PositiveInfinity)), x, log);
    }

    /// <summary>erf x = 2/√π · ∫₀ˣ e^(−t²) dt.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Erf<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        V sign = S.Broadcast(-0f), a = S.BitAndNot(x, sign), square = S.Multiply(x, x);
        V p = S.FusedMultiplyAdd(S.Broadcast(E5), square, S.Broadcast(E4));
        p = S.FusedMultiplyAdd(p, square, S.Broadcast(E3));
        p = S.FusedMultiplyAdd(p, square, S.Broadcast(E2));
        p = S.FusedMultiplyAdd(p, square, S.Broadcast(E1));
        p = S.FusedMultiplyAdd(p, square, S.Broadcast(E0));
        V tail = NormalTail<S, V>(S.Multiply(a, S.Broadcast(Sqrt2)), out _);
        V far = S.ConditionalSelect(sign, x, S.FusedMultiplyAdd(tail, S.Broadcast(-2f), S.Broadcast(1f)));
        return S.ConditionalSelect(S.LessThan(a, S.Broadcast(1f)), S.Multiply(x, p), far);
    }

    /// <summary>The slope of <see cref="Erf"/>: 2/√π · e^(−x²).</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V ErfSlope<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
        S.Multiply(S.Broadcast(TwoBySqrtPi), ExpNoOverflow<S, V>(S.BitOr(S.Multiply(x, x), S.Broadcast(-0f))));

    /// <summary>GELU: x·Φ(x), Φ being the standard normal distribution. NaN where x is −∞.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Gelu<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Multiply(x, Normal<S, V>(x, out _));

    /// <summary>The slope of <see cref="Gelu"/>: Φ(x) + x·φ(x).</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V GeluSlope<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        V normal = Normal<S, V>(x, out V bell);
        return S.FusedMultiplyAdd(S.Multiply(x, S.Broadcast(InverseSqrt2Pi)), bell, normal);
    }

    /// <summary>GELU's tanh form: x · sigmoid(2·√(2/π)·(x + 0.044715·x³)).</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V GeluTanh<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        V factor = S.FusedMultiplyAdd(S.Multiply(x, x), S.Broadcast(2 * Sqrt2ByPi * CubeFactor), S.Broadcast(2 * Sqrt2ByPi));
        return S.Multiply(x, Sigmoid<S, V>(S.Multiply(x, factor)));
    }

    /// <summary>The slope of <see cref="GeluTanh"/>.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V GeluTanhSlope<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        V square = S.Multiply(x, x), one = S.Broadcast(1f);
        V factor = S.FusedMultiplyAdd(square, S.Broadcast(2 * Sqrt2ByPi * CubeFactor), S.Broadcast(2 * Sqrt2ByPi));
        V slope = S.FusedMultiplyAdd(square, S.Broadcast(6 * Sqrt2ByPi * CubeFactor), S.Broadcast(2 * Sqrt2ByPi));
        V sigmoid = Sigmoid<S, V>(S.Multiply(x, factor));
        return S.Multiply(sigmoid, S.FusedMultiplyAdd(S.Multiply(x, slope), S.Subtract(one, sigmoid), one));
    }

    /// <summary>Mish: x·tanh(ln(1 + e^x)). NaN where x is −∞.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Mish<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // tanh(ln(1 + e)) = n / (n + 2) with n = e² + 2e.
        V e = ExpNoOverflow<S, V>(S.Min(S.Broadcast(Far), x));
        V n = S.Multiply(e, S.Add(e, S.Broadcast(2f)));
        return S.Multiply(x, S.Divide(n, S.Add(n, S.Broadcast(2f))));
    }

    /// <summary>The slope of <see cref="Mish"/>.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V MishSlope<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // n / (n + 2) + x·4e·(e + 1) / (n + 2)²; where x is large both are what they are at 20.
        x = S.Min(S.Broadcast(Far), x);
        V e = ExpNoOverflow<S, V>(x);
        V n = S.Multiply(e, S.Add(e, S.Broadcast(2f))), whole = S.Add(n, S.Broadcast(2f));
        V rise = S.Multiply(S.Multiply(S.Broadcast(4f), e), S.Add(e, S.Broadcast(1f)));
        return S.Divide(S.FusedMultiplyAdd(x, S.Divide(rise, whole), n), whole);
    }

    /// <summary>sin x.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Sin<S, V>(V x) where S : struct, ISimd<V> where V : struct => Turn<S, V>(x, 0);

    /// <summary>cos x.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Cos<S, V>(V x) where S : struct, ISimd<V> where V : struct => Turn<S, V>(x, 1);

    /// <summary>To the nearest whole number, halves to the even one, as IEEE's default has it. −0 stays −0.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Round<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // From 2^23 on floats are whole, and adding that much leaves no room for fractions.
        V sign = S.Broadcast(-0f), whole = S.Broadcast(8388608f), a = S.BitAndNot(x, sign);
        V rounded = S.ConditionalSelect(sign, x, S.Subtract(S.Add(a, whole), whole));
        return S.ConditionalSelect(S.LessThan(a, whole), rounded, x);
    }

    // Φ(x), and e^(−x²/2).
    [MethodImpl(Inline)]
    private static V Normal<S, V>(V x, out V bell) where S : struct, ISimd<V> where V : struct
    {
        V tail = NormalTail<S, V>(S.BitAndNot(x, S.Broadcast(-0f)), out bell);
        return S.ConditionalSelect(S.LessThan(x, S.Broadcast(0f)), tail, S.Subtract(S.Broadcast(1f), tail));
    }

    // Φ(−a) for a ≥ 0 or NaN, to relative accuracy, and e^(−a²/2).
    [MethodImpl(Inline)]
    private static V NormalTail<S, V>(V a, out V bell) where S : struct, ISimd<V> where V : struct
    {
        a = S.Min(S.Broadcast(Far), a);
        // What the square's rounding takes is given back, where multiply-adds fuse: the exponential would magnify it.
        V square = S.Multiply(a, a), rest = S.FusedMultiplyAdd(a, a, S.BitXor(square, S.Broadcast(-0f)));
        bell = ExpNoOverflow<S, V>(S.Multiply(square, S.Broadcast(-0.5f)));
        bell = S.FusedMultiplyAdd(bell, S.Multiply(rest, S.Broadcast(-0.5f)), bell);
        V t = S.Divide(S.Broadcast(1f), S.FusedMultiplyAdd(a, S.Broadcast(TailScale), S.Broadcast(1f)));
        V p = S.FusedMultiplyAdd(S.Broadcast(T9), t, S.Broadcast(T8));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T7));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T6));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T5));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T4));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T3));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T2));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T1));
        p = S.FusedMultiplyAdd(p, t, S.Broadcast(T0));
        return S.Multiply(S.Multiply(p, t), bell);
    }

    // sin(x + quarters·π/2).
    [MethodImpl(Inline)]
    private static V Turn<S, V>(V x, int quarters) where S : struct, ISimd<V> where V : struct
    {
        V one = S.Broadcast(1f), zero = S.Broadcast(0f), sign = S.Broadcast(-0f);
        // x = n·π/2 + r; n stands in the low bits of the sum.
        V biased = S.FusedMultiplyAdd(x, S.Broadcast(0.636619772f), S.Broadcast(Rounder));
        V n = S.Subtract(biased, S.Broadcast(Rounder));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-HalfPi1), x);
        r = S.FusedMultiplyAdd(n, S.Broadcast(-HalfPi2), r);
        r = S.FusedMultiplyAdd(n, S.Broadcast(-HalfPi3), r);
        r = S.FusedMultiplyAdd(n, S.Broadcast(-HalfPi4), r);

        V square = S.Multiply(r, r);
        V s = S.FusedMultiplyAdd(S.Broadcast(S2), square, S.Broadcast(S1));
        s = S.FusedMultiplyAdd(s, square, S.Broadcast(S0));
        V sin = S.FusedMultiplyAdd(S.Multiply(s, square), r, r);
        V c = S.FusedMultiplyAdd(S.Broadcast(C2), square, S.Broadcast(C1));
        c = S.FusedMultiplyAdd(c, square, S.Broadcast(C0));
        V cos = S.FusedMultiplyAdd(S.Multiply(c, square), square, S.FusedMultiplyAdd(square, S.Broadcast(-0.5f), one));

        V quarter = S.Add(biased, S.Broadcast(quarters));
        V isOdd = S.LessThan(S.BitOr(S.ShiftLeft(quarter, 31), one), zero);
        V turned = S.BitXor(S.ConditionalSelect(isOdd, cos, sin), S.BitAnd(S.ShiftLeft(quarter, 30), sign));
        // −0 has lost its sign on the way.
        if (quarters == 0)
            turned = S.ConditionalSelect(S.Equal(x, zero), x, turned);
        V isFar = S.LessThan(S.Broadcast(FewTurns), S.BitAndNot(x, sign));
        return S.HorizontalMax(S.BitAnd(isFar, one)) > 0 ? TurnFar<S, V>(x, turned, quarters) : turned;
    }

    // One by one, those that are far; the others stay as they are, whoever their neighbours are.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V TurnFar<S, V>(V x, V turned, int quarters) where S : struct, ISimd<V> where V : struct
    {
        V result = turned;
        ref float from = ref Unsafe.As<V, float>(ref x);
        ref float to = ref Unsafe.As<V, float>(ref result);
        for (int i = 0; i < S.Width; i++)
        {
            double number = Unsafe.Add(ref from, i);
            if (Math.Abs(number) > FewTurns)
                Unsafe.Add(ref to, i) = (float)(quarters == 0 ? Math.Sin(number) : Math.Cos(number));
        }
        return result;
    }
}
