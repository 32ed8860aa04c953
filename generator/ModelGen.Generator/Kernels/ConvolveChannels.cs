using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Convolution with vectors along the output channels: each input value is broadcast and multiplied by 16 filters at a time, and a tile of pixels × channels
/// stays in registers over all input channels and taps. Reads any layout, writes blocks. A fully connected layer is the case of one output pixel, where the
/// tile runs over the samples of the batch instead. Weights are packed [O/16][C][kh][kw][16].
/// </summary>
internal sealed record ConvolveChannels(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title => Geometry.IsFullyConnected ? "Linear" : $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}";

    public override EquatableArray<string> Operands => Epilogue.HasBias ? ["x", "weight", "bias", "y"] : ["x", "weight", "y"];

    private bool OverSamples => Geometry.OutHeight * Geometry.OutWidth == 1;

    public override IEnumerable<string> Describe()
    {
        string epilogue = (Epilogue.HasBias ? ", plus bias" : "") + (Epilogue.Activation.Length > 0 ? $", {Epilogue.Activation}" : "");
        yield return $"{(Geometry.IsFullyConnected ? "Fully connected" : "Convolution")} {Geometry.Describe()}{epilogue}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of output channels, {(OverSamples ? "tiles over samples" : "tiles along a row")}; {Geometry.Reduction} products a result.";
    }

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int pixels = OverSamples ? g.Batch : g.OutWidth;
        int blocksPerGroup = g.OutBlocks / g.Groups;
        Tile tile = Tile.Choose(set, pixels, blocksPerGroup * set.VectorsPerBlock, q => WholeBlocks(q, set));
        int blocks = Math.Max(1, tile.Vectors / set.VectorsPerBlock);
        int parts = Math.Max(1, set.VectorsPerBlock / tile.Vectors);
        if (OverSamples)
        {
            ForBlocks(w, blocksPerGroup, blocks, parts, set, count => Samples(w, set, tile.Outer, count));
            ActivateAll(w);
            return;
        }
        using (w.ForSamples())
        {
            ForBlocks(w, blocksPerGroup, blocks, parts, set, vectors => Rows(w, set, tile.Outer, vectors));
            if (!Epilogue.InRegisters)
                w.Line($"Elementwise.{Capital(Epilogue.Activation)}(ref Unsafe.Add(ref y, (nint)n * {g.Output.Length}), ref Unsafe.Add(ref y, (nint)n * {g.Output.Length}), {g.Output.Length});");
        }
    }

    // Vectors of a tile make up whole blocks, or divide one.
    private static bool WholeBlocks(int vectors, InstructionSet set) =>
        vectors % set.VectorsPerBlock == 0 || set.VectorsPerBlock % vectors == 0;

    // Loops over output blocks, a few at a time, or over the parts of one block where vectors are short.
    private void ForBlocks(CodeWriter w, int blocksPerGroup, int blocks, int parts, InstructionSet set, Action<int> body)
    {
        using (w.For("group", 0, Geometry.Groups))
        {
            foreach (Stretch stretch in Stretch.Cut(blocksPerGroup, blocks))
            {
                using (w.For("b", stretch.Start, stretch.End, stretch.Size))
                using (w.For("part", 0, Layout.Block, Layout.Block / parts))
                {
                    w.Line($"int block = group * {blocksPerGroup} + b;");
                    body(stretch.Size * set.VectorsPerBlock / parts);
                }
            }
        }
    }

    private void Rows(CodeWriter w, InstructionSet set, int largest, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        using (w.For("oy", 0, g.OutHeight))
        {
            foreach (Stretch stretch in Stretch.Cut(g.OutWidth, largest))
            {
                using (w.For("ox", stretch.Start, stretch.End, stretch.Size))
                {
                    w.Line($"// {stretch.Size} pixels × {vectors} vectors of output channels");
                    w.Line($"ref float image = ref Unsafe.Add(ref x, (nint)n * {g.Input.Length} + {g.InputOrigin} + {GroupOffset()}oy * {g.Window.StrideY * g.Input.RowStride} + ox * {g.Window.StrideX * g.Input.PixelStride});");
                    w.Line($"ref float result = ref Unsafe.Add(ref y, (nint)n * {g.Output.Length} + {g.Output.Origin} + block * {g.OutBlockStride} + part + oy * {g.Output.RowStride} + ox * {g.Output.PixelStride});");
                    TileBody(w, set, stretch.Size, vectors, g.Window.StrideX * g.Input.PixelStride, g.Output.PixelStride);
                }
            }
        }
    }

    private void Samples(CodeWriter w, InstructionSet set, int pixels, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        w.Line("int n = 0;");
        foreach (int size in pixels > 1 ? new[] { pixels, 1 } : [1])
        {
            using (w.Block($"for (; n + {size} <= samples; n += {size})"))
            {
                w.Line($"// {size} samples × {vectors} vectors of results");
                w.Line($"ref float image = ref Unsafe.Add(ref x, (nint)n * {g.Input.Length} + {g.InputOrigin}{(g.Groups > 1 ? " + " + GroupOffset() + "0" : "")});");
                w.Line($"ref float result = ref Unsafe.Add(ref y, (nint)n * {g.Output.Length} + {(g.IsFullyConnected ? 0 : g.Output.Origin)} + block * {g.OutBlockStride} + part);");
                TileBody(w, set, size, vectors, g.Input.Length, g.Output.Length);
            }
        }
    }

    private string GroupOffset()
    {
        if (Geometry.Groups == 1)
            return "";
        int planes = Geometry.Input.IsBlocked ? Geometry.ChannelsPerGroup / Layout.Block : Geometry.ChannelsPerGroup;
        return $"group * {planes * Geometry.Input.PlaneStride} + ";
    }

    // Accumulates a tile over all input channels and taps, then stores it. The weights of the tile are read once, from front to back.
    private void TileBody(CodeWriter w, InstructionSet set, int pixels, int vectors, int inputStep, int outputStep)
    {
        int blockLength = Geometry.Reduction * Layout.Block;
        string simd = set.Simd;
        w.Line($"ref float filter = ref Unsafe.Add(ref weight, (nint)block * {blockLength} + part);");
        for (int q = 0; q < vectors; q++)
        {
            string start = Epilogue.HasBias
                ? $"{simd}.Load(ref bias, block * {Layout.Block} + part + {VectorOffset(q, set, Layout.Block)})"
                : $"Vector{set.Bits}<float>.Zero";
            w.Line($"var sum0_{q} = {start};");
            for (int p = 1; p < pixels; p++)
                w.Line($"var sum{p}_{q} = sum0_{q};");
        }
        ReductionLoops.Emit(w, Geometry, () =>
        {
            for (int q = 0; q < vectors; q++)
                w.Line($"var filter{q} = {simd}.Load(ref filter, {VectorOffset(q, set, blockLength)});");
            for (int p = 0; p < pixels; p++)
            {
                w.Line($"var value{p} = {simd}.Broadcast(Unsafe.Add(ref pixel, {p * inputStep}));");
                for (int q = 0; q < vectors; q++)
                    w.Line($"sum{p}_{q} = {simd}.FusedMultiplyAdd(value{p}, filter{q}, sum{p}_{q});");
            }
            w.Line($"filter = ref Unsafe.Add(ref filter, {Layout.Block});");
        });
        for (int p = 0; p < pixels; p++)
        {
            for (int q = 0; q < vectors; q++)
            {
                string value = Epilogue.Activation == "relu" ? $"{simd}.Max(Vector{set.Bits}<float>.Zero, sum{p}_{q})" : $"sum{p}_{q}";
                w.Line($"{simd}.Store({value}, ref result, {p * outputStep + VectorOffset(q, set, Geometry.OutBlockStride)});");
            }
        }
    }

    private static int VectorOffset(int vector, InstructionSet set, int blockStride) =>
        vector / set.VectorsPerBlock * blockStride + vector % set.VectorsPerBlock * set.Width;

    // What is not done in registers runs over the stored results of all samples, which are small when there is one pixel a sample.
    private void ActivateAll(CodeWriter w)
    {
        if (!Epilogue.InRegisters)
            w.Line($"Elementwise.{Capital(Epilogue.Activation)}(ref y, ref y, (nint)samples * {Geometry.Output.Length});");
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word.Substring(1);
}
