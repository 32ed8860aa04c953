using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>One bias for each element of a sample.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PositionBias
{
    /// <summary>y = x + bias for each sample; y may be x.</summary>
    /// <param name="x">The samples, <paramref name="length"/> floats each.</param>
    /// <param name="bias">As many floats as one sample has.</param>
    /// <param name="y">The result.</param>
    /// <param name="length">Floats of a sample.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Add(ref float x, ref float bias, ref float y, nint length, int samples)
    {
        for (int s = 0; s < samples; s++)
            Elementwise.Add(ref Unsafe.Add(ref x, s * length), ref bias, ref Unsafe.Add(ref y, s * length), length);
    }

    /// <summary>sum = Σ of the samples, element by element, in their order; zeros where there is none.</summary>
    /// <param name="x">The samples, <paramref name="length"/> floats each.</param>
    /// <param name="sum">The result, of one sample's length.</param>
    /// <param name="length">Floats of a sample.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void SumSamples(ref float x, ref float sum, nint length, int samples)
    {
        Elementwise.Clear(ref sum, length);
        for (int s = 0; s < samples; s++)
            Elementwise.Add(ref sum, ref Unsafe.Add(ref x, s * length), ref sum, length);
    }
}
