using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Pixels that become channels, channels that become pixels, and channels in another order.</summary>
/// <remarks>
/// Source: Shi et al., Real-time single image and video super-resolution, 2016, §3.1; Zhang et al., ShuffleNet, 2018, §3.1.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ChannelOrder
{
    /// <summary>y[c, r·h + i, r·w + j] = x[c·r² + i·r + j, h, w].</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="from">How x lies.</param>
    /// <param name="y">Pixel (0, 0) of the first channel.</param>
    /// <param name="to">How y lies.</param>
    /// <param name="factor">r.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void PixelShuffle(ref float x, in ImageLayout from, ref float y, in ImageLayout to, int factor, int samples)
    {
        for (int s = 0; s < samples; s++)
        {
            for (int channel = 0; channel < from.Channels; channel++)
            {
                (int group, int place) = (channel / (factor * factor), channel % (factor * factor));
                ref float read = ref Channel(ref x, from, s, channel);
                ref float write = ref Unsafe.Add(
                    ref Channel(ref y, to, s, group), place / factor * to.RowStride + place % factor * to.Lanes);
                Copy(ref read, from.RowStride, from.Lanes, ref write, factor * to.RowStride, factor * to.Lanes, from.Rows, from.Columns);
            }
        }
    }

    /// <summary>y[c·r² + i·r + j, h, w] = x[c, r·h + i, r·w + j].</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="from">How x lies.</param>
    /// <param name="y">Pixel (0, 0) of the first channel.</param>
    /// <param name="to">How y lies.</param>
    /// <param name="factor">r.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void PixelUnshuffle(ref float x, in ImageLayout from, ref float y, in ImageLayout to, int factor, int samples)
    {
        for (int s = 0; s < samples; s++)
        {
            for (int channel = 0; channel < to.Channels; channel++)
            {
                (int group, int place) = (channel / (factor * factor), channel % (factor * factor));
                ref float write = ref Channel(ref y, to, s, channel);
                ref float read = ref Unsafe.Add(
                    ref Channel(ref x, from, s, group), place / factor * from.RowStride + place % factor * from.Lanes);
                Copy(ref read, factor * from.RowStride, factor * from.Lanes, ref write, to.RowStride, to.Lanes, to.Rows, to.Columns);
            }
        }
    }

    /// <summary>Channel g·(C/groups) + j of x becomes channel j·groups + g of y.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="from">How x lies.</param>
    /// <param name="y">Pixel (0, 0) of the first channel.</param>
    /// <param name="to">How y lies.</param>
    /// <param name="groups">Into how many groups the channels of x are divided.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Shuffle(ref float x, in ImageLayout from, ref float y, in ImageLayout to, int groups, int samples)
    {
        int ofGroup = from.Channels / groups;
        for (int s = 0; s < samples; s++)
        {
            for (int channel = 0; channel < from.Channels; channel++)
            {
                int target = channel % ofGroup * groups + channel / ofGroup;
                Copy(ref Channel(ref x, from, s, channel), from.RowStride, from.Lanes,
                    ref Channel(ref y, to, s, target), to.RowStride, to.Lanes, from.Rows, from.Columns);
            }
        }
    }

    private static ref float Channel(ref float image, in ImageLayout layout, int sample, int channel) => ref Unsafe.Add(
        ref image, sample * layout.SampleStride + channel / layout.Lanes * layout.PlaneStride + channel % layout.Lanes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(
        ref float x, nint xRow, nint xStep, ref float y, nint yRow, nint yStep, int rows, int columns)
    {
        for (nint r = 0; r < rows; r++)
        {
            ref float read = ref Unsafe.Add(ref x, r * xRow);
            ref float write = ref Unsafe.Add(ref y, r * yRow);
            for (nint c = 0; c < columns; c++)
                Unsafe.Add(ref write, c * yStep) = Unsafe.Add(ref read, c * xStep);
        }
    }
}
