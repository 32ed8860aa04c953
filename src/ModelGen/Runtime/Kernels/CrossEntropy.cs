using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Softmax cross entropy with integer labels, its gradient, and accuracy. The logit of (s, c, i) lies at
/// s·sampleStride + c·classStride + i, its label at s·inner + i. Labels must have passed <see cref="CheckLabels"/>.
/// </summary>
/// <remarks>
/// With label smoothing σ the target is (1 − σ)·onehot + σ / classes, as in torch.nn.CrossEntropyLoss. Source: Szegedy et al., Rethinking
/// the Inception architecture, 2016.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CrossEntropy
{
    /// <summary>Throws if a label is not a class.</summary>
    /// <param name="labels">The labels of a batch.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="network">The network's name, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is negative or not below <paramref name="classes"/>.</exception>
    public static void CheckLabels(ReadOnlySpan<int> labels, int classes, string network)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labels), labels[i],
                    string.Create(System.Globalization.CultureInfo.InvariantCulture,
                        $"{network}: label {labels[i]} at index {i} is not a class; labels are 0 to {classes - 1}."));
            }
        }
    }

    /// <summary>The mean over samples × inner of −Σ target·log softmax(logits); accumulated in double. NaN logits make it NaN.</summary>
    public static float Loss(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing) =>
        Target.Run<LossKernel, float>(
            new LossKernel(samples, sampleStride, classes, classStride, inner, labelSmoothing),
            new Operands(ref logits, ref Unsafe.As<int, float>(ref labels)));

    private readonly struct LossKernel(int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing)
        : IKernel<float>
    {
        public float Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Loss<S, V>(ref o.First, ref o.Labels, samples, sampleStride, classes, classStride, inner, labelSmoothing);
    }

    /// <summary>
    /// gradient = scale · (softmax(logits) − target) / (samples · inner), in the logits' layout; may overwrite the logits.
    /// </summary>
    public static void Gradient(
        ref float logits, ref int labels, ref float gradient,
        int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing, float scale)
    {
        double each = (double)scale / ((double)samples * inner);
        Softmax.Scaled(
            ref logits, ref gradient, samples, sampleStride, 1, 0, classes, classStride, inner,
            (float)each, (float)(each * labelSmoothing / classes));
        float atLabel = (float)(each * (1.0 - labelSmoothing));
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < inner; i++)
                Unsafe.Add(ref gradient, s * sampleStride + Unsafe.Add(ref labels, (nint)s * inner + i) * classStride + i) -= atLabel;
        }
    }

    /// <summary>
    /// How many positions have their largest logit (the first of equals) at the label. One with a NaN logit never counts.
    /// </summary>
    public static int CountCorrect(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner) =>
        Target.Run<CountCorrectKernel, int>(
            new CountCorrectKernel(samples, sampleStride, classes, classStride, inner),
            new Operands(ref logits, ref Unsafe.As<int, float>(ref labels)));

    private readonly struct CountCorrectKernel(int samples, nint sampleStride, int classes, nint classStride, int inner) : IKernel<int>
    {
        public int Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            CountCorrect<S, V>(ref o.First, ref o.Labels, samples, sampleStride, classes, classStride, inner);
    }

    internal static float Loss<S, V>(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing)
        where S : struct, ISimd<V> where V : struct
    {
        double total = 0;
        for (int s = 0; s < samples; s++)
        {
            ref float x = ref Unsafe.Add(ref logits, s * sampleStride);
            ref int label = ref Unsafe.Add(ref labels, (nint)s * inner);
            if (classStride == 1 && inner == 1)
            {
                total += LossAlongClasses<S, V>(ref x, label, classes, labelSmoothing);
                continue;
            }

            for (int i = 0; i < inner; i += S.Width)
                total += LossAcrossPositions<S, V>(ref x, ref label, i, Math.Min(S.Width, inner - i), classes, classStride, labelSmoothing);
        }

        return (float)(total / ((double)samples * inner));
    }

    /// <summary>One position's loss, from sums over logits less their maximum.</summary>
    private static double Position(float sumOfExponentials, float logit, float max, float sumOfLogits, int classes, float labelSmoothing)
    {
        double loss = Math.Log(sumOfExponentials) - (1.0 - labelSmoothing) * ((double)logit - max);
        // Not multiplied by 0: a logit of −∞ elsewhere has no part in the loss then.
        return labelSmoothing == 0f ? loss : loss - (double)labelSmoothing / classes * sumOfLogits;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LossAlongClasses<S, V>(ref float x, int label, int classes, float labelSmoothing)
        where S : struct, ISimd<V> where V : struct
    {
        float highest = Softmax.Max<S, V>(ref x, classes);
        V max = S.Broadcast(highest), sum = S.Broadcast(0f), logits = sum;
        nint c = 0;
        for (; c <= classes - S.Width; c += S.Width)
        {
            V shifted = S.Subtract(S.Load(ref x, c), max);
            sum = S.Add(sum, VectorMath.ExpNoOverflow<S, V>(shifted));
            logits = S.Add(logits, shifted);
        }

        if (c < classes)
        {
            V shifted = S.Subtract(Partial.Load<S, V>(ref x, c, classes - c, S.Broadcast(float.NegativeInfinity)), max);
            sum = S.Add(sum, VectorMath.ExpNoOverflow<S, V>(shifted));
            logits = S.Add(logits, S.Subtract(Partial.Load<S, V>(ref x, c, classes - c, max), max));
        }

        return Position(S.HorizontalSum(sum), Unsafe.Add(ref x, label), highest, S.HorizontalSum(logits), classes, labelSmoothing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LossAcrossPositions<S, V>(
        ref float x, ref int labels, int position, int count, int classes, nint classStride, float labelSmoothing)
        where S : struct, ISimd<V> where V : struct
    {
        V max = Softmax.MaxAcross<S, V>(ref x, position, count, classes, classStride);
        V sum = S.Broadcast(0f), logits = sum;
        nint at = position;
        for (int c = 0; c < classes; c++, at += classStride)
        {
            V shifted = S.Subtract(ClassAxis.Load<S, V>(ref x, at, count), max);
            sum = S.Add(sum, VectorMath.ExpNoOverflow<S, V>(shifted));
            logits = S.Add(logits, shifted);
        }

        double total = 0;
        for (int i = 0; i < count; i++)
        {
            float logit = Unsafe.Add(ref x, position + i + Unsafe.Add(ref labels, position + i) * classStride);
            total += Position(Lane(sum, i), logit, Lane(max, i), Lane(logits, i), classes, labelSmoothing);
        }

        return total;
    }

    // The label's logit must be above those before it and not below those after it. A comparison with NaN is false: no argmax is needed.
    internal static int CountCorrect<S, V>(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner)
        where S : struct, ISimd<V> where V : struct
    {
        int correct = 0;
        for (int s = 0; s < samples; s++)
        {
            ref float x = ref Unsafe.Add(ref logits, s * sampleStride);
            ref int label = ref Unsafe.Add(ref labels, (nint)s * inner);
            int i = 0;
            for (; i <= inner - S.Width; i += S.Width)
                correct += CountAcrossPositions<S, V>(ref x, ref label, i, classes, classStride);
            for (; i < inner; i++)
                correct += IsCorrect(ref Unsafe.Add(ref x, i), Unsafe.Add(ref label, i), classes, classStride) ? 1 : 0;
        }

        return correct;
    }

    internal static bool IsCorrect(ref float x, int label, int classes, nint classStride)
    {
        float logit = Unsafe.Add(ref x, label * classStride);
        for (int c = 0; c < classes; c++)
        {
            float other = Unsafe.Add(ref x, c * classStride);
            if (!(c < label ? other < logit : other <= logit))
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountAcrossPositions<S, V>(ref float x, ref int labels, int position, int classes, nint classStride)
        where S : struct, ISimd<V> where V : struct
    {
        V logit = default, label = default;
        for (int i = 0; i < S.Width; i++)
        {
            int at = Unsafe.Add(ref labels, position + i);
            Lane(ref label, i) = at;
            Lane(ref logit, i) = Unsafe.Add(ref x, position + i + at * classStride);
        }

        V wins = S.Equal(S.Broadcast(0f), S.Broadcast(0f));
        nint index = position;
        for (int c = 0; c < classes; c++, index += classStride)
        {
            V other = S.Load(ref x, index);
            V above = S.ConditionalSelect(S.LessThan(S.Broadcast(c), label), S.LessThan(other, logit), S.LessThanOrEqual(other, logit));
            wins = S.BitAnd(wins, above);
        }

        return (int)S.HorizontalSum(S.BitAnd(wins, S.Broadcast(1f)));
    }

    private static ref float Lane<V>(ref V vector, int index)
        where V : struct => ref Unsafe.Add(ref Unsafe.As<V, float>(ref vector), index);

    internal static float Lane<V>(V vector, int index) where V : struct => Unsafe.Add(ref Unsafe.As<V, float>(ref vector), index);
}
