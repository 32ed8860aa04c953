using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// 3×3 convolution of stride 1 by Winograd's F(m×m, 3×3): the patches of some tiles are transformed, (m + 2)² matrix products follow, and their sums are transformed to m×m results
/// each, with bias and activation. Tiles are taken a group at a time, so that what lies between stays in the cache; the products use the register tiles of
/// 1×1 convolution. Reads and writes blocks.
/// </summary>
/// <param name="TileSize">m, 4 or 2.</param>
internal sealed record WinogradConvolution(ConvolutionGeometry Geometry, Epilogue Epilogue, int TileSize) : Kernel
{
    // As the runtime's Winograd.BufferLength.
    private const int BufferLength = 2 * 36 * Layout.Block;

    // As the runtime's Winograd.Gap.
    private const int Gap = 16;

    // Floats of transformed patches and sums that may lie between the stages.
    private const int GroupFloats = 200_000;

    public override string Title => "Winograd";

    public override EquatableArray<string> Operands => Epilogue.HasBias ? ["x", "weight", "bias", "y", "scratch"] : ["x", "weight", "y", "scratch"];

    // Threads share groups of tiles, or, where these are few, output channels; all of them transform the patches then.
    public override int MostUnits => !SharesTiles ? Geometry.OutBlocks : Epilogue.InRegisters ? Groups : 1;

    private bool SharesTiles => Groups >= 4;

    public override bool StaysInside => Epilogue.InRegisters;

    public override int Scratch => BufferLength + Points * (PatchPlane + SumPlane);

    // Matrix products.
    private int Points => (TileSize + 2) * (TileSize + 2);

    private int InBlocks => Layout.DivideUp(Geometry.ChannelsPerGroup, Layout.Block);

    private int TilesInAll => Layout.DivideUp(Geometry.OutHeight, TileSize) * Layout.DivideUp(Geometry.OutWidth, TileSize);

    // As many tiles as leave what lies between the stages in the second cache, but so many that it is read as often as the filters, which come from the third.
    private int Groups
    {
        get
        {
            double channels = Layout.Block * (InBlocks + Geometry.OutBlocks);
            double balanced = Layout.Block * InBlocks * Layout.Block * Geometry.OutBlocks / (2 * channels);
            return Math.Max(1, (int)Math.Round(TilesInAll / Math.Max(balanced, GroupFloats / (Points * channels))));
        }
    }

    // Tiles of a group.
    private int Tiles => Layout.DivideUp(TilesInAll, Groups);

    /// <summary>
    /// The m with which this is faster than <see cref="ConvolveChannels"/>; null where neither is, or the layer is not one that this can do. Compares cycles of a core with two
    /// multiply-adds of 512 bits: multiply-adds, the transforms, as measured, and what it takes to fetch the filters, up to four times as many, from memory, which goes on meanwhile.
    /// </summary>
    public static int? BestTile(Shape filters, Shape output, AttributeMap attributes)
    {
        if (filters[2] != 3 || filters[3] != 3 || attributes.Int("groups") != 1 || attributes.Ints("stride").Any(s => s != 1) || attributes.Ints("dilation").Any(d => d != 1))
            return null;
        if (ConvolutionChoice.Prefers(filters, output, groups: 1, strideX: 1) != LayoutPreference.Blocked)
            return null;
        const double ProductsPerCycle = 32;
        const double BytesPerCycle = 6;
        const double TransformCyclesPerPoint = 4.5;
        (double inBlocks, double outBlocks) = (Layout.DivideUp(filters[1], Layout.Block), Layout.DivideUp(filters[0], Layout.Block));
        double weights = filters[1] * outBlocks * Layout.Block;
        double direct = Cycles(output[1] * output[2], 9, 0);
        (double four, double two) = (Winograd(4), Winograd(2));
        return Math.Min(four, two) > 0.9 * direct ? null : four <= two ? 4 : 2;

        double Winograd(int size)
        {
            int tiles = Layout.DivideUp(output[1], size) * Layout.DivideUp(output[2], size);
            int points = (size + 2) * (size + 2);
            return Cycles(tiles, points, tiles * (inBlocks + outBlocks) * points * TransformCyclesPerPoint);
        }

        double Cycles(int columns, int points, double transforms) =>
            Math.Max(columns * points * weights / ProductsPerCycle + transforms, points * sizeof(float) * weights / BytesPerCycle);
    }

    public override IEnumerable<string> Describe()
    {
        string epilogue = (Epilogue.HasBias ? ", plus bias" : "") + (Epilogue.Activation.Length > 0 ? $", {Epilogue.Activation}" : "");
        yield return $"Convolution {Geometry.Describe()}{epilogue}, by Winograd's F({TileSize}×{TileSize}, 3×3).";
        yield return $"{Geometry.Input} to {Geometry.Output}; {Groups} × {Tiles} tiles.";
    }

    public override void Emit(CodeWriter writer, string method, Tiles tiles) => InstructionSet.EmitGeneric(writer, this, method, () =>
    {
        ConvolutionGeometry g = Geometry;
        writer.Line($"var images = {Images()};");
        writer.Line($"var shape = {Shape()};");
        writer.Line($"ref float patches = ref Unsafe.Add(ref scratch, {BufferLength});");
        writer.Line($"ref float sums = ref Unsafe.Add(ref patches, {Points * PatchPlane});");
        (string firstBlock, string endBlock) = Units > 1 && !SharesTiles
            ? (UnitRange.Parameters.First, UnitRange.Parameters.End)
            : ("0", g.OutBlocks.ToString(CultureInfo.InvariantCulture));
        using (writer.ForSamples())
        {
            using (Tiled(writer, out string first))
                Stages(writer, tiles, first, firstBlock, endBlock);
            if (Epilogue.InRegisters)
                return;
            writer.Line($"ref float stored = {Index.Ref("y", Index.Sum(0, ("n", g.Output.Length), (firstBlock, g.Output.PlaneStride)))};");
            writer.Line($"Elementwise.{Epilogue.Function}(ref stored, ref stored, ({endBlock} - {firstBlock}) * {g.Output.PlaneStride});");
        }
    });

    // Patches, products, results of one group of tiles.
    private void Stages(CodeWriter writer, Tiles tiles, string first, string firstBlock, string endBlock)
    {
        ConvolutionGeometry g = Geometry;
        writer.Line($"Winograd.TransformInput<S, V, Winograd{TileSize}>({Index.Ref("x", Index.Sum(g.Input.Origin, ("n", g.Input.Length)))}, ref patches, ref scratch, images, {first});");
        using (writer.Block($"for (int point = 0; point < {Points}; point++)"))
            InstructionSet.ByWidth(writer, InstructionSet.All, (part, set) => Product(part, set, tiles));
        string bias = Epilogue.HasBias ? "ref bias" : "ref Unsafe.NullRef<float>()";
        string y = Index.Ref("y", Index.Sum(g.Output.Origin, ("n", g.Output.Length)));
        writer.Line($"Winograd.TransformOutput<S, V, Winograd{TileSize}>(ref sums, {bias}, {y}, ref scratch, images, {firstBlock}, {endBlock}, {first});");
    }

    // The loop over groups of tiles, or those of them that are this thread's.
    private CodeWriter.Scope Tiled(CodeWriter w, out string first)
    {
        if (Units == 1 || !SharesTiles)
            return w.For("tile", 0, Groups * Tiles, Tiles, out first);
        first = "tile";
        return w.Block($"for (int tile = {UnitRange.Parameters.First} * {Tiles}; tile < {UnitRange.Parameters.End} * {Tiles}; tile += {Tiles})");
    }

    // Floats of one point's patches, sums and filters.
    private int PatchPlane => InBlocks * Tiles * Layout.Block + Gap;

    private int SumPlane => Geometry.OutBlocks * Tiles * Layout.Block + Gap;

    private int FilterBlock => Geometry.ChannelsPerGroup * Layout.Block;

    // The product of one point: filters a panel at a time, which stays in the innermost cache for all tiles.
    private void Product(CodeWriter w, InstructionSet set, Tiles tiles)
    {
        ConvolutionGeometry g = Geometry;
        Tile tile = Tile.Choose(set, Tiles, g.OutBlocks * set.VectorsPerBlock, q => q % set.VectorsPerBlock == 0 || set.VectorsPerBlock % q == 0);
        if (tile.Vectors < set.VectorsPerBlock)
        {
            bool isRange = Units > 1 && !SharesTiles;
            string o = "o";
            using (isRange
                ? w.Block($"for (int o = {UnitRange.Parameters.First} * {Layout.Block}; o < {UnitRange.Parameters.End} * {Layout.Block}; o += {tile.Vectors * set.Width})")
                : w.For("o", 0, g.OutBlocks * Layout.Block, tile.Vectors * set.Width, out o))
            {
                w.Line($"int block = {o} >> 4, lane = {o} & 15;");
                Panel(w, set, tiles, tile.Outer, tile.Vectors, "block", "lane");
            }
            return;
        }
        int panel = tile.Vectors / set.VectorsPerBlock;
        if (Units > 1 && !SharesTiles)
        {
            // Whole panels, then what is left of the thread's range, block by block.
            w.Line($"int block = {UnitRange.Parameters.First};");
            foreach (int size in panel > 1 ? new[] { panel, 1 } : [1])
            {
                using (w.Block($"for (; block + {size} <= {UnitRange.Parameters.End}; block += {size})"))
                    Panel(w, set, tiles, tile.Outer, size * set.VectorsPerBlock, "block", "0");
            }
            return;
        }
        foreach (Stretch stretch in Stretch.Cut(g.OutBlocks, panel, out bool several))
        {
            using (w.For("block", stretch.Start, stretch.End, stretch.Size, out string block, scoped: several))
                Panel(w, set, tiles, tile.Outer, stretch.Size * set.VectorsPerBlock, block, "0");
        }
    }

    // While a panel is multiplied, the next one, which lies behind it, is fetched.
    private void Panel(CodeWriter w, InstructionSet set, Tiles tiles, int largest, int vectors, string block, string lane)
    {
        int blocks = Math.Max(1, vectors * set.Width / Layout.Block);
        IReadOnlyList<Stretch> cut = Stretch.Cut(Tiles, largest);
        int lines = Layout.DivideUp(blocks, cut.Sum(c => c.Count));
        w.Line($"ref float panel = {Index.Ref("weight", Index.Sum(0, ("point", Geometry.OutBlocks * FilterBlock), (block, FilterBlock), (lane, 1)))};");
        w.Line($"ref float ahead = {Index.Ref("panel", Index.Sum(blocks * FilterBlock, (lane, -1)))};");
        foreach (Stretch pixels in cut)
        {
            using (w.For("t", pixels.Start, pixels.End, pixels.Size, out string t, scoped: true))
            {
                string from = Index.Ref("patches", Index.Sum(0, ("point", PatchPlane), (t, Layout.Block)));
                string to = Index.Ref("sums", Index.Sum(0, ("point", SumPlane), (block, Tiles * Layout.Block), (lane, 1), (t, Layout.Block)));
                w.Line($"{tiles.MethodOf(new ProductTile(pixels.Size, vectors, lines))}<S, V>({from}, ref panel, ref ahead, {to}, in shape);");
                w.Line($"ahead = ref Unsafe.Add(ref ahead, {lines * FilterBlock});");
            }
        }
    }

    private string Images()
    {
        ConvolutionGeometry g = Geometry;
        return $"new WinogradShape(Height: {g.Input.Height}, Width: {g.Input.Width}, Blocks: {InBlocks}, Plane: {g.Input.PlaneStride}, Row: {g.Input.RowStride}, "
            + $"Top: {g.Window.Padding.Top}, Left: {g.Window.Padding.Left}, OutHeight: {g.OutHeight}, OutWidth: {g.OutWidth}, "
            + $"OutBlocks: {g.OutBlocks}, OutPlane: {g.Output.PlaneStride}, OutRow: {g.Output.RowStride}, TileSize: {TileSize}, Tiles: {Tiles}{Epilogue.Bounds})";
    }

    private string Shape() =>
        $"new TileShape(Channels: 1, Lanes: 1, LaneStep: 0, BlockStep: 0, Taps: {Geometry.ChannelsPerGroup}, Columns: {Math.Min(Layout.Block, Geometry.ChannelsPerGroup)}, ColumnStep: 1, "
        + $"RowStep: {Tiles * Layout.Block}, FilterStep: {FilterBlock}, Ahead: 0, ResultStep: {Tiles * Layout.Block})";
}
