using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Convolution with vectors along the output channels: each input value is broadcast and multiplied by 16 filters at a time, and a tile of
/// pixels × channels stays in registers over all input channels and taps. Reads any layout, writes blocks. A fully connected layer is the
/// case of one output pixel, where the tile runs over the samples of the batch instead. Weights are packed [O/16][C][kh][kw][16].
/// </summary>
internal sealed record ConvolveChannels(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title =>
        Geometry.IsFullyConnected ? "Linear" : $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}";

    public override string Algorithm => Geometry.IsFullyConnected ? "fully connected" : $"direct {Geometry.Window.Size}";

    public override EquatableArray<string> Operands => Geometry.OperandsWith(Epilogue);

    // Each sample of a tile takes a register for its distance.
    private const int MostSamples = 4;

    private bool OverSamples => Geometry.OutHeight * Geometry.OutWidth == 1;

    // What threads divide. Each reads all weights for its rows, or all of the image for its output channels. Rows, if there are enough of
    // them, while the image is larger or there is enough to do with each weight for the weights to be in time: what a thread reads of the
    // image is then what it wrote the step before, which is in its core's cache. Of channels a unit is a block, or a group, and a tile of
    // several blocks belongs to whoever has the first.
    public override KernelUnits Division
    {
        get
        {
            const int EnoughRows = 8, EnoughPixels = 128;
            ConvolutionGeometry g = Geometry;
            int rows = OverSamples ? 1 : InLongRows().OutHeight;
            bool imageIsLarger = (long)g.Input.Length + g.Output.Length >= (long)g.OutChannels * g.Reduction;
            bool dividesRows = rows > Channels
                || (rows >= EnoughRows && (imageIsLarger || g.OutHeight * g.OutWidth >= EnoughPixels));
            return dividesRows
                ? new(rows, g.OutHeight / rows, ReadsOwnRows: g.Window is { Taps: 1, StrideY: 1, Padding.IsNone: true }) : new(Channels);
        }
    }

    private bool DividesRows => RowsOfUnit > 0;

    private int Channels => Geometry.Groups > 1 ? Geometry.Groups : Geometry.OutBlocks;

    public override EquatableArray<int> InPlaceOperands => Geometry.InPlaceOperandsWith(Epilogue);

    public override HaloEffect HaloEffect => Epilogue.InRegisters ? HaloEffect.Keeps : HaloEffect.Spoils;

    public override IEnumerable<string> Describe()
    {
        yield return $"{(Geometry.IsFullyConnected ? "Fully connected" : "Convolution")} {Geometry.Describe()}{Epilogue.Describe()}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of output channels, "
            + $"{(OverSamples ? "tiles over samples" : "tiles along a row")}; {Geometry.Reduction} products a "
            + $"result{(Geometry.Residual is { } residual ? $", plus {residual}" : "")}.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        writer.Line($"var shape = {Shape()};");
        ConvolutionGeometry rows = OverSamples ? Geometry : InLongRows();
        VectorCode.ByInstructionSet(writer, InstructionSet.All, (part, set) => Body(part, rows, set, tiles));
    });

    private void Body(CodeWriter w, ConvolutionGeometry g, InstructionSet set, TileMethods tiles)
    {
        if (OverSamples)
        {
            ForChannels(w, g, set, (group, channel, shapes) => Samples(w, tiles, group, channel, shapes[set.Index]));
            if (!Epilogue.InRegisters && Units == 1)
            {
                w.Line($"Elementwise.{Epilogue.Function}(ref y, ref y, (nint)samples * {g.Output.Length});");
            }
            else if (!Epilogue.InRegisters)
            {
                using (w.ForSamples())
                    Activate(w, g, set);
            }
            return;
        }
        using (w.ForSamples())
        {
            ForChannels(w, g, set, (group, channel, shapes) => Rows(w, g, tiles, group, channel, shapes));
            if (!Epilogue.InRegisters)
                Activate(w, g, set);
        }
    }

    // The activation on what the units of this call have stored of a sample.
    private void Activate(CodeWriter w, ConvolutionGeometry g, InstructionSet set)
    {
        int planeStride = g.OutBlockStride;
        if (Units == 1)
        {
            On("0", $"{g.Output.Length}");
            return;
        }
        if (DividesRows)
        {
            using (w.For("plane", 0, g.OutBlocks, out string plane))
            {
                string first = Index.Sum(g.Output.Origin, (plane, planeStride), ("firstUnit", g.Output.RowStride));
                // From the first pixel to the last: the halos between rows are this call's own.
                int gap = g.Output.RowStride - g.OutWidth * g.Output.PixelStride;
                On(first, gap == 0 ? $"(endUnit - firstUnit) * {g.Output.RowStride}"
                    : $"Math.Max(0, (endUnit - firstUnit) * {g.Output.RowStride} - {gap})");
            }
            return;
        }
        int unit = Geometry.OutBlocks / Channels;
        foreach (ChannelCut cut in Geometry.Groups > 1 ? [new ChannelCut(0, g.OutBlocks * Layout.Block, default)] : CutChannels(set, g))
        {
            int step = Math.Max(Layout.Block, cut.Shape.Vectors * set.Width) / Layout.Block;
            (int from, int to) = (cut.From / Layout.Block, cut.To / Layout.Block);
            using (w.Braces())
            {
                w.Line($"int first = {First("firstUnit")}, end = Math.Min({to}, {First("endUnit")});");
                using (w.Block("if (first < end)"))
                    On(Index.Sum(0, ("first", planeStride)), $"(end - first) * {planeStride}");
            }

            string First(string range) =>
                step == 1 ? $"Math.Max({from}, {Index.Sum(0, (range, unit))})" : $"Units.First({from}, {step}, {range})";
        }

        void On(string offset, string length)
        {
            w.Line($"ref float stored = {Index.Ref("y", Index.Sum(0, ("n", g.Output.Length), (offset, 1)))};");
            w.Line($"Elementwise.{Epilogue.Function}(ref stored, ref stored, {length});");
        }
    }

    // One sample of a fully connected layer: weights are read once, and memory gives a few streams of them faster than one, or as many as
    // registers would hold sums.
    private bool IsMatrixTimesVector => Geometry.IsFullyConnected && Geometry.Batch == 1;

    private int OutChannelsPerGroup => Geometry.OutBlocks / Geometry.Groups * Layout.Block;

    // Vectors of a tile make up whole blocks, or divide one.
    private RegisterTile ChooseTile(InstructionSet set, int pixels) =>
        RegisterTile.Choose(set, pixels, OutChannelsPerGroup / set.Width, q => q % set.VectorsPerBlock(
            ) == 0 || set.VectorsPerBlock() % q == 0);

    // Pixels of a 1×1 convolution without strides and halos lie one behind the other, so rows may be of any length. As long as short ones
    // cost many more tiles, and with them readings of the weights, rows are put together; no further, because rows are also what work is
    // divided by.
    private ConvolutionGeometry InLongRows()
    {
        ConvolutionGeometry g = Geometry;
        if (g.Window.Taps > 1 || g.Window.StrideY * g.Window.StrideX > 1 || !g.Window.Padding.IsNone || !g.Input.Halo.IsNone
            || !g.Output.Halo.IsNone || g.Residual is { Halo.IsNone: false })
            return g;
        int pixels = g.OutHeight * g.OutWidth;
        int largest = ChooseTile(InstructionSet.All[0], pixels).Outer;
        int rows = Enumerable.Range(1, g.OutHeight).Last(r => g.OutHeight % r == 0
            && r * Layout.DivideUp(pixels / r, largest) * 10 <= Layout.DivideUp(pixels, largest) * 11);
        return g with { Input = InRows(g.Input), Output = InRows(g.Output), Residual = g.Residual is { } residual
            ? InRows(residual) : null };

        Layout InRows(Layout image) => image with { Dims = Graphs.Shape.Of(image.Channels, rows, pixels / rows) };
    }

    // Loops over groups and output channels, as many at a time as a tile has: whole blocks of 16, or parts of one where vectors are short.
    // The body gets the group, the first channel, and the tile of each instruction set that comes by.
    private void ForChannels(CodeWriter w, ConvolutionGeometry g, InstructionSet set, Action<string, Channel, RegisterTile[]> body)
    {
        List<IReadOnlyList<ChannelCut>> cuts = [.. InstructionSet.All.Select(s => CutChannels(s, g))];
        bool alike = cuts.All(c => c.Count == 1);
        using (w.ForUnits("group", 0, g.Groups, 1, DividesRows || g.Groups == 1 ? 1 : Units, out string group))
        {
            foreach (ChannelCut cut in cuts[set.Index])
            {
                RegisterTile[] shapes = [.. cuts.Select((c, i) => alike ? c[0].Shape : i == set.Index ? cut.Shape : default)];
                string step = (cut.Shape.Vectors == 1 ? "" : cut.Shape.Vectors + " * ") + "S.Width";
                int units = DividesRows || g.Groups > 1 ? 1 : Units;
                using (w.ForUnits("o", cut.From, cut.To, cut.Shape.Vectors * set.Width, units, out string o, scoped: !alike,
                    step, Layout.Block))
                {
                    string first = Index.Sum(0, (group, OutChannelsPerGroup), (o, 1));
                    bool isKnown = int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int known);
                    string term = first.IndexOf(' ') < 0 ? first : $"({first})";
                    if (!isKnown)
                        w.Line($"int block = {term} >> 4, lane = {term} & 15;");
                    body(group, new Channel(first, isKnown ? known : null), shapes);
                }
            }
        }
    }

    private IReadOnlyList<ChannelCut> CutChannels(InstructionSet set, ConvolutionGeometry g)
    {
        RegisterTile tile = IsMatrixTimesVector
            ? new RegisterTile(1, Math.Min(
            Processor.MultiplyAddsUnderWay, Math.Min(Processor.Streams, OutChannelsPerGroup / Layout.Block) * set.VectorsPerBlock()))
            : ChooseTile(set, OverSamples ? Math.Min(g.Batch, MostSamples) : g.OutWidth);
        if (tile.Vectors < set.VectorsPerBlock())
            return [new(0, OutChannelsPerGroup, tile)];
        return [.. Stretch.Cut(OutChannelsPerGroup / Layout.Block, tile.Vectors / set.VectorsPerBlock())
            .Select(s => new ChannelCut(s.Start * Layout.Block, s.End * Layout.Block,
                tile with { Vectors = s.Size * set.VectorsPerBlock() }))];
    }

    private void Rows(CodeWriter w, ConvolutionGeometry g, TileMethods tiles, string group, Channel channel, RegisterTile[] shapes)
    {
        using (w.ForUnits("oy", 0, g.OutHeight, 1, DividesRows ? Units : 1, out string oy))
        {
            string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, GroupStride), (oy, g.Window.StrideY * g.Input.RowStride));
            string to = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (channel.Place(g.OutBlockStride), 1), (oy, g.Output.RowStride));
            var row = new ChannelRow(g.OutWidth, new(shapes), g.Window.StrideX * g.Input.PixelStride, g.Output.PixelStride,
                g.Residual is not null);
            string added = g.Residual is not { } residual ? ""
                : Index.Ref("residual", Index.Sum(residual.Origin, ("n", residual.Length), (channel.Place(residual.PlaneStride), 1),
                    (oy, residual.RowStride))) + ", ";
            RunTile(w, tiles.MethodOf(row.AsTile() is { } tile ? tile : row), channel, from, to, added);
        }
    }

    private void Samples(CodeWriter w, TileMethods tiles, string group, Channel channel, RegisterTile shape)
    {
        ConvolutionGeometry g = Geometry;
        w.Line("int n = 0;");
        foreach (int size in shape.Outer > 1 ? new[] { shape.Outer, 1 } : [1])
        {
            using (w.Block($"for (; n + {size} <= samples; n += {size})"))
            {
                string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, GroupStride));
                string to = Index.Sum(g.IsFullyConnected ? 0 : g.Output.Origin, ("n", g.Output.Length),
                    (channel.Place(g.OutBlockStride), 1));
                RunTile(w, tiles.MethodOf(
                    new ChannelTile(size, shape.Vectors, InputStep: 0, ResultStep: 0, Parts: IsMatrixTimesVector
                    && 2 * shape.Vectors <= Processor.MultiplyAddsUnderWay ? 2 : 1).Simplified()), channel, from, to);
            }
        }
    }

    // Floats from the first input channel of a group to that of the next.
    private int GroupStride =>
        (Geometry.Input.IsBlocked ? Geometry.ChannelsPerGroup / Layout.Block : Geometry.ChannelsPerGroup) * Geometry.Input.PlaneStride;

    private void RunTile(CodeWriter w, string method, Channel channel, string from, string to, string residual = "")
    {
        string filter = Index.Ref("weight", channel.Place(Geometry.Reduction * Layout.Block));
        string bias = Epilogue.HasBias ? Index.Ref("bias", channel.First) : "ref Unsafe.NullRef<float>()";
        w.Line($"{method}<S, V>({Index.Ref("x", from)}, {filter}, {bias}, {Index.Ref("y", to)}, {residual}in shape);");
    }

    private string Shape()
    {
        ConvolutionGeometry g = Geometry;
        string samples = OverSamples && g.Batch > 1 ? $", InputSample: {g.Input.Length}, ResultSample: {g.Output.Length}" : "";
        return $"new TileShape({g.Sums()}, FilterStep: {g.Reduction * Layout.Block}, PrefetchDistance: {PrefetchDistance}, ResultStep: "
            + $"{g.OutBlockStride}{samples}{(g.Residual is { } added ? $", ResidualStep: {added.PlaneStride}" : "")}{Epilogue.Bounds})";
    }

    // Weights come from far where they are used for few pixels. Those of a tile are fetched while the tile before is computed, or, where
    // they are so many that they would push out what is in use, a little ahead.
    private int PrefetchDistance
    {
        get
        {
            int weights = ChooseTile(
                InstructionSet.All[0], OverSamples ? 1 : Geometry.OutWidth).Vectors * Geometry.Reduction * Layout.Block;
            return weights <= Processor.MostPrefetchedFloats ? weights : Processor.PrefetchDistanceFloats;
        }
    }

    // Output channels that are done with tiles of one shape.
    private readonly record struct ChannelCut(int From, int To, RegisterTile Shape);

    // The first output channel of a tile, of all groups together: C# text, and the number where it is constant. In scope are its block and
    // its lane there otherwise.
    private readonly record struct Channel(string First, int? Known)
    {
        // Where it lies, with blocks at the given distance.
        public string Place(int blockStride) => Known is int known ? Index.Sum(known / Layout.Block * blockStride + known % Layout.Block)
            : blockStride == Layout.Block ? First
            : Index.Sum(0, ("block", blockStride), ("lane", 1));
    }
}
