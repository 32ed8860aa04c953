using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// The hinge loss of several classes: the mean over the batch of Σ max(0, margin − x[label] + x[i])^power / classes over all classes i but
/// the label; as torch.nn.MultiMarginLoss. The score of (s, c) lies at s·sampleStride + c. Labels must have passed
/// <see cref="CrossEntropy.CheckLabels"/>.
/// </summary>
/// <remarks>Source: Weston and Watkins 1999, Support vector machines for multi-class pattern recognition.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Hinge
{
    /// <summary>The loss, added up in double; power is 1, or 2 for the squared hinge. NaN scores make it NaN.</summary>
    public static float Loss(ref float scores, ref int labels, int samples, nint sampleStride, int classes, float margin, int power)
    {
        double total = 0;
        for (int s = 0; s < samples; s++)
        {
            ref float x = ref Unsafe.Add(ref scores, s * sampleStride);
            int label = Unsafe.Add(ref labels, s);
            float needed = margin - Unsafe.Add(ref x, label);
            for (int c = 0; c < classes; c++)
            {
                // Math.Max hands on NaN.
                float missing = c == label ? 0f : Math.Max(0f, needed + Unsafe.Add(ref x, c));
                total += power == 1 ? missing : (double)missing * missing;
            }
        }
        return (float)(total / ((double)samples * classes));
    }

    /// <summary>Its gradient times <paramref name="scale"/>; may overwrite the scores.</summary>
    public static void Gradient(
        ref float scores, ref int labels, ref float gradient, int samples, nint sampleStride, int classes, float margin, int power,
        float scale)
    {
        float each = (float)(scale / ((double)samples * classes));
        for (int s = 0; s < samples; s++)
        {
            ref float x = ref Unsafe.Add(ref scores, s * sampleStride), dx = ref Unsafe.Add(ref gradient, s * sampleStride);
            int label = Unsafe.Add(ref labels, s);
            float needed = margin - Unsafe.Add(ref x, label);
            double sum = 0;
            for (int c = 0; c < classes; c++)
            {
                float missing = c == label ? 0f : Math.Max(0f, needed + Unsafe.Add(ref x, c));
                float d = missing == 0f ? 0f : power == 1 ? each : 2f * missing * each;
                Unsafe.Add(ref dx, c) = d;
                sum += d;
            }
            Unsafe.Add(ref dx, label) = (float)-sum;
        }
    }
}
