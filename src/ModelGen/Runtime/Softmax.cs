using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>
/// Softmax over one axis. Element (s, o, c, i) lies at s·sampleStride + o·outerStride + c·classStride + i: the positions <c>inner</c>
/// are contiguous. The result may overwrite its source.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Softmax
{
    // Long sums are taken in pieces of so many terms, so that rounding does not grow with the number of classes.
    private const int Piece = 32;

    /// <summary>y = e^(x − max) / Σ e^(x − max) over the classes. A NaN or +∞ makes its position NaN, as in PyTorch.</summary>
    public static void Forward(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) =>
        Scaled(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner, 1f, 0f);

    /// <summary>dx = y · (dy − Σ y·dy) over the classes, y being the output of <see cref="Forward"/>.</summary>
    public static void Gradient(
        ref float y, ref float dy, ref float dx,
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner)
    {
        if (Vector512.IsHardwareAccelerated)
            Gradient<Simd512, Vector512<float>>(ref y, ref dy, ref dx, samples, sampleStride, outer, outerStride, classes, classStride, inner);
        else if (Vector256.IsHardwareAccelerated)
            Gradient<Simd256, Vector256<float>>(ref y, ref dy, ref dx, samples, sampleStride, outer, outerStride, classes, classStride, inner);
        else
            Gradient<Simd128, Vector128<float>>(ref y, ref dy, ref dx, samples, sampleStride, outer, outerStride, classes, classStride, inner);
    }

    /// <summary>y = gain · softmax(x) − shift: cross entropy's gradient is that, less the label.</summary>
    internal static void Scaled(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner,
        float gain, float shift)
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Simd512, Vector512<float>>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner, gain, shift);
        else if (Vector256.IsHardwareAccelerated)
            Forward<Simd256, Vector256<float>>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner, gain, shift);
        else
            Forward<Simd128, Vector128<float>>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner, gain, shift);
    }

    internal static void Forward<S, V>(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner,
        float gain, float shift)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < samples; s++)
        {
            for (int o = 0; o < outer; o++)
            {
                nint start = s * sampleStride + o * outerStride;
                ref float from = ref Unsafe.Add(ref x, start);
                ref float to = ref Unsafe.Add(ref y, start);
                if (classStride == 1 && inner == 1)
                {
                    AlongClasses<S, V>(ref from, ref to, classes, gain, shift);
                    continue;
                }

                nint i = 0;
                for (; i <= inner - S.Width; i += S.Width)
                    AcrossPositions<S, V>(ref from, ref to, i, S.Width, classes, classStride, gain, shift);
                if (i < inner)
                    AcrossPositions<S, V>(ref from, ref to, i, inner - i, classes, classStride, gain, shift);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AlongClasses<S, V>(ref float x, ref float y, nint classes, float gain, float shift)
        where S : struct, ISimd<V> where V : struct
    {
        // Lanes beyond the last class are −∞: they lose every maximum and e^−∞ adds 0.
        nint whole = classes - classes % S.Width;
        V none = S.Broadcast(float.NegativeInfinity), max = S.Broadcast(Max<S, V>(ref x, classes));

        V sum = S.Broadcast(0f), e = sum;
        for (nint c = 0; c < whole; c += S.Width)
        {
            e = VectorMath.ExpNoOverflow<S, V>(S.Subtract(S.Load(ref x, c), max));
            S.Store(e, ref y, c);
            sum = S.Add(sum, e);
        }

        if (whole < classes)
        {
            e = VectorMath.ExpNoOverflow<S, V>(S.Subtract(Partial.Load<S, V>(ref x, whole, classes - whole, none), max));
            sum = S.Add(sum, e);
        }

        V factor = S.Broadcast(gain / S.HorizontalSum(sum)), minusShift = S.Broadcast(-shift);
        for (nint c = 0; c < whole; c += S.Width)
            S.Store(S.FusedMultiplyAdd(S.Load(ref y, c), factor, minusShift), ref y, c);
        if (whole < classes)
            Partial.Store<S, V>(S.FusedMultiplyAdd(e, factor, minusShift), ref y, whole, classes - whole);
    }

    /// <summary>The largest of <paramref name="n"/> contiguous floats; unspecified when one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Max<S, V>(ref float x, nint n) where S : struct, ISimd<V> where V : struct
    {
        V max = S.Broadcast(float.NegativeInfinity), none = max;
        nint i = 0;
        for (; i <= n - S.Width; i += S.Width)
            max = S.Max(max, S.Load(ref x, i));
        if (i < n)
            max = S.Max(max, Partial.Load<S, V>(ref x, i, n - i, none));
        return S.HorizontalMax(max);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AcrossPositions<S, V>(
        ref float x, ref float y, nint position, nint count, int classes, nint classStride, float gain, float shift)
        where S : struct, ISimd<V> where V : struct
    {
        V max = MaxAcross<S, V>(ref x, position, count, classes, classStride);
        V sum = S.Broadcast(0f), piece = sum;
        nint at = position;
        for (int c = 0; c < classes; c++, at += classStride)
        {
            V e = VectorMath.ExpNoOverflow<S, V>(S.Subtract(Load<S, V>(ref x, at, count), max));
            Store<S, V>(e, ref y, at, count);
            piece = S.Add(piece, e);
            if (c % Piece == Piece - 1)
            {
                sum = S.Add(sum, piece);
                piece = S.Broadcast(0f);
            }
        }

        V factor = S.Divide(S.Broadcast(gain), S.Add(sum, piece)), minusShift = S.Broadcast(-shift);
        at = position;
        for (int c = 0; c < classes; c++, at += classStride)
            Store<S, V>(S.FusedMultiplyAdd(Load<S, V>(ref y, at, count), factor, minusShift), ref y, at, count);
    }

    /// <summary>The largest logit of each of <paramref name="count"/> positions; unspecified where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V MaxAcross<S, V>(ref float x, nint position, nint count, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        V max = S.Broadcast(float.NegativeInfinity);
        for (int c = 0; c < classes; c++, position += classStride)
            max = S.Max(max, Load<S, V>(ref x, position, count));
        return max;
    }

    /// <summary>A whole vector, or the first <paramref name="count"/> lanes of it and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Load<S, V>(ref float x, nint index, nint count) where S : struct, ISimd<V> where V : struct =>
        count == S.Width ? S.Load(ref x, index) : Partial.Load<S, V>(ref x, index, count, S.Broadcast(0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V>(V value, ref float y, nint index, nint count) where S : struct, ISimd<V> where V : struct
    {
        if (count == S.Width)
            S.Store(value, ref y, index);
        else
            Partial.Store<S, V>(value, ref y, index, count);
    }

    internal static void Gradient<S, V>(
        ref float y, ref float dy, ref float dx,
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner)
        where S : struct, ISimd<V> where V : struct
    {
        for (int s = 0; s < samples; s++)
        {
            for (int o = 0; o < outer; o++)
            {
                nint start = s * sampleStride + o * outerStride;
                ref float py = ref Unsafe.Add(ref y, start);
                ref float pdy = ref Unsafe.Add(ref dy, start);
                ref float pdx = ref Unsafe.Add(ref dx, start);
                if (classStride == 1 && inner == 1)
                {
                    GradientAlongClasses<S, V>(ref py, ref pdy, ref pdx, classes);
                    continue;
                }

                nint i = 0;
                for (; i <= inner - S.Width; i += S.Width)
                    GradientAcrossPositions<S, V>(ref py, ref pdy, ref pdx, i, S.Width, classes, classStride);
                if (i < inner)
                    GradientAcrossPositions<S, V>(ref py, ref pdy, ref pdx, i, inner - i, classes, classStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientAlongClasses<S, V>(ref float y, ref float dy, ref float dx, nint classes)
        where S : struct, ISimd<V> where V : struct
    {
        nint whole = classes - classes % S.Width;
        V zero = S.Broadcast(0f), sum = zero, y1 = zero, dy1 = zero;
        for (nint c = 0; c < whole; c += S.Width)
            sum = S.FusedMultiplyAdd(S.Load(ref y, c), S.Load(ref dy, c), sum);
        if (whole < classes)
        {
            y1 = Partial.Load<S, V>(ref y, whole, classes - whole, zero);
            dy1 = Partial.Load<S, V>(ref dy, whole, classes - whole, zero);
            sum = S.FusedMultiplyAdd(y1, dy1, sum);
        }

        V dot = S.Broadcast(S.HorizontalSum(sum));
        for (nint c = 0; c < whole; c += S.Width)
            S.Store(S.Multiply(S.Load(ref y, c), S.Subtract(S.Load(ref dy, c), dot)), ref dx, c);
        if (whole < classes)
            Partial.Store<S, V>(S.Multiply(y1, S.Subtract(dy1, dot)), ref dx, whole, classes - whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientAcrossPositions<S, V>(
        ref float y, ref float dy, ref float dx, nint position, nint count, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        V dot = S.Broadcast(0f);
        nint at = position;
        for (int c = 0; c < classes; c++, at += classStride)
            dot = S.FusedMultiplyAdd(Load<S, V>(ref y, at, count), Load<S, V>(ref dy, at, count), dot);
        at = position;
        for (int c = 0; c < classes; c++, at += classStride)
            Store<S, V>(S.Multiply(Load<S, V>(ref y, at, count), S.Subtract(Load<S, V>(ref dy, at, count), dot)), ref dx, at, count);
    }
}
