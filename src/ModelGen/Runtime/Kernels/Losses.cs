using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>What one element adds to a loss, and the derivative of that with respect to the prediction x.</summary>
internal interface IElementLoss
{
    V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct;

    V Gradient<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct;
}

/// <summary>
/// Losses that are a mean over all elements of the batch, with a target for each element; as in torch.nn, reduction "mean". The prediction
/// of element i of sample s lies at s·sampleStride + i, its target at s·length + i. Sums are made of pieces in single precision, added up
/// in double. NaN predictions make a loss NaN.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Losses
{
    private const int Chunk = 4_096;

    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>Mean of (x − target)²; as torch.nn.MSELoss.</summary>
    public static float MeanSquaredError(ref float x, ref float target, int samples, nint sampleStride, int length) =>
        Mean(default(SquaredError), ref x, ref target, samples, sampleStride, length);

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the predictions.</summary>
    public static void MeanSquaredErrorGradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float scale) =>
        Gradient(default(SquaredError), ref x, ref target, ref gradient, samples, sampleStride, length, scale);

    /// <summary>Mean of |x − target|; as torch.nn.L1Loss.</summary>
    public static float MeanAbsoluteError(ref float x, ref float target, int samples, nint sampleStride, int length) =>
        Mean(default(AbsoluteError), ref x, ref target, samples, sampleStride, length);

    /// <summary>
    /// Its gradient, 0 where prediction and target are equal, times <paramref name="scale"/>; may overwrite the predictions.
    /// </summary>
    public static void MeanAbsoluteErrorGradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float scale) =>
        Gradient(default(AbsoluteError), ref x, ref target, ref gradient, samples, sampleStride, length, scale);

    /// <summary>
    /// Mean of d²/2 where |d| ≤ delta, d being x − target, and of delta·(|d| − delta/2) elsewhere; as torch.nn.HuberLoss. Source: Huber
    /// 1964, Robust estimation of a location parameter.
    /// </summary>
    public static float Huber(ref float x, ref float target, int samples, nint sampleStride, int length, float delta) =>
        Mean(new HuberError(delta), ref x, ref target, samples, sampleStride, length);

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the predictions.</summary>
    public static void HuberGradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float delta, float scale) =>
        Gradient(new HuberError(delta), ref x, ref target, ref gradient, samples, sampleStride, length, scale);

    /// <summary>Mean of −target·log σ(x) − (1 − target)·log(1 − σ(x)), which overflows nowhere; as torch.nn.BCEWithLogitsLoss.</summary>
    public static float BinaryCrossEntropyWithLogits(ref float x, ref float target, int samples, nint sampleStride, int length) =>
        Mean(default(BinaryCrossEntropy), ref x, ref target, samples, sampleStride, length);

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the predictions.</summary>
    public static void BinaryCrossEntropyWithLogitsGradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float scale) =>
        Gradient(default(BinaryCrossEntropy), ref x, ref target, ref gradient, samples, sampleStride, length, scale);

    /// <summary>
    /// Mean of d²/(2·beta) where |d| &lt; beta, d being x − target, and of |d| − beta/2 elsewhere; as torch.nn.SmoothL1Loss. Source:
    /// Girshick 2015, Fast R-CNN, §2.3.
    /// </summary>
    public static float SmoothL1(ref float x, ref float target, int samples, nint sampleStride, int length, float beta) =>
        Mean(new SmoothError(beta), ref x, ref target, samples, sampleStride, length);

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the predictions.</summary>
    public static void SmoothL1Gradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float beta, float scale) =>
        Gradient(new SmoothError(beta), ref x, ref target, ref gradient, samples, sampleStride, length, scale);

    /// <summary>Mean of <see cref="FocalLoss"/>; of targets 0 and 1 as torchvision.ops.sigmoid_focal_loss.</summary>
    public static float Focal(ref float x, ref float target, int samples, nint sampleStride, int length, float alpha, float gamma) =>
        Mean(new FocalLoss(alpha, gamma), ref x, ref target, samples, sampleStride, length);

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the predictions.</summary>
    public static void FocalGradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float alpha, float gamma,
        float scale) =>
        Gradient(new FocalLoss(alpha, gamma), ref x, ref target, ref gradient, samples, sampleStride, length, scale);

    private static float Mean<L>(L loss, ref float x, ref float target, int samples, nint sampleStride, int length)
        where L : struct, IElementLoss =>
        Target.Run<MeanKernel<L>, float>(new MeanKernel<L>(loss, samples, sampleStride, length), new Operands(ref x, ref target));

    private readonly struct MeanKernel<L>(L loss, int samples, nint sampleStride, int length) : IKernel<float>
        where L : struct, IElementLoss
    {
        public float Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Mean<S, V, L>(loss, ref o.First, ref o.Second, samples, sampleStride, length);
    }

    private static void Gradient<L>(
        L loss, ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float scale)
        where L : struct, IElementLoss
    {
        float each = (float)(scale / ((double)samples * length));
        Target.Run(new GradientKernel<L>(loss, samples, sampleStride, length, each), new Operands(ref x, ref target, ref gradient));
    }

    private readonly struct GradientKernel<L>(L loss, int samples, nint sampleStride, int length, float each) : IKernel
        where L : struct, IElementLoss
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Gradient<S, V, L>(loss, ref o.First, ref o.Second, ref o.Third, samples, sampleStride, length, each);
    }

    internal static float Mean<S, V, L>(L loss, ref float x, ref float target, int samples, nint sampleStride, int length)
        where S : struct, ISimd<V> where V : struct where L : struct, IElementLoss
    {
        double total = 0;
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < length; i += Chunk)
                total += Sum<S, V, L>(
                    loss, ref Unsafe.Add(ref x, s * sampleStride + i), ref Unsafe.Add(ref target, (nint)s * length + i),
                    Math.Min(Chunk, length - i));
        }
        return (float)(total / ((double)samples * length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<S, V, L>(L loss, ref float x, ref float target, int length)
        where S : struct, ISimd<V> where V : struct where L : struct, IElementLoss
    {
        V sum = S.Broadcast(0f);
        nint i = 0;
        for (; i <= length - S.Width; i += S.Width)
            sum = S.Add(sum, loss.Loss<S, V>(S.Load(ref x, i), S.Load(ref target, i)));
        if (i < length)
        {
            V last = loss.Loss<S, V>(ClassAxis.Load<S, V>(ref x, i, length - i), ClassAxis.Load<S, V>(ref target, i, length - i));
            sum = S.Add(sum, S.FirstLanes(last, (int)(length - i)));
        }
        return S.HorizontalSum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Gradient<S, V, L>(
        L loss, ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int length, float each)
        where S : struct, ISimd<V> where V : struct where L : struct, IElementLoss
    {
        V scale = S.Broadcast(each);
        for (int s = 0; s < samples; s++)
        {
            nint from = s * sampleStride, at = (nint)s * length;
            for (nint i = 0; i < length; i += S.Width)
            {
                nint count = Math.Min(S.Width, length - i);
                V d = loss.Gradient<S, V>(ClassAxis.Load<S, V>(ref x, from + i, count), ClassAxis.Load<S, V>(ref target, at + i, count));
                ClassAxis.Store<S, V>(S.Multiply(d, scale), ref gradient, from + i, count);
            }
        }
    }

    internal readonly struct SquaredError : IElementLoss
    {
        [MethodImpl(Inline)]
        public V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
        {
            V d = S.Subtract(x, target);
            return S.Multiply(d, d);
        }

        [MethodImpl(Inline)]
        public V Gradient<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
        {
            V d = S.Subtract(x, target);
            return S.Add(d, d);
        }
    }

    internal readonly struct AbsoluteError : IElementLoss
    {
        [MethodImpl(Inline)]
        public V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct => Absolute<S, V>(S.Subtract(x, target));

        // The difference's sign on a one, and zero where there is none.
        [MethodImpl(Inline)]
        public V Gradient<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
        {
            V d = S.Subtract(x, target), zero = S.Broadcast(0f);
            return S.ConditionalSelect(S.Equal(d, zero), zero, S.BitOr(S.BitAnd(d, S.Broadcast(-0f)), S.Broadcast(1f)));
        }
    }

    internal readonly struct HuberError(float delta) : IElementLoss
    {
        private readonly float _delta = delta;

        [MethodImpl(Inline)]
        public V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
        {
            V size = Absolute<S, V>(S.Subtract(x, target)), delta = S.Broadcast(_delta), half = S.Broadcast(0.5f);
            V near = S.Multiply(S.Multiply(size, size), half), far = S.Multiply(delta, S.Subtract(size, S.Multiply(delta, half)));
            return S.ConditionalSelect(S.LessThanOrEqual(size, delta), near, far);
        }

        // The difference comes second in both: that is the operand kept when it is NaN.
        [MethodImpl(Inline)]
        public V Gradient<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct =>
            S.Min(S.Broadcast(_delta), S.Max(S.Broadcast(-_delta), S.Subtract(x, target)));
    }

    internal readonly struct SmoothError(float beta) : IElementLoss
    {
        private readonly float _beta = beta;

        [MethodImpl(Inline)]
        public V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
        {
            V size = Absolute<S, V>(S.Subtract(x, target)), half = S.Broadcast(0.5f), beta = S.Broadcast(_beta);
            V near = S.Divide(S.Multiply(S.Multiply(size, size), half), beta), far = S.Subtract(size, S.Multiply(beta, half));
            return S.ConditionalSelect(S.LessThan(size, beta), near, far);
        }

        // The quotient comes second in both: that is the operand kept when it is NaN.
        [MethodImpl(Inline)]
        public V Gradient<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct =>
            S.Min(S.Broadcast(1f), S.Max(S.Broadcast(-1f), S.Divide(S.Subtract(x, target), S.Broadcast(_beta))));
    }

    internal readonly struct BinaryCrossEntropy : IElementLoss
    {
        // max(x, 0) − x·target + log(1 + e^−|x|): no difference of what is nearly equal.
        [MethodImpl(Inline)]
        public V Loss<S, V>(V x, V target) where S : struct, ISimd<V> where V : struct
        {
            V minusX = S.BitXor(x, S.Broadcast(-0f));
            V linear = S.FusedMultiplyAdd(minusX, target, S.Max(S.Broadcast(0f), x));
            return S.Add(linear, VectorMath.Softplus<S, V>(S.BitOr(x, S.Broadcast(-0f))));
        }

        [MethodImpl(Inline)]
        public V Gradient<S, V>(V x, V target) where S : struct, ISimd<V>
            where V : struct => S.Subtract(VectorMath.Sigmoid<S, V>(x), target);
    }

    [MethodImpl(Inline)]
    private static V Absolute<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.BitAndNot(x, S.Broadcast(-0f));
}
