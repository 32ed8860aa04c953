using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Softmax over one axis. Element (s, o, c, i) lies at s·sampleStride + o·outerStride + c·classStride + i (<see cref="ClassAxis"/>). The
/// result may overwrite its source.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Softmax
{
    // Long sums are taken in pieces of so many terms, so that rounding does not grow with the number of classes.
    private const int Chunk = 32;

    /// <summary>y = e^(x − max) / Σ e^(x − max) over the classes. A NaN or +∞ makes its position NaN, as in PyTorch.</summary>
    public static void Forward(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) =>
        Scaled(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner, 1f, 0f);

    /// <summary>dx = y · (dy − Σ y·dy) over the classes, y being the output of <see cref="Forward"/>.</summary>
    public static void Gradient(
        ref float y, ref float dy, ref float dx,
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) =>
        Target.Run(
            new GradientKernel(samples, sampleStride, outer, outerStride, classes, classStride, inner),
            new Operands(ref y, ref dy, ref dx));

    private readonly struct GradientKernel(
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Gradient<S, V>(
                ref o.First, ref o.Second, ref o.Third, samples, sampleStride, outer, outerStride, classes, classStride,
                inner);
    }

    /// <summary>y = gain · softmax(x) − shift: cross entropy's gradient is that, less the label.</summary>
    internal static void Scaled(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner,
        float gain, float shift) =>
        Target.Run(
            new ScaledKernel(samples, sampleStride, outer, outerStride, classes, classStride, inner, gain, shift),
            new Operands(ref x, ref y));

    private readonly struct ScaledKernel(
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner, float gain, float shift)
            : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Forward<S, V>(
                ref o.First, ref o.Second, samples, sampleStride, outer, outerStride, classes, classStride, inner, gain,
                shift);
    }

    internal static void Forward<S, V>(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner,
        float gain, float shift)
        where S : struct, ISimd<V> where V : struct =>
        new ClassAxis(samples, sampleStride, outer, outerStride, classes, classStride, inner).Run<S, V, Scaling<S, V>>(
            ref x, ref x, ref y, new(gain, shift));

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
        ref float x, ref float y, nint count, int classes, nint classStride, float gain, float shift)
        where S : struct, ISimd<V> where V : struct
    {
        V max = MaxAcross<S, V>(ref x, 0, count, classes, classStride);
        V sum = S.Broadcast(0f), piece = sum;
        nint at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
        {
            V e = VectorMath.ExpNoOverflow<S, V>(S.Subtract(ClassAxis.Load<S, V>(ref x, at, count), max));
            ClassAxis.Store<S, V>(e, ref y, at, count);
            piece = S.Add(piece, e);
            if (c % Chunk == Chunk - 1)
            {
                sum = S.Add(sum, piece);
                piece = S.Broadcast(0f);
            }
        }

        V factor = S.Divide(S.Broadcast(gain), S.Add(sum, piece)), minusShift = S.Broadcast(-shift);
        at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            ClassAxis.Store<S, V>(S.FusedMultiplyAdd(ClassAxis.Load<S, V>(ref y, at, count), factor, minusShift), ref y, at, count);
    }

    /// <summary>The largest logit of each of <paramref name="count"/> positions; unspecified where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V MaxAcross<S, V>(ref float x, nint position, nint count, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        V max = S.Broadcast(float.NegativeInfinity);
        for (int c = 0; c < classes; c++, position += classStride)
            max = S.Max(max, ClassAxis.Load<S, V>(ref x, position, count));
        return max;
    }

    internal static void Gradient<S, V>(
        ref float y, ref float dy, ref float dx,
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner)
        where S : struct, ISimd<V> where V : struct =>
        new ClassAxis(samples, sampleStride, outer, outerStride, classes, classStride, inner).Run<S, V, GradientOf<S, V>>(
            ref y, ref dy, ref dx, default);

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
        ref float y, ref float dy, ref float dx, nint count, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        V dot = S.Broadcast(0f);
        nint at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            dot = S.FusedMultiplyAdd(ClassAxis.Load<S, V>(ref y, at, count), ClassAxis.Load<S, V>(ref dy, at, count), dot);
        at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            ClassAxis.Store<S, V>(
                S.Multiply(ClassAxis.Load<S, V>(ref y, at, count), S.Subtract(ClassAxis.Load<S, V>(ref dy, at, count), dot)), ref dx, at,
                count);
    }

    private readonly struct Scaling<S, V>(float gain, float shift) : IClassFunction<S, V>
        where S : struct, ISimd<V> where V : struct
    {
        public void AlongClasses(ref float a, ref float b, ref float result, nint classes) =>
            Softmax.AlongClasses<S, V>(ref a, ref result, classes, gain, shift);

        public void AcrossPositions(ref float a, ref float b, ref float result, nint count, int classes, nint classStride) =>
            Softmax.AcrossPositions<S, V>(ref a, ref result, count, classes, classStride, gain, shift);
    }

    private readonly struct GradientOf<S, V> : IClassFunction<S, V>
        where S : struct, ISimd<V> where V : struct
    {
        public void AlongClasses(ref float a, ref float b, ref float result, nint classes) =>
            GradientAlongClasses<S, V>(ref a, ref b, ref result, classes);

        public void AcrossPositions(ref float a, ref float b, ref float result, nint count, int classes, nint classStride) =>
            GradientAcrossPositions<S, V>(ref a, ref b, ref result, count, classes, classStride);
    }
}
