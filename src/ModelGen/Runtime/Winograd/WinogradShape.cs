using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>The images that a Winograd convolution reads and writes, and how their tiles are counted: row by row.</summary>
/// <param name="Height">Rows of the input, without halo.</param>
/// <param name="Width">Columns of the input, without halo.</param>
/// <param name="Blocks">Blocks of 16 input channels.</param>
/// <param name="Plane">Floats from one block of the input to the next.</param>
/// <param name="Row">Floats from one row of the input to the next.</param>
/// <param name="Top">Rows of padding above; outside the image everything counts as zero, stored or not.</param>
/// <param name="Left">Columns of padding on the left.</param>
/// <param name="OutHeight">Rows that are computed.</param>
/// <param name="OutWidth">Columns that are computed.</param>
/// <param name="OutBlocks">Blocks of 16 output channels.</param>
/// <param name="OutPlane">Floats from one block of the result to the next.</param>
/// <param name="OutRow">Floats from one row of the result to the next.</param>
/// <param name="TileSize">Results of a tile, down and across.</param>
/// <param name="Tiles">The most tiles that are transformed together.</param>
/// <param name="Pool">2 if the largest of each 2×2 that is computed is stored, 1 if all are.</param>
/// <param name="ResidualPlane">Floats from one block of what is added to the next.</param>
/// <param name="ResidualRow">Floats from one row of what is added to the next.</param>
/// <param name="Floor">The least value that is stored: 0 for ReLU.</param>
/// <param name="Ceiling">The largest value that is stored: 6 for ReLU6.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct WinogradShape(
    int Height, int Width, int Blocks, int Plane, int Row, int Top, int Left, int OutHeight, int OutWidth, int OutBlocks, int OutPlane,
    int OutRow, int TileSize,
    int Tiles, int Pool = 1, int ResidualPlane = 0, int ResidualRow = 0, float Floor = float.NegativeInfinity,
    float Ceiling = float.PositiveInfinity)
{
    /// <summary>Tiles side by side.</summary>
    public int TilesAcross => (OutWidth + TileSize - 1) / TileSize;
}
