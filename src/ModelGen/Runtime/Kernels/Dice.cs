using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Dice's loss of masks: the mean over samples and channels of 1 − (2·Σ p·t + smooth) / (Σ p² + Σ t² + smooth), p being σ(x), t the target,
/// and sums over a channel's pixels. The logit of pixel i of channel c of sample s lies at s·sampleStride + c·inner + i, its target at
/// (s·channels + c)·inner + i. Sums are made of pieces in single precision, added up in double.
/// </summary>
/// <remarks>Source: Milletari, Navab and Ahmadi 2016, V-Net, §3.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Dice
{
    private const int Piece = 4_096;

    /// <summary>The loss. NaN logits make it NaN.</summary>
    public static float Loss(ref float x, ref float target, int samples, nint sampleStride, int channels, int inner, float smooth)
    {
        double total = 0;
        for (int s = 0; s < samples; s++)
        {
            for (int c = 0; c < channels; c++)
            {
                (double above, double below) = Parts(
                    ref Unsafe.Add(ref x, s * sampleStride + (nint)c * inner), ref Unsafe.Add(ref target, ((nint)s * channels + c) * inner),
                    inner, smooth);
                total += 1 - above / below;
            }
        }
        return (float)(total / ((double)samples * channels));
    }

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the logits.</summary>
    public static void Gradient(
        ref float x, ref float target, ref float gradient, int samples, nint sampleStride, int channels, int inner, float smooth,
        float scale)
    {
        double each = scale / ((double)samples * channels);
        for (int s = 0; s < samples; s++)
        {
            for (int c = 0; c < channels; c++)
            {
                nint at = s * sampleStride + (nint)c * inner;
                ref float t = ref Unsafe.Add(ref target, ((nint)s * channels + c) * inner);
                (double above, double below) = Parts(ref Unsafe.Add(ref x, at), ref t, inner, smooth);
                // d/dp of −above/below is (2·p·above/below − 2·t) / below.
                var kernel = new GradientKernel(inner, (float)(2 * each * above / (below * below)), (float)(2 * each / below));
                Target.Run(kernel, new Operands(ref Unsafe.Add(ref x, at), ref t, ref Unsafe.Add(ref gradient, at)));
            }
        }
    }

    private static (double Above, double Below) Parts(ref float x, ref float target, int length, float smooth)
    {
        double shared = 0, own = 0, wanted = 0;
        for (int i = 0; i < length; i += Piece)
        {
            (float st, float sp, float tt) = Target.Run<SumKernel, (float, float, float)>(
                new SumKernel(Math.Min(Piece, length - i)), new Operands(ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref target, i)));
            (shared, own, wanted) = (shared + st, own + sp, wanted + tt);
        }
        return (2 * shared + smooth, own + wanted + smooth);
    }

    private readonly struct SumKernel(int length) : IKernel<(float Shared, float Own, float Wanted)>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public (float Shared, float Own, float Wanted) Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            V shared = S.Broadcast(0f), own = shared, wanted = shared;
            for (nint i = 0; i < length; i += S.Width)
            {
                nint count = Math.Min(S.Width, length - i);
                V p = VectorMath.Sigmoid<S, V>(ClassAxis.Load<S, V>(ref o.First, i, count));
                V t = ClassAxis.Load<S, V>(ref o.Second, i, count);
                if (count < S.Width)
                    p = S.FirstLanes(p, (int)count);
                shared = S.FusedMultiplyAdd(p, t, shared);
                own = S.FusedMultiplyAdd(p, p, own);
                wanted = S.FusedMultiplyAdd(t, t, wanted);
            }
            return (S.HorizontalSum(shared), S.HorizontalSum(own), S.HorizontalSum(wanted));
        }
    }

    private readonly struct GradientKernel(int length, float ofShare, float ofTarget) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            V byShare = S.Broadcast(ofShare), byTarget = S.Broadcast(ofTarget), one = S.Broadcast(1f);
            for (nint i = 0; i < length; i += S.Width)
            {
                nint count = Math.Min(S.Width, length - i);
                V p = VectorMath.Sigmoid<S, V>(ClassAxis.Load<S, V>(ref o.First, i, count));
                V t = ClassAxis.Load<S, V>(ref o.Second, i, count);
                V ofP = S.Subtract(S.Multiply(p, byShare), S.Multiply(t, byTarget));
                ClassAxis.Store<S, V>(S.Multiply(ofP, S.Multiply(p, S.Subtract(one, p))), ref o.Third, i, count);
            }
        }
    }
}
