using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// Batch normalisation by constants: inference and the gradient of a frozen layer.
public static partial class BatchNorm
{
    /// <summary>
    /// stats = [running mean][1 / √(running variance + eps)][running variance], each <paramref name="stride"/> floats, zeros behind the
    /// last channel. Mean and variance are read as far as there are channels: they may be the end of a mapped file.
    /// </summary>
    /// <param name="mean">Running mean, <paramref name="channels"/> floats.</param>
    /// <param name="variance">Running variance, <paramref name="channels"/> floats.</param>
    /// <param name="stats">Written; 3 × <paramref name="stride"/> floats.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="stride">Channels, rounded up to whole blocks.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="part">Which part of the floats of a row is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void FromRunning(
        ref float mean, ref float variance, ref float stats, int channels, int stride, float eps, int part, int parts)
    {
        (int first, int end) = Units.OfPart(part, parts, stride);
        int there = Math.Clamp(channels - first, 0, end - first);
        ref float means = ref Unsafe.Add(ref stats, first);
        ref float invStds = ref Unsafe.Add(ref means, stride), variances = ref Unsafe.Add(ref invStds, stride);
        if (there > 0)
        {
            Elementwise.Copy(ref Unsafe.Add(ref mean, first), ref means, there);
            InvStdFromVariance(ref Unsafe.Add(ref variance, first), ref invStds, there, eps);
            Elementwise.Copy(ref Unsafe.Add(ref variance, first), ref variances, there);
        }
        for (nint i = there; i < end - first; i++)
            Unsafe.Add(ref means, i) = Unsafe.Add(ref invStds, i) = Unsafe.Add(ref variances, i) = 0;
    }

    /// <summary>
    /// folded[o, i] = filters[o, i] · weight[o] / √(variance[o] + eps), computed in double. Filters are dense, [outputs, length].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FoldWeight(
        ref float filters, ref float weight, ref float variance, ref float folded, int outputs, int length, float eps)
    {
        for (nint o = 0; o < outputs; o++)
        {
            double factor = Factor(Unsafe.Add(ref weight, o), Unsafe.Add(ref variance, o), eps);
            Packing.Scale(ref Unsafe.Add(ref filters, o * length), ref Unsafe.Add(ref folded, o * length), length, factor);
        }
    }

    /// <summary>
    /// folded[o] = −mean[o] · weight[o] / √(variance[o] + eps) + bias[o]: the bias of a convolution that had none, part
    /// <paramref name="part"/> of <paramref name="parts"/>.
    /// </summary>
    public static void FoldBias(
        ref float weight, ref float bias, ref float mean, ref float variance, ref float folded, int outputs, float eps, int part,
        int parts) =>
        FoldBias(ref weight, ref bias, ref mean, ref variance, ref Unsafe.NullRef<float>(), ref folded, outputs, eps, part, parts);

    /// <summary>
    /// folded[o] = (convolutionBias[o] − mean[o]) · weight[o] / √(variance[o] + eps) + bias[o]; a null convolution bias counts as 0.
    /// </summary>
    public static void FoldBias(
        ref float weight, ref float bias, ref float mean, ref float variance, ref float convolutionBias, ref float folded, int outputs,
        float eps, int part, int parts)
    {
        bool hasBias = !Unsafe.IsNullRef(ref convolutionBias);
        (int first, int end) = Units.OfPart(part, parts, outputs);
        for (nint o = first; o < end; o++)
        {
            double shifted = (hasBias ? Unsafe.Add(ref convolutionBias, o) : 0.0) - Unsafe.Add(ref mean, o);
            Unsafe.Add(ref folded, o) = (float)(
                shifted * Factor(Unsafe.Add(ref weight, o), Unsafe.Add(ref variance, o), eps) + Unsafe.Add(ref bias, o));
        }
    }

    /// <summary>
    /// dx = weight · invStd · dy: the gradient where the statistics do not depend on x. All images share one layout; dx may be dy.
    /// </summary>
    public static void GradientInputFixed(
        ref float invStd, ref float weight, ref float dy, ref float dx,
        int samples, nint sampleStride, int channelBlocks, nint blockStride, int rows, nint rowStride, int columns)
    {
        for (int s = 0; s < samples; s++)
        {
            for (int block = 0; block < channelBlocks; block++)
            {
                for (int row = 0; row < rows; row++)
                {
                    nint start = s * sampleStride + block * blockStride + row * rowStride;
                    for (nint i = 0; i < (nint)columns * Lanes; i++)
                    {
                        nint channel = block * Lanes + i % Lanes;
                        Unsafe.Add(ref dx, start + i) = Unsafe.Add(ref dy, start + i) * (
                            Unsafe.Add(ref weight, channel) * Unsafe.Add(ref invStd, channel));
                    }
                }
            }
        }
    }

    internal static double Factor(float weight, float variance, float eps) => weight / Math.Sqrt((double)variance + eps);
}
