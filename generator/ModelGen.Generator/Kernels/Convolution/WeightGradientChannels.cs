using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// dL/dW with vectors along the output channels: for a few input channels and taps at a time, sums broadcast inputs times vectors of dL/dy
/// over all pixels of all samples in registers, and stores each sum once. The result is packed [O/16][C][kh][kw][16], as the forward kernel
/// reads its weights.
/// </summary>
internal sealed record WeightGradientChannels(ConvolutionGeometry Geometry) : Kernel
{
    public override string Title =>
        Geometry.IsFullyConnected ? "LinearWeightGradient"
        : $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}WeightGradient";

    public override EquatableArray<string> Operands => ["x", "dy", "dw"];

    // Input channels, where there are many for each block of output channels, else those blocks; or groups.
    public override KernelUnits Division =>
        new(Geometry.Groups > 1 ? Geometry.Groups : SharesInputs ? Geometry.ChannelsPerGroup : Geometry.OutBlocks);

    private bool SharesInputs => Geometry.ChannelsPerGroup >= Layout.Block * Math.Min(4, Geometry.OutBlocks);

    public override IEnumerable<string> Describe()
    {
        yield return $"Weight gradient, {Geometry.Describe()}.";
        yield return "A tile of inputs × vectors of output channels stays in registers over all pixels and samples.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) =>
        VectorCode.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int blocksPerGroup = g.OutBlocks / g.Groups;
        InputTile tile = InputTile.Choose(set, g, blocksPerGroup * set.VectorsPerBlock());
        int blocks = Math.Max(1, tile.Vectors / set.VectorsPerBlock());
        int parts = Math.Max(1, set.VectorsPerBlock() / tile.Vectors);
        using (w.ForUnits("group", 0, g.Groups, 1, g.Groups > 1 ? Units : 1, out string group))
        {
            foreach (Stretch stretch in Stretch.Cut(blocksPerGroup, blocks, out bool severalBlocks))
            {
                using (w.ForUnits("b", stretch.Start, stretch.End, stretch.Size, g.Groups > 1 || SharesInputs ? 1
                    : Units, out string b, scoped: severalBlocks))
                using (w.For("part", 0, Layout.Block, Layout.Block / parts, out string part))
                using (w.ForUnits("c", 0, g.ChannelsPerGroup, tile.Channels, g.Groups == 1 && SharesInputs ? Units : 1, out string c))
                {
                    string block = Index.Sum(0, (group, blocksPerGroup), (b, 1));
                    foreach (Stretch rows in Stretch.Cut(g.Window.KernelHeight, tile.Rows, out bool severalRows))
                    {
                        using (w.For("ky", rows.Start, rows.End, rows.Size, out string ky, scoped: severalRows))
                        {
                            foreach (Stretch columns in Stretch.Cut(g.Window.KernelWidth, tile.Columns, out bool severalColumns))
                            {
                                using (w.For("kx", columns.Start, columns.End, columns.Size, out string kx, scoped: severalColumns))
                                {
                                    var at = new Position(block, part, Index.Sum(0, (group, g.ChannelsPerGroup), (c, 1)), c, ky, kx);
                                    TileBody(w, set, new InputTile(tile.Channels, rows.Size, columns.Size,
                                        stretch.Size * set.VectorsPerBlock() / parts), at);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private void TileBody(CodeWriter w, InstructionSet set, InputTile tile, Position at)
    {
        ConvolutionGeometry g = Geometry;
        (int rowStep, int columnStep) = (g.Window.DilationY * g.Input.RowStride, g.Window.DilationX * g.Input.PixelStride);
        string simd = set.Simd;
        w.Line($"// {tile.Channels} input channels × {tile.Rows}×{tile.Columns} taps × {tile.Vectors} vectors of output channels");
        List<(string Sum, int InputOffset, int WeightOffset)> taps = Taps(tile, rowStep, columnStep);
        foreach ((string sum, _, _) in taps)
        {
            for (int q = 0; q < tile.Vectors; q++)
                w.Line($"var {sum}_{q} = {set.Vector}.Zero;");
        }
        using (w.ForSamples())
        using (w.For("oy", 0, g.OutHeight, out string oy))
        {
            string pixel = Index.Sum(g.InputOrigin, ("n", g.Input.Length), ChannelOffset(at.Channel), (at.Row, rowStep),
                (at.Column, columnStep), (oy, g.Window.StrideY * g.Input.RowStride));
            string gradient = Index.Sum(
                g.IsFullyConnected ? 0 : g.Output.Origin, ("n", g.Output.Length), (at.Block, g.OutBlockStride), (at.Part, 1),
                    (oy, g.IsFullyConnected ? 0 : g.Output.RowStride));
            w.Line($"ref float pixel = {Index.Ref("x", pixel)};");
            w.Line($"ref float gradient = {Index.Ref("dy", gradient)};");
            using (w.For("ox", 0, g.OutWidth, out _))
            {
                for (int q = 0; q < tile.Vectors; q++)
                    w.Line($"var gradient{q} = {simd}.Load(ref gradient, {Offset(q, set, g.OutBlockStride)});");
                foreach ((string sum, int offset, _) in taps)
                {
                    string value = $"{simd}.Broadcast({Index.Element("pixel", offset)})";
                    if (tile.Vectors > 1)
                    {
                        w.Line($"var value{sum.Substring(3)} = {value};");
                        value = $"value{sum.Substring(3)}";
                    }
                    for (int q = 0; q < tile.Vectors; q++)
                        w.Line($"{sum}_{q} = {simd}.FusedMultiplyAdd({value}, gradient{q}, {sum}_{q});");
                }
                if (g.OutWidth > 1)
                {
                    w.Line($"pixel = ref Unsafe.Add(ref pixel, {g.Window.StrideX * g.Input.PixelStride});");
                    w.Line($"gradient = ref Unsafe.Add(ref gradient, {g.Output.PixelStride});");
                }
            }
        }
        int blockLength = g.Reduction * Layout.Block;
        string result = Index.Sum(
            0, (at.Block, blockLength), (at.Part, 1), (at.ChannelInGroup, g.Window.Taps * Layout.Block),
                (at.Row, g.Window.KernelWidth * Layout.Block), (at.Column, Layout.Block));
        w.Line($"ref float result = {Index.Ref("dw", result)};");
        foreach ((string sum, _, int weight) in taps)
        {
            for (int q = 0; q < tile.Vectors; q++)
                w.Line($"{simd}.Store({sum}_{q}, ref result, {weight + Offset(q, set, blockLength)});");
        }
    }

    // The taps of a tile: where each reads, from the tile's first input, and where its sum goes, from the tile's first weight.
    private List<(string Sum, int InputOffset, int WeightOffset)> Taps(InputTile tile, int rowStep, int columnStep)
    {
        ConvolutionGeometry g = Geometry;
        int channelStep = g.Input.ChannelStride;
        var taps = new List<(string, int, int)>();
        for (int c = 0; c < tile.Channels; c++)
        {
            for (int ky = 0; ky < tile.Rows; ky++)
            {
                for (int kx = 0; kx < tile.Columns; kx++)
                {
                    int weight = ((c * g.Window.KernelHeight + ky) * g.Window.KernelWidth + kx) * Layout.Block;
                    taps.Add(($"sum{taps.Count}", c * channelStep + ky * rowStep + kx * columnStep, weight));
                }
            }
        }
        return taps;
    }

    private (string, long) ChannelOffset(string channel)
    {
        Layout input = Geometry.Input;
        if (!input.HasBlocksApart)
            return (channel, input.ChannelStride);
        return Geometry.Groups * Geometry.ChannelsPerGroup <= Layout.Block
            ? (channel, 1)
            : ($"(({channel}) >> 4) * {input.PlaneStride} + (({channel}) & 15)", 1);
    }

    // Where a tile begins: C# text for output block and part of it, input channel (of all, and of its group), kernel row and column.
    private sealed record Position(string Block, string Part, string Channel, string ChannelInGroup, string Row, string Column);

    private static int Offset(int vector, InstructionSet set, int blockStride) =>
        vector / set.VectorsPerBlock() * blockStride + vector % set.VectorsPerBlock() * set.Width;
}

/// <summary>
/// Input channels, kernel rows and kernel columns whose products one tile of a weight gradient sums, and the vectors of output channels.
/// </summary>
internal readonly record struct InputTile(int Channels, int Rows, int Columns, int Vectors)
{
    /// <summary>
    /// The tile that takes the fewest steps, each of which costs its multiply-adds or its loads; see <see cref="RegisterTile.Choose"/>.
    /// </summary>
    public static InputTile Choose(InstructionSet set, ConvolutionGeometry g, int vectors)
    {
        InputTile best = new(1, 1, 1, 1);
        double bestCost = double.MaxValue;
        foreach (int q in Enumerable.Range(1, vectors).Where(q => q % set.VectorsPerBlock() == 0 || set.VectorsPerBlock() % q == 0))
        {
            foreach (int channels in ChannelTiles(g))
            {
                for (int rows = 1; rows <= g.Window.KernelHeight; rows++)
                {
                    for (int columns = 1; columns <= g.Window.KernelWidth; columns++)
                    {
                        int taps = channels * rows * columns;
                        if (taps * q + q + 1 > set.Registers)
                            break;
                        double steps = (double)g.ChannelsPerGroup / channels * Layout.DivideUp(g.Window.KernelHeight, rows)
                            * Layout.DivideUp(g.Window.KernelWidth, columns) * Layout.DivideUp(vectors, q);
                        double cost = steps * Math.Max(Processor.MultiplyAddsUnderWay, Math.Max(taps * q, taps + q));
                        if (cost < bestCost)
                            (best, bestCost) = (new InputTile(channels, rows, columns, q), cost);
                    }
                }
            }
        }
        return best;
    }

    // A tile's channels lie at equal distances, so in blocks they must not cross from one to the next; and no short tile is left over.
    private static IEnumerable<int> ChannelTiles(ConvolutionGeometry g)
    {
        bool inBlocks = g.Input.HasBlocksApart;
        for (int channels = 1; channels <= Math.Min(24, g.ChannelsPerGroup); channels++)
        {
            if (g.ChannelsPerGroup % channels == 0 && (!inBlocks || Layout.Block % channels == 0))
                yield return channels;
        }
    }
}
