using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// What a register tile of a convolution sums over, and how far apart things lie: input channels in blocks, and in each the rows and
/// columns of the kernel. With a 1×1 kernel the taps are the channels instead: a column is a channel, a row a block of them. Generated
/// kernels make one of constants; tiles of one size serve all kernels of a network.
/// </summary>
/// <param name="Channels">Input channels.</param>
/// <param name="Lanes">Channels of a block; all of them where channels are not blocked.</param>
/// <param name="LaneStep">Floats from one channel of a block to the next.</param>
/// <param name="BlockStep">Floats from one block to the next.</param>
/// <param name="Taps">Elements of the kernel.</param>
/// <param name="Columns">Elements of a row of it; the last row may have fewer.</param>
/// <param name="ColumnStep">Floats from one of its columns to the next, in the input.</param>
/// <param name="RowStep">Floats from one of its rows to the next, in the input.</param>
/// <param name="FilterStep">Floats from the weights of one block of 16 output channels to those of the next.</param>
/// <param name="PrefetchDistance">How many floats ahead weights are fetched.</param>
/// <param name="ResultStep">Floats from one block of 16 output channels to the next, in the result.</param>
/// <param name="InputSample">Floats from one sample of the batch to the next.</param>
/// <param name="ResultSample">Floats from one sample to the next in the result.</param>
/// <param name="ResidualStep">Floats from one block of 16 output channels to the next, in what is added to the sums.</param>
/// <param name="Floor">The least value that is stored: 0 for ReLU.</param>
/// <param name="Ceiling">The largest value that is stored: 6 for ReLU6.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct TileShape(
    int Channels, int Lanes, int LaneStep, int BlockStep, int Taps, int Columns, int ColumnStep, int RowStep, int FilterStep,
    int PrefetchDistance, int ResultStep, int InputSample = 0, int ResultSample = 0, int ResidualStep = 0,
    float Floor = float.NegativeInfinity, float Ceiling = float.PositiveInfinity)
{
    private const int Block = KernelContract.Block;

    /// <summary>
    /// Floats from the weights of a tile's first vector of output channels to those of another, which may lie in the same block of 16.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Filter<S, V>(int vector) where S : struct, ISimd<V> where V : struct => Place<S, V>(vector, FilterStep);

    /// <summary>Floats from the result of a tile's first vector of output channels to that of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Result<S, V>(int vector) where S : struct, ISimd<V> where V : struct => Place<S, V>(vector, ResultStep);

    /// <summary>The same in what is added to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Residual<S, V>(int vector) where S : struct, ISimd<V> where V : struct => Place<S, V>(vector, ResidualStep);

    /// <summary>
    /// What a sum starts at: the bias of a vector of output channels, or 0 where <paramref name="bias"/> is a null reference.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Start<S, V>(ref float bias, int vector) where S : struct, ISimd<V> where V : struct =>
        Unsafe.IsNullRef(ref bias) ? default : S.Load(ref bias, vector * S.Width);

    // Vector and width are constants where this is inlined, so within a block the place is one too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Place<S, V>(int vector, int blockStep) where S : struct, ISimd<V> where V : struct =>
        vector * S.Width % Block + (nint)blockStep * (vector * S.Width / Block);
}
