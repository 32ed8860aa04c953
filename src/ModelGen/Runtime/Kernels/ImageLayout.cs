using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>
/// Where the pixels of a batch of images lie, in floats from pixel (0, 0) of the first channel of the first sample: in blocks of 16
/// channels, which are innermost, or in planes, one a channel.
/// </summary>
/// <param name="blocked">Whether channels are in blocks.</param>
/// <param name="channels">Channels of an image.</param>
/// <param name="rows">Rows of an image.</param>
/// <param name="columns">Columns of an image.</param>
/// <param name="sampleStride">Floats from one sample to the next.</param>
/// <param name="planeStride">Floats from one block, or one channel, to the next.</param>
/// <param name="rowStride">Floats from one row to the next.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct ImageLayout(bool blocked, int channels, int rows, int columns, int sampleStride, int planeStride, int rowStride)
{
    /// <summary>Channels of a block.</summary>
    internal const int Block = KernelContract.Block;

    /// <summary>Whether channels are in blocks.</summary>
    public bool Blocked { get; } = blocked;

    /// <summary>Channels of an image.</summary>
    public int Channels { get; } = channels;

    /// <summary>Rows of an image.</summary>
    public int Rows { get; } = rows;

    /// <summary>Columns of an image.</summary>
    public int Columns { get; } = columns;

    /// <summary>Floats from one sample to the next.</summary>
    public nint SampleStride { get; } = sampleStride;

    /// <summary>Floats from one block, or one channel, to the next.</summary>
    public nint PlaneStride { get; } = planeStride;

    /// <summary>Floats from one row to the next.</summary>
    public nint RowStride { get; } = rowStride;

    /// <summary>Floats of a pixel in one plane.</summary>
    public int Lanes => Blocked ? Block : 1;

    /// <summary>Blocks, the last one perhaps partly filled, or channels.</summary>
    public int Planes => Blocked ? (Channels + Block - 1) / Block : Channels;

    /// <summary>The first plane that a kernel computes.</summary>
    internal int FirstPlane { get; private init; }

    /// <summary>The plane after the last that a kernel computes.</summary>
    internal int EndPlane => _isRange ? _endPlane : Planes;

    private readonly int _endPlane;
    private readonly bool _isRange;

    private ImageLayout(in ImageLayout image, int firstPlane, int endPlane)
        : this(image.Blocked, image.Channels, image.Rows, image.Columns, 0, 0, 0)
    {
        (SampleStride, PlaneStride, RowStride) = (image.SampleStride, image.PlaneStride, image.RowStride);
        (FirstPlane, _endPlane, _isRange) = (firstPlane, endPlane, true);
    }

    /// <summary>The same image, of which a kernel computes some planes and leaves the others alone.</summary>
    /// <param name="firstPlane">The first plane.</param>
    /// <param name="endPlane">The plane after the last.</param>
    public ImageLayout Only(int firstPlane, int endPlane) => new(this, firstPlane, endPlane);
}
