using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>
/// What a register tile of a convolution sums over, and how far apart things lie: input channels in blocks, and in each the rows and columns of the kernel. Generated
/// kernels make one of constants; tiles of one size serve all kernels of a network.
/// </summary>
/// <param name="Channels">Input channels.</param>
/// <param name="Lanes">Channels of a block; all of them where channels are not blocked.</param>
/// <param name="LaneStep">Floats from one channel of a block to the next.</param>
/// <param name="BlockStep">Floats from one block to the next.</param>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="RowStep">Floats from one of its rows to the next, in the input.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="ColumnStep">Floats from one of its columns to the next, in the input.</param>
/// <param name="FilterStep">Floats from the weights of one block of 16 output channels to those of the next.</param>
/// <param name="ResultStep">Floats from one block of 16 output channels to the next, in the result.</param>
/// <param name="InputSample">Floats from one sample of the batch to the next.</param>
/// <param name="ResultSample">Floats from one sample to the next in the result.</param>
/// <param name="Floor">The least value that is stored: 0 for ReLU.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct TileShape(
    int Channels, int Lanes, int LaneStep, int BlockStep, int KernelHeight, int RowStep, int KernelWidth, int ColumnStep, int FilterStep, int ResultStep,
    int InputSample, int ResultSample, float Floor = float.NegativeInfinity);
