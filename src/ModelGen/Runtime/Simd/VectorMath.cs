using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>
/// exp, tanh and sigmoid on vectors of floats, at most 2 ULP from the exact value for every float (largest found: 1.0, 1.9 and 1.7;
/// without FMA 1.0, 2.0 and 1.8); NaN stays NaN, tanh keeps −0 and denormals exactly, exp and sigmoid reach down into the denormals.
/// </summary>
/// <remarks>
/// Method: Cody and Waite's reduction x = n·ln 2 + r, |r| ≤ ln 2 / 2 (Software Manual for the Elementary Functions, 1980), then
/// e^r − 1 = r + r²·q(r). q is our own minimax fit (Remez exchange on the error relative to e^r − 1, coefficients rounded to float one
/// after another and the rest fitted again); its error is 2^−28.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class VectorMath
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private const float Q0 = 0.5f, Q1 = 0.166666359f, Q2 = 0.0416665114f, Q3 = 0.00834150985f, Q4 = 0.00139305426f, Q5 = 0.000150462249f;
    private const float Log2E = 1.44269504f;

    // ln 2 in two pieces: the first has 10 bits, so that its product with n is exact without FMA.
    private const float Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    // Adding 1.5·2^23 rounds to an integer and leaves it in the low bits of the sum.
    private const float Rounder = 12582912f;

    // 2·artanh(t)/t in powers of t², t ≤ 1/3, from interpolation at Chebyshev's points: error 2^−30.
    private const float L1 = 0.666666806f, L2 = 0.399987102f, L3 = 0.286202073f, L4 = 0.213985607f, L5 = 0.243939072f;

    // Below this e^x − 1 rounds to −1.
    private const float MinusOneBelow = -25f;

    // Beyond these e^x is ∞ or rounds to 0; inside, n stays within what Scale takes.
    private const float ExpHighest = 89f, ExpLowest = -104f;

    // Below these one step of refinement is more exact than the plain quotient, above it is not; the choice within ±0.3 does not show.
    private const float RefineBelow = 0.7f, SigmoidRefineBelow = -0.7f;

    // tanh is 1 in float from 9.02 on.
    private const float TanhHighest = 10f;

    /// <summary>e^x.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    public static V Exp<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
        ExpNoOverflow<S, V>(S.Min(S.Broadcast(ExpHighest), x));

    /// <summary>e^x for x ≤ 89 or NaN; saves a comparison where the argument is known not to be large, as in softmax.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V ExpNoOverflow<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        x = S.Max(S.Broadcast(ExpLowest), x);
        V n = S.Subtract(S.FusedMultiplyAdd(x, S.Broadcast(Log2E), S.Broadcast(Rounder)), S.Broadcast(Rounder));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-Ln2High), x);
        r = S.FusedMultiplyAdd(n, S.Broadcast(-Ln2Low), r);

        V q = S.FusedMultiplyAdd(S.Broadcast(Q5), r, S.Broadcast(Q4));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q3));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q2));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q1));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q0));
        V e = S.Add(S.FusedMultiplyAdd(S.Multiply(r, r), q, r), S.Broadcast(1f));
        return S.Scale(e, n);
    }

    /// <summary>tanh x.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    public static V Tanh<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // With w = (e^2|x| − 1) / 2, tanh |x| = w / (w + 1). No branch for small x is needed because w is found as
        // 2^n·u + (2^n − 1)/2 with u = (e^2r − 1) / 2: for n = 0 that is u, of full relative accuracy.
        V sign = S.Broadcast(-0f);
        V a = S.Min(S.Broadcast(TanhHighest), S.BitAndNot(x, sign));

        // The exponent's bias joins the rounder, so that shifting the sum left gives 2^n itself.
        V biased = S.FusedMultiplyAdd(a, S.Broadcast(2 * Log2E), S.Broadcast(Rounder + 127));
        V n = S.Subtract(biased, S.Broadcast(Rounder + 127));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-Ln2High / 2), a);
        r = S.FusedMultiplyAdd(n, S.Broadcast(-Ln2Low / 2), r);

        // r is half of the reduced argument: q's coefficients carry the powers of two.
        V q = S.FusedMultiplyAdd(S.Broadcast(64 * Q5), r, S.Broadcast(32 * Q4));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(16 * Q3));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(8 * Q2));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(4 * Q1));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(2 * Q0));
        V u = S.FusedMultiplyAdd(S.Multiply(r, r), q, r);

        V power = S.ShiftLeft(biased, 23);
        V w = S.FusedMultiplyAdd(power, u, S.FusedMultiplyAdd(power, S.Broadcast(0.5f), S.Broadcast(-0.5f)));

        // The quotient gathers three roundings. As tanh = w − w·tanh, one step of that divides their effect where w is small.
        V minusTanh = S.Divide(w, S.Subtract(S.Broadcast(-1f), w));
        V refined = S.FusedMultiplyAdd(w, minusTanh, w);
        V tanh = S.ConditionalSelect(S.LessThan(w, S.Broadcast(RefineBelow)), refined, minusTanh);
        return S.ConditionalSelect(sign, x, tanh);
    }

    /// <summary>1 / (1 + e^−x).</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    public static V Sigmoid<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // With e = e^−|x|: 1 / (1 + e) right of zero, e / (1 + e) left of it. Nothing overflows and small results keep their digits.
        V sign = S.Broadcast(-0f);
        V e = ExpNoOverflow<S, V>(S.BitOr(x, sign));
        V numerator = S.ConditionalSelect(S.LessThan(x, S.Broadcast(0f)), e, S.Broadcast(1f));
        V minusSigmoid = S.Divide(numerator, S.Subtract(S.Broadcast(-1f), e));

        // As in tanh: left of zero, sigmoid = e − e·sigmoid takes most of the quotient's roundings away.
        V refined = S.FusedMultiplyAdd(e, minusSigmoid, e);
        return S.ConditionalSelect(S.LessThan(x, S.Broadcast(SigmoidRefineBelow)), refined, S.BitAndNot(minusSigmoid, sign));
    }

    /// <summary>e^x − 1 for x ≤ 0 or NaN, to full relative accuracy near 0; unspecified for x above 0.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V ExpMinusOneBelowZero<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // 2^n·(e^r − 1) + (2^n − 1), as in tanh: for n = 0 the second part is 0 and small x keep their digits.
        x = S.Max(S.Broadcast(MinusOneBelow), x);
        V biased = S.FusedMultiplyAdd(x, S.Broadcast(Log2E), S.Broadcast(Rounder + 127));
        V n = S.Subtract(biased, S.Broadcast(Rounder + 127));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-Ln2High), x);
        r = S.FusedMultiplyAdd(n, S.Broadcast(-Ln2Low), r);

        V q = S.FusedMultiplyAdd(S.Broadcast(Q5), r, S.Broadcast(Q4));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q3));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q2));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q1));
        q = S.FusedMultiplyAdd(q, r, S.Broadcast(Q0));
        V u = S.FusedMultiplyAdd(S.Multiply(r, r), q, r);

        V power = S.ShiftLeft(biased, 23);
        return S.FusedMultiplyAdd(power, u, S.Subtract(power, S.Broadcast(1f)));
    }

    /// <summary>ln(1 + e^x), without overflow.</summary>
    /// <typeparam name="S">The instruction set.</typeparam>
    /// <typeparam name="V">Its vector.</typeparam>
    [MethodImpl(Inline)]
    internal static V Softplus<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        // max(x, 0) + ln(1 + e^−|x|), and ln(1 + e) = 2·artanh(e / (2 + e)), whose argument is at most 1/3: a short series in its square.
        V e = ExpNoOverflow<S, V>(S.BitOr(x, S.Broadcast(-0f)));
        V t = S.Divide(e, S.Add(e, S.Broadcast(2f)));
        V u = S.Multiply(t, t);
        V p = S.FusedMultiplyAdd(S.Broadcast(L5), u, S.Broadcast(L4));
        p = S.FusedMultiplyAdd(p, u, S.Broadcast(L3));
        p = S.FusedMultiplyAdd(p, u, S.Broadcast(L2));
        p = S.FusedMultiplyAdd(p, u, S.Broadcast(L1));
        p = S.FusedMultiplyAdd(p, u, S.Broadcast(2f));
        return S.FusedMultiplyAdd(t, p, S.Max(S.Broadcast(0f), x));
    }

    /// <summary>e^x.</summary>
    [MethodImpl(Inline)]
    public static Vector512<float> Exp(Vector512<float> x) => Exp<Simd512, Vector512<float>>(x);

    /// <summary>e^x.</summary>
    [MethodImpl(Inline)]
    public static Vector256<float> Exp(Vector256<float> x) => Exp<Simd256, Vector256<float>>(x);

    /// <summary>e^x.</summary>
    [MethodImpl(Inline)]
    public static Vector128<float> Exp(Vector128<float> x) => Exp<Simd128, Vector128<float>>(x);

    /// <summary>tanh x.</summary>
    [MethodImpl(Inline)]
    public static Vector512<float> Tanh(Vector512<float> x) => Tanh<Simd512, Vector512<float>>(x);

    /// <summary>tanh x.</summary>
    [MethodImpl(Inline)]
    public static Vector256<float> Tanh(Vector256<float> x) => Tanh<Simd256, Vector256<float>>(x);

    /// <summary>tanh x.</summary>
    [MethodImpl(Inline)]
    public static Vector128<float> Tanh(Vector128<float> x) => Tanh<Simd128, Vector128<float>>(x);

    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(Inline)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Sigmoid<Simd512, Vector512<float>>(x);

    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(Inline)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Sigmoid<Simd256, Vector256<float>>(x);

    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(Inline)]
    public static Vector128<float> Sigmoid(Vector128<float> x) => Sigmoid<Simd128, Vector128<float>>(x);
}
