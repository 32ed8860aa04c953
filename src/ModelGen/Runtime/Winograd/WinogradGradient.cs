using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

// The gradient with respect to filters: dL/dg = Gᵀ·[Σ (A·dy·Aᵀ) ⊙ (Bᵀ·d·B)]·G, summed over tiles.
public static partial class Winograd
{
    /// <summary>
    /// Gradients of the results of some tiles, transformed: A·dy·Aᵀ, to [points][O/16][tiles][16] with gaps. Beyond the image they are
    /// zeros.
    /// </summary>
    /// <param name="dy">Pixel (0, 0) of the first block of a sample.</param>
    /// <param name="v">Written.</param>
    /// <param name="shape">The images.</param>
    /// <param name="tiles">Which tiles; the first goes to the beginning of <paramref name="v"/>.</param>
    /// <param name="blocks">Which blocks of output channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void TransformGradient<S, V, T>(
        ref float dy, ref float v, in WinogradShape shape, IndexRange tiles, IndexRange blocks)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradGradient
    {
        float* memory = stackalloc float[BufferLength];
        ref float buffer = ref AlignedMemory.Align(memory);
        ref float half = ref Unsafe.Add(ref buffer, PatchLength);
        nint point = (nint)shape.OutBlocks * shape.Tiles * Lanes + Gap, patch = T.Patch;
        int across = shape.TilesAcross;
        for (int block = blocks.First; block < blocks.End; block++)
        {
            ref float plane = ref Unsafe.Add(ref dy, (nint)block * shape.OutPlane);
            ref float to = ref Unsafe.Add(ref v, (nint)block * shape.Tiles * Lanes);
            for (int tile = tiles.First; tile < tiles.End; tile++, to = ref Unsafe.Add(ref to, Lanes))
            {
                (int top, int left) = (tile / across * T.Size, tile % across * T.Size);
                int rows = Math.Min(T.Size, shape.OutHeight - top), columns = Math.Min(T.Size, shape.OutWidth - left);
                ref float from = ref Unsafe.Add(ref plane, (nint)top * shape.OutRow + left * Lanes);
                nint row = shape.OutRow;
                if (rows < T.Size || columns < T.Size)
                {
                    GatherTile<S, V>(ref from, row, rows, columns, ref buffer, T.Size);
                    from = ref buffer;
                    row = T.Size * Lanes;
                }
                for (nint part = 0; part < Lanes; part += S.Width)
                {
                    for (nint j = 0; j < T.Size; j++)
                        T.GradientPoints<S, V>(
                            ref Unsafe.Add(ref from, j * Lanes + part), row, ref Unsafe.Add(ref half, j * Lanes), patch * Lanes);
                    for (nint i = 0; i < patch; i++)
                        T.GradientPoints<S, V>(
                            ref Unsafe.Add(ref half, i * patch * Lanes), Lanes, ref Unsafe.Add(ref to, i * patch * point + part), point);
                }
            }
        }
    }

    /// <summary>Sums of products [points][O/16][C][16] to the gradients of filters [O/16][C][3][3][16]: Gᵀ·m·G.</summary>
    /// <param name="m">Read.</param>
    /// <param name="filters">Written.</param>
    /// <param name="outBlocks">Blocks of 16 output channels.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="firstBlock">The first block of output channels that is wanted.</param>
    /// <param name="endBlock">The block after the last.</param>
    public static void FilterGradients<T>(ref float m, ref float filters, int outBlocks, int channels, int firstBlock, int endBlock)
        where T : struct, IWinogradGradient =>
        Target.Run(new FilterGradientsKernel<T>(outBlocks, channels, firstBlock, endBlock), new Operands(ref m, ref filters));

    private readonly struct FilterGradientsKernel<T>(int outBlocks, int channels, int firstBlock, int endBlock) : IKernel
        where T : struct, IWinogradGradient
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            FilterGradients<S, V, T>(ref o.First, ref o.Second, outBlocks, channels, firstBlock, endBlock);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void FilterGradients<S, V, T>(
        ref float m, ref float filters, int outBlocks, int channels, int firstBlock, int endBlock)
        where S : struct, ISimd<V> where V : struct where T : struct, IWinogradGradient
    {
        const int Taps = 3;
        float* memory = stackalloc float[BufferLength];
        ref float half = ref AlignedMemory.Align(memory);
        nint patch = T.Patch, point = (nint)outBlocks * channels * Lanes;
        for (nint filter = (nint)firstBlock * channels; filter < (nint)endBlock * channels; filter++)
        {
            for (nint part = 0; part < Lanes; part += S.Width)
            {
                ref float from = ref Unsafe.Add(ref m, filter * Lanes + part);
                for (nint j = 0; j < patch; j++)
                {
                    T.FilterTaps<S, V>(ref Unsafe.Add(ref from, j * point), patch * point, out V g0, out V g1, out V g2);
                    S.Store(g0, ref half, j * Lanes);
                    S.Store(g1, ref half, (patch + j) * Lanes);
                    S.Store(g2, ref half, (2 * patch + j) * Lanes);
                }
                for (nint i = 0; i < Taps; i++)
                {
                    T.FilterTaps<S, V>(ref Unsafe.Add(ref half, i * patch * Lanes), Lanes, out V g0, out V g1, out V g2);
                    nint to = (filter * Taps * Taps + i * Taps) * Lanes + part;
                    S.Store(g0, ref filters, to);
                    S.Store(g1, ref filters, to + Lanes);
                    S.Store(g2, ref filters, to + 2 * Lanes);
                }
            }
        }
    }

    // A tile that reaches beyond the image, with zeros there.
    private static void GatherTile<S, V>(ref float from, nint row, int rows, int columns, ref float buffer, int size)
        where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0);
        for (int i = 0; i < size; i++)
        {
            ref float to = ref Unsafe.Add(ref buffer, i * size * Lanes);
            nint end = i < rows ? (nint)columns * Lanes : 0;
            for (nint at = 0; at < end; at += S.Width)
                S.Store(S.Load(ref from, i * row + at), ref to, at);
            for (nint at = end; at < size * Lanes; at += S.Width)
                S.Store(zero, ref to, at);
        }
    }
}
