using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// The transforms of F(m×m, r×r): convolution with r×r filters as (m + r − 1)² products of matrices (Lavin and Gray 2016, Fast algorithms
/// for convolutional neural networks, §4). Everything is in blocks of 16 channels; <c>T</c> is the tile: <see cref="WinogradF4x3"/>,
/// <see cref="WinogradF2x3"/>, <see cref="WinogradF2x5"/> or <see cref="WinogradF2x3By2"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Winograd
{
    /// <summary>
    /// Floats between the patches, or the sums, of one point and the next: at multiples of 4,096 bytes they would be in each other's way in
    /// the innermost cache.
    /// </summary>
    public const int Gap = KernelContract.WinogradGap;

    /// <summary>Inputs of the largest patch, down and across.</summary>
    internal const int LargestPatch = 6;

    internal const int Lanes = KernelContract.Block;

    // Floats that the transforms need for themselves: two patches, and what it takes to start on 64 bytes.
    private const int PatchLength = LargestPatch * LargestPatch * Lanes;
    private const int BufferLength = 2 * PatchLength + Lanes;

    /// <summary>The patches of some tiles, transformed: Bᵀ·d·B, to [points][C/16][tiles][16] with gaps.</summary>
    /// <param name="x">Pixel (0, 0) of the first block of a sample.</param>
    /// <param name="v">Written.</param>
    /// <param name="shape">The images.</param>
    /// <param name="tiles">Which tiles, no more than <see cref="WinogradShape.Tiles"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void TransformInput<S, V, T>(ref float x, ref float v, in WinogradShape shape, IndexRange tiles)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradTile
    {
        float* memory = stackalloc float[BufferLength];
        ref float buffer = ref AlignedMemory.Align(memory);
        nint point = (nint)shape.Blocks * shape.Tiles * Lanes + Gap;
        int across = shape.TilesAcross;
        for (int block = 0; block < shape.Blocks; block++)
        {
            ref float plane = ref Unsafe.Add(ref x, (nint)block * shape.Plane);
            ref float to = ref Unsafe.Add(ref v, (nint)block * shape.Tiles * Lanes);
            int top = tiles.First / across * T.TileStep - shape.Top;
            int left = tiles.First % across * T.TileStep - shape.Left;
            int end = across * T.TileStep - shape.Left;
            for (int tile = tiles.First; tile < tiles.End; tile++)
            {
                bool inside = top >= 0 && left >= 0 && top + T.Patch <= shape.Height && left + T.Patch <= shape.Width;
                if (!inside)
                    Gather<S, V>(ref plane, ref buffer, shape, top, left, T.Patch);
                ref float from = ref inside ? ref Unsafe.Add(ref plane, (nint)top * shape.Row + left * Lanes) : ref buffer;
                nint row = inside ? shape.Row : (T.Patch) * Lanes;
                for (nint part = 0; part < Lanes; part += S.Width)
                    TransformPatch<S, V, T>(
                        ref Unsafe.Add(ref from, part), row, ref Unsafe.Add(ref buffer, PatchLength), ref Unsafe.Add(ref to, part), point);
                to = ref Unsafe.Add(ref to, Lanes);
                left += T.TileStep;
                if (left == end)
                    (left, top) = (-shape.Left, top + T.TileStep);
            }
        }
    }

    /// <summary>Sums of products [points][O/16][tiles][16], with gaps, to results: Aᵀ·m·A, plus bias, between floor and ceiling.</summary>
    /// <param name="m">The products of the tiles.</param>
    /// <param name="bias">A bias for each output channel; a null reference for none.</param>
    /// <param name="residual">Pixel (0, 0) of the first block of what is added, which may be <paramref name="y"/>; a null reference for
    /// nothing.</param>
    /// <param name="y">Pixel (0, 0) of the first block of a sample, written.</param>
    /// <param name="shape">The images.</param>
    /// <param name="tiles">Which tiles, no more than <see cref="WinogradShape.Tiles"/>.</param>
    /// <param name="blocks">Which blocks of output channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void TransformOutput<S, V, T>(
        ref float m, ref float bias, ref float residual, ref float y, in WinogradShape shape, IndexRange tiles, IndexRange blocks)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradTile
    {
        float* memory = stackalloc float[BufferLength];
        ref float buffer = ref AlignedMemory.Align(memory);
        nint point = (nint)shape.OutBlocks * shape.Tiles * Lanes + Gap;
        int across = shape.TilesAcross;
        V floor = S.Broadcast(shape.Floor), ceiling = S.Broadcast(shape.Ceiling);
        for (int block = blocks.First; block < blocks.End; block++)
        {
            ref float from = ref Unsafe.Add(ref m, (nint)block * shape.Tiles * Lanes);
            int row = tiles.First / across * T.Size;
            int column = tiles.First % across * T.Size;
            for (int tile = tiles.First; tile < tiles.End; tile++)
            {
                ref float to = ref Unsafe.Add(
                    ref y, (nint)block * shape.OutPlane + (nint)(row / shape.Pool) * shape.OutRow + column / shape.Pool * Lanes);
                ref float add = ref Unsafe.IsNullRef(ref residual) ? ref residual
                    : ref Unsafe.Add(ref residual, (nint)block * shape.ResidualPlane + (nint)row * shape.ResidualRow + column * Lanes);
                int rows = Math.Min(T.Size, shape.OutHeight - row);
                int columns = Math.Min(T.Size, shape.OutWidth - column);
                for (nint part = 0; part < Lanes; part += S.Width)
                {
                    V start = Unsafe.IsNullRef(ref bias) ? S.Broadcast(0) : S.Load(ref bias, block * Lanes + part);
                    TransformColumns<S, V, T>(ref Unsafe.Add(ref from, part), point, ref buffer);
                    if (shape.Pool > 1)
                    {
                        StoreLargest<S, V, T>(ref buffer, start, floor, ceiling, ref Unsafe.Add(ref to, part), shape.OutRow, rows, columns);
                        continue;
                    }
                    StoreResults<S, V, T>(ref buffer, start, floor, ceiling, ref Unsafe.Add(ref to, part), shape.OutRow, rows, columns,
                        ref Unsafe.IsNullRef(ref add) ? ref add : ref Unsafe.Add(ref add, part), shape.ResidualRow);
                }
                from = ref Unsafe.Add(ref from, Lanes);
                column += T.Size;
                if (column >= shape.OutWidth)
                    (column, row) = (0, row + T.Size);
            }
        }
    }

    // A patch that reaches beyond the image, with zeros there.
    private static void Gather<S, V>(ref float plane, ref float buffer, in WinogradShape shape, int top, int left, int patch)
        where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0);
        int firstColumn = Math.Clamp(-left, 0, patch);
        int endColumn = Math.Clamp(shape.Width - left, firstColumn, patch);
        for (int i = 0; i < patch; i++)
        {
            bool inside = (uint)(top + i) < (uint)shape.Height;
            ref float from = ref Unsafe.Add(ref plane, (nint)(top + i) * shape.Row + left * Lanes);
            ref float to = ref Unsafe.Add(ref buffer, i * patch * Lanes);
            (nint first, nint end) = inside ? ((nint)firstColumn * Lanes, (nint)endColumn * Lanes) : (0, 0);
            for (nint at = 0; at < first; at += S.Width)
                S.Store(zero, ref to, at);
            for (nint at = first; at < end; at += S.Width)
                S.Store(S.Load(ref from, at), ref to, at);
            for (nint at = end; at < patch * Lanes; at += S.Width)
                S.Store(zero, ref to, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformPatch<S, V, T>(ref float x, nint row, ref float half, ref float v, nint point)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradTile
    {
        nint patch = T.Patch;
        for (nint j = 0; j < patch; j++)
            T.InputPoints<S, V>(ref Unsafe.Add(ref x, j * Lanes), row, ref Unsafe.Add(ref half, j * Lanes), patch * Lanes);
        for (nint i = 0; i < patch; i++)
            T.InputPoints<S, V>(ref Unsafe.Add(ref half, i * patch * Lanes), Lanes, ref Unsafe.Add(ref v, i * patch * point), point);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformColumns<S, V, T>(ref float m, nint point, ref float half)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradTile
    {
        nint patch = T.Patch;
        for (nint j = 0; j < patch; j++)
        {
            T.Results<S, V>(ref Unsafe.Add(ref m, j * point), patch * point, out V y0, out V y1, out V y2, out V y3);
            ref float to = ref Unsafe.Add(ref half, j * Lanes);
            S.Store(y0, ref to, 0);
            S.Store(y1, ref to, patch * Lanes);
            if (T.Size > 2)
            {
                S.Store(y2, ref to, 2 * patch * Lanes);
                S.Store(y3, ref to, 3 * patch * Lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreResults<S, V, T>(
        ref float half, V bias, V floor, V ceiling, ref float y, nint outRow, int rows, int columns, ref float residual, nint residualRow)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradTile
    {
        nint patch = T.Patch;
        bool adds = !Unsafe.IsNullRef(ref residual);
        for (int i = 0; i < rows; i++)
        {
            T.Results<S, V>(ref Unsafe.Add(ref half, i * patch * Lanes), Lanes, out V y0, out V y1, out V y2, out V y3);
            (y0, y1, y2, y3) = (S.Add(y0, bias), S.Add(y1, bias), S.Add(y2, bias), S.Add(y3, bias));
            if (adds)
            {
                ref float from = ref Unsafe.Add(ref residual, i * residualRow);
                y0 = S.Add(y0, S.Load(ref from, 0));
                if (columns > 1)
                    y1 = S.Add(y1, S.Load(ref from, Lanes));
                if (columns > 2)
                    y2 = S.Add(y2, S.Load(ref from, 2 * Lanes));
                if (columns > 3)
                    y3 = S.Add(y3, S.Load(ref from, 3 * Lanes));
            }
            ref float to = ref Unsafe.Add(ref y, i * outRow);
            S.Store(S.Min(ceiling, S.Max(floor, y0)), ref to, 0);
            if (columns > 1)
                S.Store(S.Min(ceiling, S.Max(floor, y1)), ref to, Lanes);
            if (columns > 2)
                S.Store(S.Min(ceiling, S.Max(floor, y2)), ref to, 2 * Lanes);
            if (columns > 3)
                S.Store(S.Min(ceiling, S.Max(floor, y3)), ref to, 3 * Lanes);
        }
    }

    // The largest of each 2×2: neither the bias nor the bounds change which it is. Rows and columns are even.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLargest<S, V, T>(ref float half, V bias, V floor, V ceiling, ref float y, nint outRow, int rows, int columns)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradTile
    {
        nint row = (nint)T.Patch * Lanes;
        for (int i = 0; i < rows; i += 2)
        {
            T.Results<S, V>(ref Unsafe.Add(ref half, i * row), Lanes, out V y0, out V y1, out V y2, out V y3);
            T.Results<S, V>(ref Unsafe.Add(ref half, (i + 1) * row), Lanes, out V z0, out V z1, out V z2, out V z3);
            V left = Pooling.Max<S, V>(Pooling.Max<S, V>(y0, y1), Pooling.Max<S, V>(z0, z1));
            ref float to = ref Unsafe.Add(ref y, i / 2 * outRow);
            S.Store(S.Min(ceiling, S.Max(floor, S.Add(left, bias))), ref to, 0);
            if (columns <= 2)
                continue;
            V right = Pooling.Max<S, V>(Pooling.Max<S, V>(y2, y3), Pooling.Max<S, V>(z2, z3));
            S.Store(S.Min(ceiling, S.Max(floor, S.Add(right, bias))), ref to, Lanes);
        }
    }
}
