using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>The images that a Winograd convolution reads and writes, and how their tiles are counted: row by row, each of 4×4 results.</summary>
/// <param name="Height">Rows of the input, without halo.</param>
/// <param name="Width">Columns of the input, without halo.</param>
/// <param name="Blocks">Blocks of 16 input channels.</param>
/// <param name="Plane">Floats from one block of the input to the next.</param>
/// <param name="Row">Floats from one row of the input to the next.</param>
/// <param name="Top">Rows of padding above; outside the image everything counts as zero, stored or not.</param>
/// <param name="Left">Columns of padding on the left.</param>
/// <param name="OutHeight">Rows of the result.</param>
/// <param name="OutWidth">Columns of the result.</param>
/// <param name="OutBlocks">Blocks of 16 output channels.</param>
/// <param name="OutPlane">Floats from one block of the result to the next.</param>
/// <param name="OutRow">Floats from one row of the result to the next.</param>
/// <param name="Tiles">Tiles that are transformed together.</param>
/// <param name="Floor">The least value that is stored: 0 for ReLU.</param>
/// <param name="Ceiling">The largest value that is stored: 6 for ReLU6.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct WinogradShape(
    int Height, int Width, int Blocks, int Plane, int Row, int Top, int Left, int OutHeight, int OutWidth, int OutBlocks, int OutPlane, int OutRow, int Tiles,
    float Floor = float.NegativeInfinity, float Ceiling = float.PositiveInfinity)
{
    /// <summary>Tiles side by side.</summary>
    public int TilesAcross => (OutWidth + Winograd.TileSize - 1) / Winograd.TileSize;

    /// <summary>Tiles of the whole image.</summary>
    public int TilesInAll => TilesAcross * ((OutHeight + Winograd.TileSize - 1) / Winograd.TileSize);
}

/// <summary>
/// The transforms of F(4×4, 3×3): convolution with 3×3 filters as 36 products of matrices, a quarter of the multiply-adds (Lavin and Gray 2016, Fast algorithms for
/// convolutional neural networks, §4.3). Interpolated at 0, ±√½, ±√2 and ∞, which rounds less than the paper's 0, ±1, ±2 (Alam et al. 2022, Winograd convolution for deep
/// neural networks: efficient point selection). Everything is in blocks of 16 channels.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Winograd
{
    /// <summary>Results of a tile, down and across.</summary>
    public const int TileSize = 4;

    /// <summary>Points of a tile: inputs down times across.</summary>
    public const int Points = Patch * Patch;

    /// <summary>Floats that the transforms need for themselves.</summary>
    public const int BufferLength = 2 * Points * Lanes;

    private const int Patch = TileSize + 2;
    private const int Lanes = 16;
    private const float RootHalf = 0.70710678118654752f;
    private const float RootTwo = 1.41421356237309505f;

    /// <summary>Filters [O][C][3][3] to [36][O/16][C][16]: G·g·Gᵀ for each, zeros for lanes beyond the last output channel.</summary>
    public static void TransformFilters(ref float filters, ref float transformed, int outChannels, int channels)
    {
        nint blocks = (outChannels + Lanes - 1) / Lanes;
        nint point = blocks * channels * Lanes;
        Elementwise.Clear(ref transformed, Points * point);
        Span<double> half = stackalloc double[Patch * 3];
        Span<double> row = stackalloc double[Patch];
        for (nint output = 0; output < outChannels; output++)
        {
            for (nint channel = 0; channel < channels; channel++)
            {
                ref float g = ref Unsafe.Add(ref filters, (output * channels + channel) * 9);
                for (int column = 0; column < 3; column++)
                    FilterPoints(Unsafe.Add(ref g, column), Unsafe.Add(ref g, 3 + column), Unsafe.Add(ref g, 6 + column), half[column..], 3);
                ref float to = ref Unsafe.Add(ref transformed, ((output / Lanes) * channels + channel) * Lanes + output % Lanes);
                for (int i = 0; i < Patch; i++)
                {
                    FilterPoints(half[i * 3], half[i * 3 + 1], half[i * 3 + 2], row, 1);
                    for (int j = 0; j < Patch; j++)
                        Unsafe.Add(ref to, (i * Patch + j) * point) = (float)row[j];
                }
            }
        }
    }

    /// <summary>The patches of some tiles, transformed: Bᵀ·d·B, to [36][C/16][tiles][16].</summary>
    /// <param name="x">Pixel (0, 0) of the first block of a sample.</param>
    /// <param name="v">Written.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    /// <param name="shape">The images.</param>
    /// <param name="first">The first tile; those beyond the image's last are left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformInput<S, V>(ref float x, ref float v, ref float buffer, in WinogradShape shape, int first)
        where S : struct, ISimd<V> where V : struct
    {
        nint point = (nint)shape.Blocks * shape.Tiles * Lanes;
        int count = Math.Min(shape.Tiles, shape.TilesInAll - first);
        int across = shape.TilesAcross;
        for (int block = 0; block < shape.Blocks; block++)
        {
            ref float plane = ref Unsafe.Add(ref x, (nint)block * shape.Plane);
            ref float to = ref Unsafe.Add(ref v, (nint)block * shape.Tiles * Lanes);
            int top = first / across * TileSize - shape.Top;
            int left = first % across * TileSize - shape.Left;
            int end = across * TileSize - shape.Left;
            for (int tile = 0; tile < count; tile++)
            {
                bool inside = top >= 0 && left >= 0 && top + Patch <= shape.Height && left + Patch <= shape.Width;
                if (!inside)
                    Gather<S, V>(ref plane, ref buffer, shape, top, left);
                ref float from = ref inside ? ref Unsafe.Add(ref plane, (nint)top * shape.Row + left * Lanes) : ref buffer;
                nint row = inside ? shape.Row : Patch * Lanes;
                for (nint part = 0; part < Lanes; part += S.Width)
                    TransformPatch<S, V>(ref Unsafe.Add(ref from, part), row, ref Unsafe.Add(ref buffer, Points * Lanes), ref Unsafe.Add(ref to, part), point);
                to = ref Unsafe.Add(ref to, Lanes);
                left += TileSize;
                if (left == end)
                    (left, top) = (-shape.Left, top + TileSize);
            }
        }
    }

    /// <summary>Sums of products [36][O/16][tiles][16] to results: Aᵀ·m·A, plus bias, between floor and ceiling.</summary>
    /// <param name="m">The products of some tiles.</param>
    /// <param name="bias">A bias for each output channel; a null reference for none.</param>
    /// <param name="y">Pixel (0, 0) of the first block of a sample, written.</param>
    /// <param name="buffer"><see cref="BufferLength"/> floats.</param>
    /// <param name="shape">The images.</param>
    /// <param name="firstBlock">The first block of output channels that is wanted.</param>
    /// <param name="endBlock">The one behind the last.</param>
    /// <param name="first">The first tile; those beyond the image's last are left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransformOutput<S, V>(ref float m, ref float bias, ref float y, ref float buffer, in WinogradShape shape, int firstBlock, int endBlock, int first)
        where S : struct, ISimd<V> where V : struct
    {
        nint point = (nint)shape.OutBlocks * shape.Tiles * Lanes;
        int count = Math.Min(shape.Tiles, shape.TilesInAll - first);
        int across = shape.TilesAcross;
        V floor = S.Broadcast(shape.Floor), ceiling = S.Broadcast(shape.Ceiling);
        for (int block = firstBlock; block < endBlock; block++)
        {
            ref float from = ref Unsafe.Add(ref m, (nint)block * shape.Tiles * Lanes);
            int row = first / across * TileSize;
            int column = first % across * TileSize;
            for (int tile = 0; tile < count; tile++)
            {
                ref float to = ref Unsafe.Add(ref y, (nint)block * shape.OutPlane + (nint)row * shape.OutRow + column * Lanes);
                int rows = Math.Min(TileSize, shape.OutHeight - row);
                int columns = Math.Min(TileSize, shape.OutWidth - column);
                for (nint part = 0; part < Lanes; part += S.Width)
                {
                    V add = Unsafe.IsNullRef(ref bias) ? S.Broadcast(0) : S.Load(ref bias, block * Lanes + part);
                    TransformProducts<S, V>(ref Unsafe.Add(ref from, part), point, ref buffer, add, floor, ceiling, ref Unsafe.Add(ref to, part), shape.OutRow, rows, columns);
                }
                from = ref Unsafe.Add(ref from, Lanes);
                column += TileSize;
                if (column >= shape.OutWidth)
                    (column, row) = (0, row + TileSize);
            }
        }
    }

    // A patch that reaches beyond the image, with zeros there.
    private static void Gather<S, V>(ref float plane, ref float buffer, in WinogradShape shape, int top, int left)
        where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0);
        for (int i = 0; i < Patch; i++)
        {
            for (int j = 0; j < Patch; j++)
            {
                bool inside = (uint)(top + i) < (uint)shape.Height && (uint)(left + j) < (uint)shape.Width;
                nint from = (nint)(top + i) * shape.Row + (left + j) * Lanes;
                nint to = (i * Patch + j) * Lanes;
                for (nint part = 0; part < Lanes; part += S.Width)
                    S.Store(inside ? S.Load(ref plane, from + part) : zero, ref buffer, to + part);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformPatch<S, V>(ref float x, nint row, ref float half, ref float v, nint point)
        where S : struct, ISimd<V> where V : struct
    {
        for (nint j = 0; j < Patch; j++)
        {
            ref float d = ref Unsafe.Add(ref x, j * Lanes);
            InputPoints<S, V>(ref d, row, ref Unsafe.Add(ref half, j * Lanes), Patch * Lanes);
        }
        for (nint i = 0; i < Patch; i++)
            InputPoints<S, V>(ref Unsafe.Add(ref half, i * Patch * Lanes), Lanes, ref Unsafe.Add(ref v, i * Patch * point), point);
    }

    // One row of Bᵀ·d: six inputs at a distance to six points at another.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputPoints<S, V>(ref float from, nint step, ref float to, nint point)
        where S : struct, ISimd<V> where V : struct
    {
        V d0 = S.Load(ref from, 0);
        V d1 = S.Load(ref from, step);
        V d2 = S.Load(ref from, 2 * step);
        V d3 = S.Load(ref from, 3 * step);
        V d4 = S.Load(ref from, 4 * step);
        V d5 = S.Load(ref from, 5 * step);
        V minusTwoAndHalf = S.Broadcast(-2.5f);
        S.Store(S.FusedMultiplyAdd(minusTwoAndHalf, d2, S.Add(d0, d4)), ref to, 0);
        V even = S.FusedMultiplyAdd(S.Broadcast(-2f), d2, d4);
        V odd = S.FusedMultiplyAdd(S.Broadcast(-RootTwo), d1, S.Multiply(S.Broadcast(RootHalf), d3));
        S.Store(S.Add(even, odd), ref to, point);
        S.Store(S.Subtract(even, odd), ref to, 2 * point);
        even = S.FusedMultiplyAdd(S.Broadcast(-0.5f), d2, d4);
        odd = S.FusedMultiplyAdd(S.Broadcast(-RootHalf), d1, S.Multiply(S.Broadcast(RootTwo), d3));
        S.Store(S.Add(even, odd), ref to, 3 * point);
        S.Store(S.Subtract(even, odd), ref to, 4 * point);
        S.Store(S.FusedMultiplyAdd(minusTwoAndHalf, d3, S.Add(d1, d5)), ref to, 5 * point);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformProducts<S, V>(ref float m, nint point, ref float half, V bias, V floor, V ceiling, ref float y, nint outRow, int rows, int columns)
        where S : struct, ISimd<V> where V : struct
    {
        for (nint j = 0; j < Patch; j++)
        {
            Results<S, V>(ref Unsafe.Add(ref m, j * point), Patch * point, out V y0, out V y1, out V y2, out V y3);
            ref float to = ref Unsafe.Add(ref half, j * Lanes);
            S.Store(y0, ref to, 0);
            S.Store(y1, ref to, Patch * Lanes);
            S.Store(y2, ref to, 2 * Patch * Lanes);
            S.Store(y3, ref to, 3 * Patch * Lanes);
        }
        for (int i = 0; i < rows; i++)
        {
            Results<S, V>(ref Unsafe.Add(ref half, i * Patch * Lanes), Lanes, out V y0, out V y1, out V y2, out V y3);
            ref float to = ref Unsafe.Add(ref y, i * outRow);
            S.Store(S.Min(ceiling, S.Max(floor, S.Add(y0, bias))), ref to, 0);
            if (columns > 1)
                S.Store(S.Min(ceiling, S.Max(floor, S.Add(y1, bias))), ref to, Lanes);
            if (columns > 2)
                S.Store(S.Min(ceiling, S.Max(floor, S.Add(y2, bias))), ref to, 2 * Lanes);
            if (columns > 3)
                S.Store(S.Min(ceiling, S.Max(floor, S.Add(y3, bias))), ref to, 3 * Lanes);
        }
    }

    // One row of Aᵀ·m: six points at a distance to four results.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Results<S, V>(ref float from, nint step, out V y0, out V y1, out V y2, out V y3)
        where S : struct, ISimd<V> where V : struct
    {
        V m1 = S.Load(ref from, step);
        V m2 = S.Load(ref from, 2 * step);
        V m3 = S.Load(ref from, 3 * step);
        V m4 = S.Load(ref from, 4 * step);
        (V nearSum, V nearDifference) = (S.Add(m1, m2), S.Subtract(m1, m2));
        (V farSum, V farDifference) = (S.Add(m3, m4), S.Subtract(m3, m4));
        y0 = S.Add(S.Load(ref from, 0), S.Add(nearSum, farSum));
        y1 = S.FusedMultiplyAdd(S.Broadcast(RootTwo), farDifference, S.Multiply(S.Broadcast(RootHalf), nearDifference));
        y2 = S.FusedMultiplyAdd(S.Broadcast(2f), farSum, S.Multiply(S.Broadcast(0.5f), nearSum));
        y3 = S.FusedMultiplyAdd(
            S.Broadcast(2 * RootTwo), farDifference, S.FusedMultiplyAdd(S.Broadcast(RootHalf / 2), nearDifference, S.Load(ref from, 5 * step)));
    }

    // G times three taps, in double: done once, when weights are loaded.
    private static void FilterPoints(double g0, double g1, double g2, Span<double> points, int step)
    {
        (double even, double odd) = ((g0 + g2 / 2) / -1.5, g1 * (Math.Sqrt(0.5) / -1.5));
        points[0] = g0;
        points[step] = even + odd;
        points[2 * step] = even - odd;
        (even, odd) = ((g0 + 2 * g2) / 6, g1 * (Math.Sqrt(2) / 6));
        points[3 * step] = even + odd;
        points[4 * step] = even - odd;
        points[5 * step] = g2;
    }
}
