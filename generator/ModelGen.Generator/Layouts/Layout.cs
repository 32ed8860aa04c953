using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Layouts;

/// <summary>How the elements of one sample, or of one parameter, are ordered in memory.</summary>
internal enum LayoutKind
{
    /// <summary>Row-major without gaps: what users pass in and get out, and PyTorch's order of parameters.</summary>
    Dense,

    /// <summary>
    /// Row-major planes, each starting on 64 bytes with at least one vector to spare behind it, so that a vector store may run over.
    /// </summary>
    Pitched,

    /// <summary>The first dimension in blocks of 16, which are innermost: NCHW16c for activations, OIHW16o for filters.</summary>
    Blocked,

    /// <summary>Filters transformed for Winograd's algorithm: [matrices][O/16][C][16].</summary>
    Winograd,

    /// <summary>Weights of a fully connected layer in bfloat16, two in a float's place: [O/32][I][16].</summary>
    BFloat16,
}

/// <summary>
/// The memory order of a value. <paramref name="Dims"/> may be finer than the value's shape: features that come from a flattened 16×5×5 map
/// keep those three dimensions here, because that is how they lie in memory.
/// </summary>
internal sealed record Layout(LayoutKind Kind, Shape Dims, Halo Halo)
{
    /// <summary>Channels of a block: one 512-bit vector of floats, two of 256 bits, four of 128.</summary>
    public const int Block = KernelContract.Block;

    public static Layout Dense(Shape shape) => new(LayoutKind.Dense, shape, Halo.None);

    public static Layout Blocked(Shape shape, Halo halo = default) => new(LayoutKind.Blocked, shape, halo);

    public static Layout Pitched(Shape shape, Halo halo = default) => new(LayoutKind.Pitched, shape, halo);

    public static Layout Winograd(Shape filters, WinogradForm form) => new(LayoutKind.Winograd, filters, Halo.None) { Form = form };

    public static Layout BFloat16(Shape weights) => new(LayoutKind.BFloat16, weights, Halo.None);

    /// <summary>Whether these are filters transformed for Winograd's algorithm.</summary>
    public bool IsWinograd => Form is not null;

    /// <summary>For transformed filters, the form of Winograd's algorithm that they are for.</summary>
    public WinogradForm? Form { get; private init; }

    public bool IsBlocked => Kind == LayoutKind.Blocked;

    /// <summary>True for channels × height × width.</summary>
    public bool IsImage => Dims.Rank == 3;

    public int Channels => Dims.Rank == 0 ? 1 : Dims[0];

    /// <summary>Rows of an image, without halo; 1 for features.</summary>
    public int Height => IsImage ? Dims[1] : 1;

    /// <summary>Columns of an image, without halo; 1 for features.</summary>
    public int Width => IsImage ? Dims[2] : 1;

    /// <summary>Floats from one pixel to the next.</summary>
    public int PixelStride => IsBlocked ? Block : 1;

    /// <summary>Floats from one row to the next.</summary>
    public int RowStride => checked((Width + Halo.Left + Halo.Right) * PixelStride);

    public int Rows => Height + Halo.Top + Halo.Bottom;

    /// <summary>Blocks of 16 channels, the last one perhaps partly filled; for other layouts the channels themselves.</summary>
    public int Planes => IsBlocked ? DivideUp(Channels, Block) : Channels;

    /// <summary>Floats from one plane (a channel, or a block of 16) to the next.</summary>
    public int PlaneStride
    {
        get
        {
            int inner = checked(IsImage ? Rows * RowStride : InnerLength * PixelStride);
            return Kind == LayoutKind.Pitched ? checked(RoundUp(inner, Block) + Block) : inner;
        }
    }

    /// <summary>Floats from one channel to the next: within a block, or from plane to plane.</summary>
    public int ChannelStride => IsBlocked ? 1 : PlaneStride;

    /// <summary>
    /// Whether the channels of a value may lie at unequal distances: in blocks that are further apart than their channels.
    /// </summary>
    public bool HasBlocksApart => IsBlocked && PlaneStride != Block;

    /// <summary>Floats before pixel (0, 0) of the first channel.</summary>
    public int Origin => Halo.Top * RowStride + Halo.Left * PixelStride;

    /// <summary>Floats of one sample, gaps and halo included; a multiple of 16 unless dense.</summary>
    public int Length => Kind switch
    {
        LayoutKind.Dense => checked((int)Dims.Length),
        LayoutKind.Winograd => checked(Form!.Filters * RoundUp(Channels, Block) * Dims[1]),
        LayoutKind.BFloat16 => checked(DivideUp(Channels, 2 * Block) * Block * Dims[1]),
        _ => checked(Planes * PlaneStride),
    };

    /// <summary>Whether lanes of the last block belong to no channel.</summary>
    public bool HasPartialBlock => IsBlocked && Channels % Block != 0;

    // Elements behind the first dimension.
    private int InnerLength => Dims.Rank == 0 ? 1 : checked((int)(Dims.Length / Math.Max(1, Dims[0])));

    /// <summary>
    /// Floats from one element to the next along each dimension of a shape, from <see cref="Origin"/> on; null where elements do not lie at
    /// equal distances: in several blocks, or as the elements of another shape.
    /// </summary>
    public EquatableArray<int>? StridesOver(Shape shape)
    {
        if (Kind == LayoutKind.Dense && Dims.Length == shape.Length)
        {
            int[] strides = new int[shape.Rank];
            for (int axis = shape.Rank - 1, stride = 1; axis >= 0; axis--)
            {
                strides[axis] = stride;
                stride = checked(stride * shape[axis]);
            }
            return new(strides);
        }
        bool isRegular = Dims == shape && (Kind == LayoutKind.Pitched || (IsBlocked && (shape.Rank == 1 || Channels <= Block)));
        return isRegular ? [.. Enumerable.Range(0, shape.Rank).Select(axis => axis == 0 ? ChannelStride : Stride(axis))] : null;
    }

    /// <summary>Offset of an element as C# text; one index for each of <see cref="Dims"/>.</summary>
    public string OffsetOf(params string[] indices)
    {
        if (indices.Length == 0)
            return "0";
        bool acrossBlocks = IsBlocked && Channels > Block;
        (string, long) first = acrossBlocks
            ? ($"({indices[0]} >> 4) * {PlaneStride} + ({indices[0]} & 15)", 1)
            : (indices[0], IsBlocked ? 1 : PlaneStride);
        return Index.Sum(Origin, [first, .. indices.Skip(1).Select((index, i) => (index, (long)Stride(i + 1)))]);
    }

    /// <summary>
    /// Floats between neighbours along dimension <paramref name="axis"/>; for the blocked first dimension, between blocks.
    /// </summary>
    public int Stride(int axis)
    {
        if (axis == 0)
            return PlaneStride;
        if (IsImage)
            return axis == 1 ? RowStride : PixelStride;
        int stride = PixelStride;
        for (int i = Dims.Rank - 1; i > axis; i--)
            stride = checked(stride * Dims[i]);
        return stride;
    }

    public static int DivideUp(int value, int divisor) => checked(value + divisor - 1) / divisor;

    public static int RoundUp(int value, int multiple) => checked(DivideUp(value, multiple) * multiple);

    public override string ToString() => $"{Form?.Type ?? Kind.ToString()} {Dims}{Halo}";
}

/// <summary>How the layout of an operator's result hangs together with those of its per-sample inputs.</summary>
internal enum LayoutCoupling
{
    /// <summary>Not at all: a convolution reads one layout and writes another.</summary>
    None,

    /// <summary>All blocked or all pitched, halos as they come: pooling.</summary>
    Kind,

    /// <summary>Identical, so that one loop over the memory does it: element-wise operators and those that only change the shape.</summary>
    Same,
}

/// <summary>What an operator wants for its result; the strongest preference of a coupled group wins.</summary>
internal enum LayoutPreference
{
    None,

    /// <summary>Reads and writes by strides, so that the plainest layout is the best.</summary>
    Dense,

    /// <summary>Has kernels for images in blocks or planes alone.</summary>
    Image,

    /// <summary>Would be faster with channels in planes: few channels, or groups that do not fill a block.</summary>
    Pitched,

    /// <summary>Would be faster with channels in blocks.</summary>
    Blocked,

    /// <summary>Has kernels for blocks alone.</summary>
    BlockedOnly,
}
