using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

/// <summary>
/// Batches of images in any layout, with gaps between samples, planes and rows, against [samples][channels][rows][columns] in order.
/// </summary>
internal sealed class Images
{
    private readonly Guarded _memory;
    private readonly int _samples;

    /// <param name="gap">Floats (pixels, in blocks) between rows; half of it lies before the first.</param>
    public Images(bool blocked, int samples, int channels, int rows, int columns, int gap, float fill)
    {
        int lanes = blocked ? 16 : 1;
        int rowStride = (columns + gap) * lanes;
        int planeStride = rows * rowStride + 16 + gap * lanes;
        int planes = blocked ? (channels + 15) / 16 : channels;
        Layout = new ImageLayout(blocked, channels, rows, columns, planes * planeStride + 32, planeStride, rowStride);
        _samples = samples;
        _memory = new Guarded(samples * (planes * planeStride + 32));
        _memory.Span.Fill(fill);
    }

    public ImageLayout Layout { get; }

    public ref float First => ref _memory.First;

    public Span<float> Memory => _memory.Span;

    public static Images Of(float[] values, bool blocked, int samples, int channels, int rows, int columns, int gap)
    {
        // What is no pixel is NaN: a kernel that reads it shows.
        var images = new Images(blocked, samples, channels, rows, columns, gap, float.NaN);
        for (int i = 0; i < values.Length; i++)
            images._memory.Span[images.Offset(i)] = values[i];
        return images;
    }

    public float[] ToArray() =>
        [.. Enumerable.Range(0, _samples * Layout.Channels * Layout.Rows * Layout.Columns).Select(i => _memory[Offset(i)])];

    public void AssertGuards() => _memory.AssertGuards();

    private int Offset(int index)
    {
        int column = index % Layout.Columns, row = index / Layout.Columns % Layout.Rows;
        int channel = index / Layout.Columns / Layout.Rows % Layout.Channels,
            sample = index / Layout.Columns / Layout.Rows / Layout.Channels;
        return (int)(sample * Layout.SampleStride + channel / Layout.Lanes * Layout.PlaneStride + channel % Layout.Lanes + row
            * Layout.RowStride) + column * Layout.Lanes;
    }
}
