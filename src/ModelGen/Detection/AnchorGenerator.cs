namespace ModelGen.Detection;

/// <summary>
/// The boxes that a region proposal network starts from: at each position of each feature map one of each size and aspect ratio, around the
/// place in the image that the position stands for.
/// </summary>
/// <remarks>
/// As torchvision.models.detection.anchor_utils.AnchorGenerator, in its order: rows, columns, aspect ratios, sizes. Corners of the boxes
/// around 0 are whole numbers. Source: Ren et al. 2015, Faster R-CNN, §3.1.1. Immutable; nothing is allocated after construction.
/// </remarks>
public sealed class AnchorGenerator
{
    private readonly float[][] _cells;

    /// <summary>Anchors of several feature maps.</summary>
    /// <param name="sizes">For each feature map the square roots of the areas, in pixels; above 0.</param>
    /// <param name="aspectRatios">For each feature map the heights over the widths; above 0.</param>
    /// <exception cref="ArgumentException">
    /// There are no maps, not as many ratios as sizes, or a number is not finite and above 0.
    /// </exception>
    public AnchorGenerator(float[][] sizes, float[][] aspectRatios)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(aspectRatios);
        if (sizes.Length == 0 || sizes.Length != aspectRatios.Length)
            throw new ArgumentException(
                MessageText.Invariant(
                    $"Sizes and aspect ratios are for the same maps, at least 1; got {sizes.Length} and {aspectRatios.Length}."),
                nameof(aspectRatios));
        _cells = new float[sizes.Length][];
        for (int map = 0; map < sizes.Length; map++)
            _cells[map] = Cell(sizes[map], aspectRatios[map]);
    }

    /// <summary>Number of feature maps.</summary>
    public int Maps => _cells.Length;

    /// <summary>Anchors at each position of a feature map.</summary>
    /// <param name="map">Number of the map.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such map.</exception>
    public int PerPosition(int map) => CellOf(map).Length / Boxes.Length;

    /// <summary>The anchors of one feature map.</summary>
    /// <param name="map">Number of the map.</param>
    /// <param name="gridHeight">Its height in positions, at least 1.</param>
    /// <param name="gridWidth">Its width.</param>
    /// <param name="imageHeight">Height of the image in pixels; the distance of rows is ⌊image / grid⌋.</param>
    /// <param name="imageWidth">Its width.</param>
    /// <param name="anchors">Receives the boxes, 4 floats each: <see cref="PerPosition"/> for each position.</param>
    /// <exception cref="ArgumentException">
    /// There is no such map, a size is below 1, the grid is larger than the image, or the span is not as long as it has to be.
    /// </exception>
    public void Generate(int map, int gridHeight, int gridWidth, int imageHeight, int imageWidth, Span<float> anchors)
    {
        float[] cell = CellOf(map);
        ArgumentOutOfRangeException.ThrowIfLessThan(gridHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(gridWidth, 1);
        if (imageHeight < gridHeight || imageWidth < gridWidth)
            throw new ArgumentException(MessageText.Invariant(
                $"The image must be at least as large as the grid, {gridHeight}×{gridWidth}; got {imageHeight}×{imageWidth}."),
                nameof(imageHeight));
        Boxes.Check(anchors.Length, (long)gridHeight * gridWidth * cell.Length, nameof(anchors), "4 floats for each anchor");
        int strideY = imageHeight / gridHeight, strideX = imageWidth / gridWidth;
        int at = 0;
        for (int y = 0; y < gridHeight; y++)
        {
            for (int x = 0; x < gridWidth; x++)
            {
                for (int i = 0; i < cell.Length; i += 2)
                {
                    anchors[at++] = (float)(x * strideX) + cell[i];
                    anchors[at++] = (float)(y * strideY) + cell[i + 1];
                }
            }
        }
    }

    private float[] CellOf(int map) => (uint)map < (uint)_cells.Length ? _cells[map]
        : throw new ArgumentOutOfRangeException(
            nameof(map), MessageText.Invariant($"Map {map} does not exist: expected 0 to {_cells.Length - 1}."));

    private static float[] Cell(float[] sizes, float[] ratios)
    {
        Positive(sizes, nameof(sizes));
        Positive(ratios, "aspectRatios");
        var cell = new float[sizes.Length * ratios.Length * Boxes.Length];
        int at = 0;
        foreach (float ratio in ratios)
        {
            float heights = MathF.Sqrt(ratio), widths = 1 / heights;
            foreach (float size in sizes)
            {
                float width = widths * size, height = heights * size;
                cell[at] = MathF.Round(-width / 2);
                cell[at + 1] = MathF.Round(-height / 2);
                cell[at + 2] = MathF.Round(width / 2);
                cell[at + 3] = MathF.Round(height / 2);
                at += Boxes.Length;
            }
        }
        return cell;
    }

    private static void Positive(float[] numbers, string argument)
    {
        ArgumentNullException.ThrowIfNull(numbers, argument);
        if (numbers.Length == 0)
            throw new ArgumentException($"'{argument}' needs at least one number for each map.", argument);
        foreach (float number in numbers)
        {
            if (!(number > 0) || !float.IsFinite(number))
                throw new ArgumentException(
                    MessageText.Invariant($"'{argument}' needs finite numbers above 0, got {number}."), argument);
        }
    }
}
