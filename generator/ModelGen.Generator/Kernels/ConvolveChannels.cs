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

    // Each sample of a tile takes a register for its distance.
    private const int MostSamples = 4;

    private bool OverSamples => Geometry.OutHeight * Geometry.OutWidth == 1;

    public override IEnumerable<string> Describe()
    {
        string epilogue = (Epilogue.HasBias ? ", plus bias" : "") + (Epilogue.Activation.Length > 0 ? $", {Epilogue.Activation}" : "");
        yield return $"{(Geometry.IsFullyConnected ? "Fully connected" : "Convolution")} {Geometry.Describe()}{epilogue}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of output channels, {(OverSamples ? "tiles over samples" : "tiles along a row")}; {Geometry.Reduction} products a result.";
    }

    public override void Emit(CodeWriter writer, string method, Tiles tiles) => InstructionSet.EmitForAll(writer, this, method, set => Body(writer, set, tiles), Shape());

    private void Body(CodeWriter w, InstructionSet set, Tiles tiles)
    {
        ConvolutionGeometry g = Geometry;
        int blocksPerGroup = g.OutBlocks / g.Groups;
        Tile tile = Tile.Choose(set, OverSamples ? Math.Min(g.Batch, MostSamples) : g.OutWidth, blocksPerGroup * set.VectorsPerBlock, q => WholeBlocks(q, set));
        if (OverSamples)
        {
            ForBlocks(w, set, tile, blocksPerGroup, (group, block, part, vectors) => Samples(w, set, tiles, tile.Outer, group, block, part, vectors));
            if (!Epilogue.InRegisters)
                w.Line($"Elementwise.{Epilogue.Function}(ref y, ref y, (nint)samples * {g.Output.Length});");
            return;
        }
        using (w.ForSamples())
        {
            ForBlocks(w, set, tile, blocksPerGroup, (group, block, part, vectors) => Rows(w, set, tiles, tile.Outer, group, block, part, vectors));
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

    private void Rows(CodeWriter w, InstructionSet set, Tiles tiles, int largest, string group, string block, string part, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        using (w.For("oy", 0, g.OutHeight, out string oy))
        {
            foreach (Stretch stretch in Stretch.Cut(g.OutWidth, largest, out _))
            {
                using (w.For("ox", stretch.Start, stretch.End, stretch.Size, out string ox))
                {
                    string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, GroupStride), (oy, g.Window.StrideY * g.Input.RowStride), (ox, g.Window.StrideX * g.Input.PixelStride));
                    string to = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (block, g.OutBlockStride), (part, 1), (oy, g.Output.RowStride), (ox, g.Output.PixelStride));
                    var shape = new ChannelTile(set, stretch.Size, vectors, g.Window.StrideX * g.Input.PixelStride, g.Output.PixelStride, g.Window.Taps > 1, Epilogue.HasBias);
                    RunTile(w, tiles.MethodOf(shape), block, part, from, to);
                }
            }
        }
    }

    private void Samples(CodeWriter w, InstructionSet set, Tiles tiles, int pixels, string group, string block, string part, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        using (w.Braces())
        {
            w.Line("int n = 0;");
            foreach (int size in pixels > 1 ? new[] { pixels, 1 } : [1])
            {
                using (w.Block($"for (; n + {size} <= samples; n += {size})"))
                {
                    string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, GroupStride));
                    string to = Index.Sum(g.IsFullyConnected ? 0 : g.Output.Origin, ("n", g.Output.Length), (block, g.OutBlockStride), (part, 1));
                    var shape = new ChannelTile(set, size, vectors, InputStep: 0, ResultStep: 0, g.Window.Taps > 1, Epilogue.HasBias);
                    RunTile(w, tiles.MethodOf(shape), block, part, from, to);
                }
            }
        }
    }

    // Floats from the first input channel of a group to that of the next.
    private int GroupStride => (Geometry.Input.IsBlocked ? Geometry.ChannelsPerGroup / Layout.Block : Geometry.ChannelsPerGroup) * Geometry.Input.PlaneStride;

    private void RunTile(CodeWriter w, string method, string block, string part, string from, string to)
    {
        string filter = Index.Ref("weight", Index.Sum(0, (block, Geometry.Reduction * Layout.Block), (part, 1)));
        string bias = Epilogue.HasBias ? Index.Ref("bias", Index.Sum(0, (block, Layout.Block), (part, 1))) : "ref weight";
        w.Line($"{method}({Index.Ref("x", from)}, {filter}, {bias}, {Index.Ref("y", to)}, in shape);");
    }

    private string Shape()
    {
        ConvolutionGeometry g = Geometry;
        Layout input = g.Input;
        bool acrossBlocks = input.IsBlocked && input.PlaneStride != Layout.Block && g.ChannelsPerGroup > Layout.Block;
        int lanes = acrossBlocks ? Layout.Block : g.ChannelsPerGroup;
        int laneStep = input.IsBlocked ? 1 : input.PlaneStride;
        return $"new TileShape(Channels: {g.ChannelsPerGroup}, Lanes: {lanes}, LaneStep: {laneStep}, BlockStep: {(acrossBlocks ? input.PlaneStride : 0)}, "
            + $"KernelHeight: {g.Window.KernelHeight}, RowStep: {g.Window.DilationY * input.RowStride}, "
            + $"KernelWidth: {g.Window.KernelWidth}, ColumnStep: {g.Window.DilationX * input.PixelStride}, "
            + $"FilterStep: {g.Reduction * Layout.Block}, ResultStep: {g.OutBlockStride}, InputSample: {input.Length}, ResultSample: {g.Output.Length}"
            + (Epilogue.Activation == "relu" ? ", Floor: 0f)" : ")");
    }
}
