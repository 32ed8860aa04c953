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
        int blocksPerGroup = g.OutBlocks / g.Groups;
        Tile tile = Tile.Choose(set, OverSamples ? g.Batch : g.OutWidth, blocksPerGroup * set.VectorsPerBlock, q => WholeBlocks(q, set));
        if (OverSamples)
        {
            ForBlocks(w, set, tile, blocksPerGroup, (group, block, part, vectors) => Samples(w, set, tile.Outer, group, block, part, vectors));
            if (!Epilogue.InRegisters)
                w.Line($"Elementwise.{Epilogue.Function}(ref y, ref y, (nint)samples * {g.Output.Length});");
            return;
        }
        using (w.ForSamples())
        {
            ForBlocks(w, set, tile, blocksPerGroup, (group, block, part, vectors) => Rows(w, set, tile.Outer, group, block, part, vectors));
            if (!Epilogue.InRegisters)
            {
                w.Line($"ref float stored = {Index.Ref("y", Index.Sum(0, ("n", g.Output.Length)))};");
                w.Line($"Elementwise.{Epilogue.Function}(ref stored, ref stored, {g.Output.Length});");
            }
        }
    }

    // Vectors of a tile make up whole blocks, or divide one.
    private static bool WholeBlocks(int vectors, InstructionSet set) =>
        vectors % set.VectorsPerBlock == 0 || set.VectorsPerBlock % vectors == 0;

    // Loops over output blocks, a few at a time, or over the parts of one block where vectors are short.
    private void ForBlocks(CodeWriter w, InstructionSet set, Tile tile, int blocksPerGroup, Action<string, string, string, int> body)
    {
        int blocks = Math.Max(1, tile.Vectors / set.VectorsPerBlock);
        int parts = Math.Max(1, set.VectorsPerBlock / tile.Vectors);
        using (w.For("group", 0, Geometry.Groups, out string group))
        {
            foreach (Stretch stretch in Stretch.Cut(blocksPerGroup, blocks, out bool several))
            {
                using (w.For("b", stretch.Start, stretch.End, stretch.Size, out string b, scoped: several))
                using (w.For("part", 0, Layout.Block, Layout.Block / parts, out string part))
                    body(group, Index.Sum(0, (group, blocksPerGroup), (b, 1)), part, stretch.Size * set.VectorsPerBlock / parts);
            }
        }
    }

    private void Rows(CodeWriter w, InstructionSet set, int largest, string group, string block, string part, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        using (w.For("oy", 0, g.OutHeight, out string oy))
        {
            foreach (Stretch stretch in Stretch.Cut(g.OutWidth, largest, out bool several))
            {
                using (w.For("ox", stretch.Start, stretch.End, stretch.Size, out string ox, scoped: several))
                {
                    w.Line($"// {stretch.Size} pixels × {vectors} vectors of output channels");
                    string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, GroupStride), (oy, g.Window.StrideY * g.Input.RowStride), (ox, g.Window.StrideX * g.Input.PixelStride));
                    string to = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (block, g.OutBlockStride), (part, 1), (oy, g.Output.RowStride), (ox, g.Output.PixelStride));
                    TileBody(w, set, stretch.Size, vectors, block, part, from, g.Window.StrideX * g.Input.PixelStride, to, g.Output.PixelStride);
                }
            }
        }
    }

    private void Samples(CodeWriter w, InstructionSet set, int pixels, string group, string block, string part, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        using (w.Braces())
        {
            w.Line("int n = 0;");
            foreach (int size in pixels > 1 ? new[] { pixels, 1 } : [1])
            {
                using (w.Block($"for (; n + {size} <= samples; n += {size})"))
                {
                    w.Line($"// {size} samples × {vectors} vectors of results");
                    string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, GroupStride));
                    string to = Index.Sum(g.IsFullyConnected ? 0 : g.Output.Origin, ("n", g.Output.Length), (block, g.OutBlockStride), (part, 1));
                    TileBody(w, set, size, vectors, block, part, from, g.Input.Length, to, g.Output.Length);
                }
            }
        }
    }

    // Floats from the first input channel of a group to that of the next.
    private int GroupStride => (Geometry.Input.IsBlocked ? Geometry.ChannelsPerGroup / Layout.Block : Geometry.ChannelsPerGroup) * Geometry.Input.PlaneStride;

    // Accumulates a tile over all input channels and taps, then stores it. The weights of the tile are read once, from front to back.
    private void TileBody(
        CodeWriter w, InstructionSet set, int pixels, int vectors, string block, string part, string from, int inputStep, string to, int outputStep)
    {
        int blockLength = Geometry.Reduction * Layout.Block;
        string simd = set.Simd;
        w.Line($"ref float image = {Index.Ref("x", from)};");
        w.Line($"ref float filter = {Index.Ref("weight", Index.Sum(0, (block, blockLength), (part, 1)))};");
        for (int q = 0; q < vectors; q++)
        {
            string start = Epilogue.HasBias
                ? $"{simd}.Load(ref bias, {Index.Sum(VectorOffset(q, set, Layout.Block), (block, Layout.Block), (part, 1))})"
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
                w.Line($"var value{p} = {simd}.Broadcast({Index.Element("pixel", p * inputStep)});");
                for (int q = 0; q < vectors; q++)
                    w.Line($"sum{p}_{q} = {simd}.FusedMultiplyAdd(value{p}, filter{q}, sum{p}_{q});");
            }
            w.Line($"filter = ref Unsafe.Add(ref filter, {Layout.Block});");
        });
        w.Line($"ref float result = {Index.Ref("y", to)};");
        for (int p = 0; p < pixels; p++)
        {
            for (int q = 0; q < vectors; q++)
                w.Line($"{simd}.Store({Epilogue.InRegister(set, $"sum{p}_{q}")}, ref result, {p * outputStep + VectorOffset(q, set, Geometry.OutBlockStride)});");
        }
    }

    private static int VectorOffset(int vector, InstructionSet set, int blockStride) =>
        vector / set.VectorsPerBlock * blockStride + vector % set.VectorsPerBlock * set.Width;
}
