using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Softmax cross entropy of maps, or of vectors, with a weight for each class and a label that does not count. The logit of (s, c, i) lies
/// at s·sampleStride + c·classStride + i, its label at s·inner + i. Labels must have passed <see cref="CheckLabels"/>. Without weights all
/// are 1.
/// </summary>
/// <remarks>
/// As torch.nn.CrossEntropyLoss with weight, ignore_index and label_smoothing, reduction "mean": divided by the sum of the labels' weights.
/// Where no label counts PyTorch's loss is NaN; here it and its gradient are 0.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class WeightedCrossEntropy
{
    /// <summary>Throws if a label is neither a class nor the one that does not count.</summary>
    /// <param name="labels">The labels of a batch.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="ignoreIndex">The label that does not count.</param>
    /// <param name="network">The network's name, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label is neither.</exception>
    public static void CheckLabels(ReadOnlySpan<int> labels, int classes, int ignoreIndex, string network)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes && labels[i] != ignoreIndex)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labels), labels[i], MessageText.Invariant(
                        $"{network}: label {labels[i]} at index {i} is not a class; labels are 0 to {classes - 1}, or {ignoreIndex} where "
                            + $"none counts."));
            }
        }
    }

    /// <summary>How many labels count.</summary>
    public static int Count(ref int labels, int count, int ignoreIndex)
    {
        int counted = 0;
        for (int i = 0; i < count; i++)
            counted += Unsafe.Add(ref labels, i) == ignoreIndex ? 0 : 1;
        return counted;
    }

    /// <summary>The sum of the labels' weights, by which losses are divided.</summary>
    public static double Weight(ref int labels, int count, int ignoreIndex, ReadOnlySpan<float> weights)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += Weight(Unsafe.Add(ref labels, i), ignoreIndex, weights);
        return sum;
    }

    /// <summary>The loss, added up in double. NaN logits where a label counts make it NaN.</summary>
    public static float Loss(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing,
        int ignoreIndex, ReadOnlySpan<float> weights)
    {
        double weight = Weight(ref labels, samples * inner, ignoreIndex, weights);
        if (weight == 0)
            return 0;
        var kernel = new LossKernel(
            samples, sampleStride, classes, classStride, inner, labelSmoothing, ignoreIndex, weights.Length, Sum(weights, classes));
        double total = Target.Run<LossKernel, double>(kernel,
            new Operands(ref logits, ref Unsafe.As<int, float>(ref labels), ref MemoryMarshal.GetReference(weights)));
        return (float)(total / weight);
    }

    /// <summary>Its gradient times <paramref name="scale"/>, in the logits' layout; may overwrite the logits.</summary>
    public static void Gradient(
        ref float logits, ref int labels, ref float gradient, int samples, nint sampleStride, int classes, nint classStride, int inner,
        float labelSmoothing, int ignoreIndex, ReadOnlySpan<float> weights, float scale)
    {
        Softmax.Scaled(ref logits, ref gradient, samples, sampleStride, 1, 0, classes, classStride, inner, 1f, 0f);
        double weight = Weight(ref labels, samples * inner, ignoreIndex, weights), each = weight == 0 ? 0 : scale / weight;
        double spread = each * labelSmoothing / classes, ofAll = spread * Sum(weights, classes);
        for (int s = 0; s < samples; s++)
        {
            ref float dx = ref Unsafe.Add(ref gradient, s * sampleStride);
            ref int label = ref Unsafe.Add(ref labels, (nint)s * inner);
            for (int c = 0; c < classes; c++)
            {
                ref float row = ref Unsafe.Add(ref dx, c * classStride);
                float less = (float)(spread * WeightOf(c, weights));
                for (int i = 0; i < inner; i++)
                {
                    int own = Unsafe.Add(ref label, i);
                    double ofOwn = each * (1.0 - labelSmoothing) * Weight(own, ignoreIndex, weights);
                    ref float d = ref Unsafe.Add(ref row, i);
                    d = own == ignoreIndex ? 0f : (float)((double)d * (ofOwn + ofAll) - less - (c == own ? ofOwn : 0));
                }
            }
        }
    }

    /// <summary>
    /// How many positions that count have their largest logit (the first of equals) at the label. One with a NaN logit never does.
    /// </summary>
    public static int CountCorrect(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner, int ignoreIndex)
    {
        int correct = 0;
        for (int s = 0; s < samples; s++)
        {
            for (int i = 0; i < inner; i++)
            {
                int label = Unsafe.Add(ref labels, (nint)s * inner + i);
                if (label != ignoreIndex
                    && CrossEntropy.IsCorrect(ref Unsafe.Add(ref logits, s * sampleStride + i), label, classes, classStride))
                    correct++;
            }
        }
        return correct;
    }

    private static float Weight(int label, int ignoreIndex, ReadOnlySpan<float> weights) =>
        label == ignoreIndex ? 0f : WeightOf(label, weights);

    private static float WeightOf(int label, ReadOnlySpan<float> weights) => weights.IsEmpty ? 1f : weights[label];

    private static double Sum(ReadOnlySpan<float> weights, int classes)
    {
        double sum = weights.IsEmpty ? classes : 0;
        foreach (float weight in weights)
            sum += weight;
        return sum;
    }

    private readonly struct LossKernel(
        int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing, int ignoreIndex, int weighted,
        double sumOfWeights) : IKernel<double>
    {
        public double Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            ReadOnlySpan<float> weights = MemoryMarshal.CreateReadOnlySpan(ref o.Third, weighted);
            double total = 0;
            for (int s = 0; s < samples; s++)
            {
                ref float x = ref Unsafe.Add(ref o.First, s * sampleStride);
                ref int label = ref Unsafe.Add(ref o.Labels, (nint)s * inner);
                for (int i = 0; i < inner; i += S.Width)
                    total += Positions<S, V>(ref x, ref label, i, Math.Min(S.Width, inner - i), weights);
            }
            return total;
        }

        // Positions side by side, or the only one. Sums are of logits less the largest.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private double Positions<S, V>(ref float x, ref int labels, int position, int count, ReadOnlySpan<float> weights)
            where S : struct, ISimd<V> where V : struct
        {
            V max = Softmax.MaxAcross<S, V>(ref x, position, count, classes, classStride);
            V sum = S.Broadcast(0f), weightedLogits = sum;
            nint at = position;
            for (int c = 0; c < classes; c++, at += classStride)
            {
                V shifted = S.Subtract(ClassAxis.Load<S, V>(ref x, at, count), max);
                sum = S.Add(sum, VectorMath.ExpNoOverflow<S, V>(shifted));
                weightedLogits = S.Add(weightedLogits, S.Multiply(shifted, S.Broadcast(WeightOf(c, weights))));
            }
            double total = 0;
            for (int i = 0; i < count; i++)
            {
                int label = Unsafe.Add(ref labels, position + i);
                if (label == ignoreIndex)
                    continue;
                double logOfSum = Math.Log(CrossEntropy.Lane(sum, i));
                double shifted = (double)Unsafe.Add(ref x, position + i + label * classStride) - CrossEntropy.Lane(max, i);
                total += (1.0 - labelSmoothing) * WeightOf(label, weights) * (logOfSum - shifted);
                // Not multiplied by 0: a logit of −∞ elsewhere has no part in the loss then.
                if (labelSmoothing != 0f)
                    total += (double)labelSmoothing / classes * (sumOfWeights * logOfSum - CrossEntropy.Lane(weightedLogits, i));
            }
            return total;
        }
    }
}
