using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// The logarithm of softmax over one axis. Element (s, o, c, i) lies at s·sampleStride + o·outerStride + c·classStride + i
/// (<see cref="ClassAxis"/>). The result may overwrite its source.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LogSoftmax
{
    /// <summary>y = x − max − ln Σ e^(x − max) over the classes. A NaN or +∞ makes its position NaN, as in PyTorch.</summary>
    public static void Forward(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) =>
        Target.Run(
            new ForwardKernel(samples, sampleStride, outer, outerStride, classes, classStride, inner),
            new Operands(ref x, ref y));

    private readonly struct ForwardKernel(
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Forward<S, V>(ref o.First, ref o.Second, samples, sampleStride, outer, outerStride, classes, classStride, inner);
    }

    /// <summary>
    /// dx = dy − e^y · Σ dy over the classes, y being the output of
    /// <see cref="Forward(ref float, ref float, int, nint, int, nint, int, nint, int)"/>.
    /// </summary>
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

    internal static void Forward<S, V>(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner)
        where S : struct, ISimd<V> where V : struct =>
        new ClassAxis(samples, sampleStride, outer, outerStride, classes, classStride, inner).Run<S, V, LogarithmOf<S, V>>(
            ref x, ref x, ref y, default);

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
            ClassAxis.Store<S, V>(S.Subtract(S.Subtract(ClassAxis.Load<S, V>(ref x, c, count), max), logarithm), ref y, c, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AcrossPositions<S, V>(ref float x, ref float y, nint count, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        // In pieces of 32 terms, so that rounding does not grow with the number of classes.
        V max = Softmax.MaxAcross<S, V>(ref x, 0, count, classes, classStride);
        V sum = S.Broadcast(0f), piece = sum;
        nint at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
        {
            piece = S.Add(piece, VectorMath.ExpNoOverflow<S, V>(S.Subtract(ClassAxis.Load<S, V>(ref x, at, count), max)));
            if (c % 32 == 31)
                (sum, piece) = (S.Add(sum, piece), S.Broadcast(0f));
        }
        V logarithm = Logarithm<S, V>(S.Add(sum, piece));
        at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            ClassAxis.Store<S, V>(S.Subtract(S.Subtract(ClassAxis.Load<S, V>(ref x, at, count), max), logarithm), ref y, at, count);
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
        where S : struct, ISimd<V> where V : struct =>
        new ClassAxis(samples, sampleStride, outer, outerStride, classes, classStride, inner).Run<S, V, GradientOf<S, V>>(
            ref y, ref dy, ref dx, default);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientAlongClasses<S, V>(ref float y, ref float dy, ref float dx, nint classes) where S : struct, ISimd<V>
        where V : struct
    {
        V sum = S.Broadcast(0f);
        for (nint c = 0; c < classes; c += S.Width)
            sum = S.Add(sum, ClassAxis.Load<S, V>(ref dy, c, Math.Min(S.Width, classes - c)));
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
            total = S.Add(total, ClassAxis.Load<S, V>(ref dy, at, count));
        at = 0;
        for (int c = 0; c < classes; c++, at += classStride)
            GradientStep<S, V>(ref y, ref dy, ref dx, at, count, total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientStep<S, V>(ref float y, ref float dy, ref float dx, nint at, nint count, V total) where S : struct, ISimd<V>
        where V : struct
    {
        V probability = VectorMath.ExpNoOverflow<S, V>(ClassAxis.Load<S, V>(ref y, at, count));
        ClassAxis.Store<S, V>(S.Subtract(ClassAxis.Load<S, V>(ref dy, at, count), S.Multiply(probability, total)), ref dx, at, count);
    }

    private readonly struct LogarithmOf<S, V> : IClassFunction<S, V>
        where S : struct, ISimd<V> where V : struct
    {
        public void AlongClasses(ref float a, ref float b, ref float result, nint classes) =>
            LogSoftmax.AlongClasses<S, V>(ref a, ref result, classes);

        public void AcrossPositions(ref float a, ref float b, ref float result, nint count, int classes, nint classStride) =>
            LogSoftmax.AcrossPositions<S, V>(ref a, ref result, count, classes, classStride);
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
