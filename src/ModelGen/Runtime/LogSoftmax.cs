using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>
/// The logarithm of softmax over one axis. Element (s, o, c, i) lies at s·sampleStride + o·outerStride + c·classStride + i, as for <see cref="Softmax"/>. The result may
/// overwrite its source.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogSoftmax
{
    /// <summary>y = x − max − ln Σ e^(x − max) over the classes. A NaN or +∞ makes its position NaN, as in PyTorch.</summary>
    public static void Forward(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner)
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Simd512, Vector512<float>>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner);
        else if (Vector256.IsHardwareAccelerated)
            Forward<Simd256, Vector256<float>>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner);
        else
            Forward<Simd128, Vector128<float>>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner);
    }

    /// <summary>dx = dy − e^y · Σ dy over the classes, y being the output of <see cref="Forward(ref float, ref float, int, nint, int, nint, int, nint, int)"/>.</summary>
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

    internal static void Forward<S, V>(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner)
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
                    AlongClasses<S, V>(ref from, ref to, classes);
                    continue;
                }
                for (nint i = 0; i < inner; i += S.Width)
                    AcrossPositions<S, V>(ref Unsafe.Add(ref from, i), ref Unsafe.Add(ref to, i), Math.Min(S.Width, inner - i), classes, classStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AlongClasses<S, V>(ref float x, ref float y, nint classes) where S : struct, ISimd<V> where V : struct
    {
        // Lanes beyond the last class are −∞: e^−∞ adds 0.
        V max = S.Broadcast(Softmax.Max<S, V>(ref x, classes)), none = S.Broadcast(float.NegativeInfinity), sum = S.Broadcast(0f);
        nint c = 0;
        for (; c <= classes - S.Width; c += S.Width)
            sum = S.Add(sum, VectorMath.ExpNoOverflow<S, V>(S.Subtract(S.Load(ref x, c), max)));
        if (c < classes)
            sum = S.Add(sum, VectorMath.ExpNoOverflow<S, V>(S.Subtract(Partial.Load<S, V>(ref x, c, classes - c, none), max)));
        V logarithm = S.Broadcast((float)Math.Log(S.HorizontalSum(sum)));
        for (c = 0; c < classes; c += S.Width)
        {
            nint count = Math.Min(S.Width, classes - c);
            Store<S, V>(S.Subtract(S.Subtract(Softmax.Load<S, V>(ref x, c, count), max), logarithm), ref y, c, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AcrossPositions<S, V>(ref float x, ref float y, nint count, int classes, nint classStride) where S : struct, ISimd<V> where V : struct
    {
        // In pieces of 32 terms, so that rounding does not grow with the number of classes.
        V max = Softmax.MaxAcross<S, V>(ref x, 0, count, classes, classStride);
        V sum = S.Broadcast(0f), piece = sum;
        nint at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
        {
            piece = S.Add(piece, VectorMath.ExpNoOverflow<S, V>(S.Subtract(Softmax.Load<S, V>(ref x, at, count), max)));
            if (c % 32 == 31)
                (sum, piece) = (S.Add(sum, piece), S.Broadcast(0f));
        }
        V logarithm = Logarithm<S, V>(S.Add(sum, piece));
        at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            Store<S, V>(S.Subtract(S.Subtract(Softmax.Load<S, V>(ref x, at, count), max), logarithm), ref y, at, count);
    }

    // One for each position, against an exponential for each class: lane by lane is good enough.
    private static V Logarithm<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        V lanes = x;
        ref float lane = ref Unsafe.As<V, float>(ref lanes);
        for (int i = 0; i < S.Width; i++)
            Unsafe.Add(ref lane, i) = (float)Math.Log(Unsafe.Add(ref lane, i));
        return lanes;
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
                ref float result = ref Unsafe.Add(ref y, start);
                ref float from = ref Unsafe.Add(ref dy, start);
                ref float to = ref Unsafe.Add(ref dx, start);
                if (classStride == 1 && inner == 1)
                {
                    GradientAlongClasses<S, V>(ref result, ref from, ref to, classes);
                    continue;
                }
                for (nint i = 0; i < inner; i += S.Width)
                {
                    GradientAcrossPositions<S, V>(
                        ref Unsafe.Add(ref result, i), ref Unsafe.Add(ref from, i), ref Unsafe.Add(ref to, i), Math.Min(S.Width, inner - i), classes, classStride);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientAlongClasses<S, V>(ref float y, ref float dy, ref float dx, nint classes) where S : struct, ISimd<V> where V : struct
    {
        V sum = S.Broadcast(0f);
        for (nint c = 0; c < classes; c += S.Width)
            sum = S.Add(sum, Softmax.Load<S, V>(ref dy, c, Math.Min(S.Width, classes - c)));
        V total = S.Broadcast(S.HorizontalSum(sum));
        for (nint c = 0; c < classes; c += S.Width)
            GradientStep<S, V>(ref y, ref dy, ref dx, c, Math.Min(S.Width, classes - c), total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientAcrossPositions<S, V>(ref float y, ref float dy, ref float dx, nint count, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        V total = S.Broadcast(0f);
        nint at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            total = S.Add(total, Softmax.Load<S, V>(ref dy, at, count));
        at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            GradientStep<S, V>(ref y, ref dy, ref dx, at, count, total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientStep<S, V>(ref float y, ref float dy, ref float dx, nint at, nint count, V total) where S : struct, ISimd<V> where V : struct
    {
        V probability = VectorMath.ExpNoOverflow<S, V>(Softmax.Load<S, V>(ref y, at, count));
        Store<S, V>(S.Subtract(Softmax.Load<S, V>(ref dy, at, count), S.Multiply(probability, total)), ref dx, at, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<S, V>(V value, ref float y, nint index, nint count) where S : struct, ISimd<V> where V : struct
    {
        if (count == S.Width)
            S.Store(value, ref y, index);
        else
            Partial.Store<S, V>(value, ref y, index, count);
    }
}
