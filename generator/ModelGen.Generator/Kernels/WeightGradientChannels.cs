using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// dL/dW with vectors along the output channels: for a few input channels and taps at a time, sums broadcast inputs times vectors of dL/dy over all pixels of
/// all samples in registers, and stores each sum once. The result is packed [O/16][C][kh][kw][16], as the forward kernel reads its weights.
/// </summary>
internal sealed record WeightGradientChannels(ConvolutionGeometry Geometry) : Kernel
{
    public override string Title => Geometry.IsFullyConnected ? "LinearWeightGradient" : $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}WeightGradient";

    public override EquatableArray<string> Operands => ["x", "dy", "dw"];

    public override IEnumerable<string> Describe()
    {
        yield return $"Weight gradient, {Geometry.Describe()}.";
        yield return "A tile of inputs × vectors of output channels stays in registers over all pixels and samples.";
    }

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int blocksPerGroup = g.OutBlocks / g.Groups;
        InputTile tile = InputTile.Choose(set, g, blocksPerGroup * set.VectorsPerBlock);
        int blocks = Math.Max(1, tile.Vectors / set.VectorsPerBlock);
        int parts = Math.Max(1, set.VectorsPerBlock / tile.Vectors);
        using (w.For("group", 0, g.Groups))
        {
            foreach (Stretch block in Stretch.Cut(blocksPerGroup, blocks))
            {
                using (w.For("b", block.Start, block.End, block.Size))
                using (w.For("part", 0, Layout.Block, Layout.Block / parts))
                using (w.For("c", 0, g.ChannelsPerGroup, tile.Channels))
                {
                    w.Line($"int block = group * {blocksPerGroup} + b;");
                    foreach (Stretch rows in Stretch.Cut(g.Window.KernelHeight, tile.Rows))
                    {
                        using (w.For("ky", rows.Start, rows.End, rows.Size))
                        {
                            foreach (Stretch columns in Stretch.Cut(g.Window.KernelWidth, tile.Columns))
                            {
                                using (w.For("kx", columns.Start, columns.End, columns.Size))
                                    TileBody(w, set, tile.Channels, rows.Size, columns.Size, block.Size * set.VectorsPerBlock / parts);
                            }
                        }
                    }
                }
            }
        }
    }

    private void TileBody(CodeWriter w, InstructionSet set, int channels, int rows, int columns, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        (int rowStep, int columnStep) = (g.Window.DilationY * g.Input.RowStride, g.Window.DilationX * g.Input.PixelStride);
        string simd = set.Simd;
        w.Line($"// {channels} input channels × {rows}×{columns} taps × {vectors} vectors of output channels");
        var taps = new List<(string Name, int InputOffset, int WeightOffset)>();
        for (int c = 0; c < channels; c++)
        {
            for (int ky = 0; ky < rows; ky++)
            {
                for (int kx = 0; kx < columns; kx++)
                {
                    int channelStep = g.Input.IsBlocked ? 1 : g.Input.PlaneStride;
                    int weight = ((c * g.Window.KernelHeight + ky) * g.Window.KernelWidth + kx) * Layout.Block;
                    taps.Add(($"sum{taps.Count}", c * channelStep + ky * rowStep + kx * columnStep, weight));
                }
            }
        }
        foreach ((string name, _, _) in taps)
        {
            for (int q = 0; q < vectors; q++)
                w.Line($"var {name}_{q} = Vector{set.Bits}<float>.Zero;");
        }
        string input = $"{g.InputOrigin} + {ChannelOffset()} + ky * {rowStep} + kx * {columnStep}";
        using (w.ForSamples())
        using (w.For("oy", 0, g.OutHeight))
        {
            w.Line($"ref float pixel = ref Unsafe.Add(ref x, (nint)n * {g.Input.Length} + {input} + oy * {g.Window.StrideY * g.Input.RowStride});");
            string row = g.IsFullyConnected ? "" : $" + {g.Output.Origin} + oy * {g.Output.RowStride}";
            w.Line($"ref float gradient = ref Unsafe.Add(ref dy, (nint)n * {g.Output.Length} + block * {g.OutBlockStride} + part{row});");
            using (w.For("ox", 0, g.OutWidth))
            {
                for (int q = 0; q < vectors; q++)
                    w.Line($"var gradient{q} = {simd}.Load(ref gradient, {Offset(q, set, g.OutBlockStride)});");
                foreach ((string name, int offset, _) in taps)
                {
                    using (w.Braces())
                    {
                        w.Line($"var value = {simd}.Broadcast(Unsafe.Add(ref pixel, {offset}));");
                        for (int q = 0; q < vectors; q++)
                            w.Line($"{name}_{q} = {simd}.FusedMultiplyAdd(value, gradient{q}, {name}_{q});");
                    }
                }
                if (g.OutWidth > 1)
                {
                    w.Line($"pixel = ref Unsafe.Add(ref pixel, {g.Window.StrideX * g.Input.PixelStride});");
                    w.Line($"gradient = ref Unsafe.Add(ref gradient, {g.Output.PixelStride});");
                }
            }
        }
        int blockLength = g.Reduction * Layout.Block;
        w.Line($"ref float result = ref Unsafe.Add(ref dw, (nint)block * {blockLength} + part + ((c * {g.Window.KernelHeight} + ky) * {g.Window.KernelWidth} + kx) * {Layout.Block});");
        foreach ((string name, _, int weight) in taps)
        {
            for (int q = 0; q < vectors; q++)
                w.Line($"{simd}.Store({name}_{q}, ref result, {weight + Offset(q, set, blockLength)});");
        }
    }

    private string ChannelOffset()
    {
        Layout input = Geometry.Input;
        if (!input.IsBlocked || input.PlaneStride == Layout.Block)
        {
            int step = input.IsBlocked ? 1 : input.PlaneStride;
            return $"(group * {Geometry.ChannelsPerGroup} + c) * {step}";
        }
        return $"((group * {Geometry.ChannelsPerGroup} + c) >> 4) * {input.PlaneStride} + ((group * {Geometry.ChannelsPerGroup} + c) & 15)";
    }

    private static int Offset(int vector, InstructionSet set, int blockStride) =>
        vector / set.VectorsPerBlock * blockStride + vector % set.VectorsPerBlock * set.Width;
}

/// <summary>Input channels, kernel rows and kernel columns whose products one tile of a weight gradient sums, and the vectors of output channels.</summary>
internal readonly record struct InputTile(int Channels, int Rows, int Columns, int Vectors)
{
    /// <summary>The tile that takes the fewest steps, each of which costs its multiply-adds or its loads; see <see cref="Tile.Choose"/>.</summary>
    public static InputTile Choose(InstructionSet set, ConvolutionGeometry g, int vectors)
    {
        const int Latency = 8;
        InputTile best = new(1, 1, 1, 1);
        double bestCost = double.MaxValue;
        foreach (int q in Enumerable.Range(1, vectors).Where(q => q % set.VectorsPerBlock == 0 || set.VectorsPerBlock % q == 0))
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
                        double cost = steps * Math.Max(Latency, Math.Max(taps * q, taps + q));
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
        bool inBlocks = g.Input.IsBlocked && g.Input.PlaneStride != Layout.Block;
        for (int channels = 1; channels <= Math.Min(24, g.ChannelsPerGroup); channels++)
        {
            if (g.ChannelsPerGroup % channels == 0 && (!inBlocks || Layout.Block % channels == 0))
                yield return channels;
        }
    }
}
