using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Convolution by Winograd's F(m×m, r×r): the patches of some tiles are transformed, as many matrix products as these have inputs follow,
/// and their sums are transformed to m×m results each, with bias and activation; the products use the register tiles of 1×1 convolution.
/// Reads and writes blocks.
/// </summary>
/// <remarks>
/// Where tiles are many or filters small, threads share tiles: a unit is a register tile of the products, and as many units are taken at a
/// time as leave what lies between the stages in the cache. There each thread reads all filters, which are ready in time if there is enough
/// to do for each of them, or if they stay in the second cache. Elsewhere threads share output channels, and each transforms all patches
/// for itself: that takes no longer than to fetch what another core has just written.
/// </remarks>
internal sealed record WinogradConvolution(ConvolutionGeometry Geometry, Epilogue Epilogue, WinogradForm Form) : Kernel
{
    public override string Title => Geometry.Pool > 1 ? "WinogradMaxPool" : "Winograd";

    public override string Algorithm => WinogradPatches.NameOf(Form);

    /// <summary>
    /// Samples whose tiles are taken together, where threads share samples and those of one have few; 0 where each is taken alone.
    /// </summary>
    public int SamplesPerProduct { get; init; }

    public override EquatableArray<string> Operands => [.. Geometry.OperandsWith(Epilogue), "scratch"];

    public override KernelUnits Division => SamplesPerProduct > 0 ? KernelUnits.One : new(SharesTiles ? RegisterTiles : Geometry.OutBlocks);

    public override EquatableArray<int> InPlaceOperands => Geometry.InPlaceOperandsWith(Epilogue);

    public override HaloEffect HaloEffect => Epilogue.InRegisters ? HaloEffect.Keeps : HaloEffect.Spoils;

    public override int Scratch => Points * (PatchPlane + SumPlane);

    private bool SharesTiles => SamplesPerProduct == 0 && Epilogue.InRegisters
        && (TilesInAll >= WinogradCosts.ManyTiles || (Form.Filters * FilterBlock * Geometry.OutBlocks <= Processor.SecondCacheFloats
            && RegisterTiles % 2 == 0));

    // Matrix products.
    private int Points => Form.Points;

    private int InBlocks => Layout.DivideUp(Geometry.ChannelsPerGroup, Layout.Block);

    private int TilesOfSample => Form.TilesOf(Geometry.OutHeight, Geometry.OutWidth);

    // Of the sample, or of those that are taken together.
    private int TilesInAll => TilesOfSample * Math.Max(1, SamplesPerProduct);

    // The register tile, with the widest vectors: columns are tiles of the image.
    private RegisterTile Register(InstructionSet set, int columns) =>
        RegisterTile.Choose(set, columns, Geometry.OutBlocks * set.VectorsPerBlock(), q => q % set.VectorsPerBlock(
            ) == 0 || set.VectorsPerBlock() % q == 0);

    // All tiles, as many at a time as a register tile has columns.
    private IReadOnlyList<Stretch> Cut => Stretch.Cut(TilesInAll, Register(InstructionSet.All[0], TilesInAll).Outer);

    private int RegisterTiles => Cut.Sum(c => c.Count);

    // Register tiles that are taken at a time: as many as leave what lies between the stages in the second cache, but so many that it is
    // read as often as the filters, which come from the third.
    private int Group
    {
        get
        {
            if (!SharesTiles)
                return RegisterTiles;
            double channels = Layout.Block * (InBlocks + Geometry.OutBlocks);
            double balanced = Layout.Block * InBlocks * Layout.Block * Geometry.OutBlocks / (2 * channels);
            int groups = Math.Max(1, (int)Math.Round(TilesInAll / Math.Max(balanced, Processor.SecondCacheFloats / (Points * channels))));
            return Layout.DivideUp(RegisterTiles, groups);
        }
    }

    // The most tiles that are taken at a time.
    private int ImageTiles => Math.Min(TilesInAll, Group * Cut[0].Size);

    public override IEnumerable<string> Describe()
    {
        string pooled = Geometry.Pool > 1 ? $", the largest of each {Geometry.Pool}×{Geometry.Pool}" : "";
        yield return $"Convolution {Geometry.Describe()}{Epilogue.Describe()}{pooled}, by Winograd's {Form.Notation}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; {TilesInAll} tiles, {ImageTiles} at a "
            + $"time{(Geometry.Residual is { } residual ? $"; plus {residual}" : "")}.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        ConvolutionGeometry g = Geometry;
        string residual = g.Residual is { } added ? $", ResidualPlane: {added.PlaneStride}, ResidualRow: {added.RowStride}" : "";
        writer.Line($"var images = {WinogradPatches.Images(g, Form, ImageTiles, residual + Epilogue.Bounds)};");
        writer.Line($"var shape = {Shape()};");
        writer.Line($"ref float sums = ref Unsafe.Add(ref scratch, {Points * PatchPlane});");
        if (SamplesPerProduct > 0)
        {
            OverSamples(writer, tiles);
            return;
        }
        using (writer.ForSamples())
        {
            using (Groups(writer))
            {
                Products(writer, tiles);
                Results(writer, "sums", "group");
            }
            Activate(writer);
        }
    });

    // Activations that registers cannot have.
    private void Activate(CodeWriter writer)
    {
        ConvolutionGeometry g = Geometry;
        if (!Epilogue.InRegisters)
        {
            string first = Index.Sum(0, ("n", g.Output.Length), (Blocks.First, g.Output.PlaneStride));
            writer.Line($"ref float stored = {Index.Ref("y", first)};");
            writer.Line($"Elementwise.{Epilogue.Function}(ref stored, ref stored, ({Blocks.End} - {Blocks.First}) * "
                + $"{g.Output.PlaneStride});");
        }
    }

    // The tiles of some samples side by side: where these are the last and fewer, only as many register tiles as they need.
    private void OverSamples(CodeWriter w, TileMethods tiles)
    {
        int lanes = TilesOfSample * Layout.Block;
        using (w.Block($"for (int firstSample = 0; firstSample < samples; firstSample += {SamplesPerProduct})"))
        {
            w.Line($"int endSample = Math.Min(samples, firstSample + {SamplesPerProduct});");
            w.Line($"const int first = 0;");
            w.Line($"int end = {RegistersFor($"(endSample - firstSample) * {TilesOfSample}")};");
            w.Line($"var group = new IndexRange(0, {TilesOfSample});");
            w.Line("ref float patches = ref scratch;");
            using (w.Block($"for (int n = firstSample; n < endSample; n++, patches = ref Unsafe.Add(ref patches, {lanes}))"))
                w.Line(WinogradPatches.Transform(Geometry, Form, "group"));
            w.Line("patches = ref scratch;");
            Products(w, tiles);
            w.Line("ref float sum = ref sums;");
            using (w.Block($"for (int n = firstSample; n < endSample; n++, sum = ref Unsafe.Add(ref sum, {lanes}))"))
            {
                Results(w, "sum", "group");
                Activate(w);
            }
        }
    }

    // How many register tiles have so many tiles of images.
    private string RegistersFor(string count)
    {
        Stretch large = Cut[0];
        string some = $"({count} + {large.Size - 1}) / {large.Size}";
        return Cut.Count == 1 ? some
            : $"{count} <= {large.End} ? {some} : {large.Count} + ({count} - {large.End} + {Cut[1].Size - 1}) / {Cut[1].Size}";
    }

    // Output channels and register tiles that a call is for.
    private UnitRange Blocks => SharesTiles || Units == 1 ? UnitRange.All(Geometry.OutBlocks) : UnitRange.Parameters;

    private UnitRange Columns => SharesTiles && Units > 1 ? UnitRange.Parameters : UnitRange.All(RegisterTiles);

    // The loop over groups of register tiles, with their patches. Declared are the first and the last one's end, and the tiles of the image
    // that they are.
    private CodeWriter.Scope Groups(CodeWriter w)
    {
        if (!SharesTiles)
        {
            w.Line($"const int first = 0, end = {Columns.End};");
            w.Line($"var group = new IndexRange(0, {TilesInAll});");
            w.Line("ref float patches = ref scratch;");
            w.Line(WinogradPatches.Transform(Geometry, Form, "group"));
            return default;
        }
        w.Line($"int most = Units.Evenly({(Units > 1 ? "endUnit - firstUnit" : Columns.End)}, {Group});");
        CodeWriter.Scope scope = w.Block($"for (int first = {Columns.First}; first < {Columns.End}; first += most)");
        w.Line($"int end = Math.Min(first + most, {Columns.End});");
        w.Line($"var group = new IndexRange({TileAt("first")}, {TileAt("end")});");
        w.Line("ref float patches = ref scratch;");
        w.Line(WinogradPatches.Transform(Geometry, Form, "group"));
        return scope;
    }

    // The first tile of the image that a register tile has.
    private string TileAt(string register) =>
        Cut.Count == 1 ? $"{register} * {Cut[0].Size}" : $"{register} * {Cut[0].Size} - Math.Max(0, {register} - {Cut[0].Count})";

    // The products of a group of tiles.
    private void Products(CodeWriter writer, TileMethods tiles)
    {
        using (writer.Block($"for (int point = 0; point < {Points}; point++)"))
        {
            writer.Line($"ref float filters = "
                + $"{Index.Ref("weight", Index.Sum(0, (Form.FilterOf("point"), Geometry.OutBlocks * FilterBlock)))};");
            VectorCode.ByInstructionSet(writer, InstructionSet.All, (part, set) => Product(part, set, tiles));
        }
    }

    // Its results, of sample n.
    private void Results(CodeWriter writer, string sums, string group)
    {
        ConvolutionGeometry g = Geometry;
        string bias = Epilogue.HasBias ? "ref bias" : "ref Unsafe.NullRef<float>()";
        string y = Index.Ref("y", Index.Sum(g.Output.Origin, ("n", g.Output.Length)));
        string residual = g.Residual is { } added ? Index.Ref("residual", Index.Sum(added.Origin, ("n", added.Length)))
            : "ref Unsafe.NullRef<float>()";
        writer.Line($"Winograd.TransformOutput<S, V, {Form.Type}>(ref {sums}, {bias}, {residual}, {y}, images, {group}, "
            + $"new({Blocks.First}, {Blocks.End}));");
    }

    // Floats of one point's patches, sums and filters.
    private int PatchPlane => WinogradPatches.Plane(InBlocks, ImageTiles);

    private int SumPlane => WinogradPatches.Plane(Geometry.OutBlocks, ImageTiles);

    private int FilterBlock => Geometry.ChannelsPerGroup * Layout.Block;

    // The product of one point: filters a panel at a time, which stays in the innermost cache for all tiles.
    private void Product(CodeWriter w, InstructionSet set, TileMethods tiles)
    {
        int vectors = Register(set, Cut[0].Size).Vectors;
        if (vectors < set.VectorsPerBlock())
        {
            using (w.Block($"for (int o = {Lanes(Blocks.First)}; o < {Lanes(Blocks.End)}; o += {vectors * set.Width})"))
            {
                w.Line("int block = o >> 4, lane = o & 15;");
                Panel(w, set, tiles, vectors, "block", "lane");
            }
            return;
        }
        int panel = vectors / set.VectorsPerBlock();
        if (Blocks == UnitRange.Parameters)
        {
            // Whole panels, then what is left of the thread's range, block by block.
            w.Line($"int block = {Blocks.First};");
            foreach (int size in panel > 1 ? new[] { panel, 1 } : [1])
            {
                using (w.Block($"for (; block + {size} <= {Blocks.End}; block += {size})"))
                    Panel(w, set, tiles, size * set.VectorsPerBlock(), "block", "0");
            }
            return;
        }
        foreach (Stretch stretch in Stretch.Cut(Geometry.OutBlocks, panel, out bool several))
        {
            using (w.For("block", stretch.Start, stretch.End, stretch.Size, out string block, scoped: several))
                Panel(w, set, tiles, stretch.Size * set.VectorsPerBlock(), block, "0");
        }

        static string Lanes(string block) =>
            int.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out int known)
            ? $"{known * Layout.Block}" : $"{block} * {Layout.Block}";
    }

    // While a panel is multiplied, the next one, which lies behind it, is fetched, also by a thread that has half of the group.
    private void Panel(CodeWriter w, InstructionSet set, TileMethods tiles, int vectors, string block, string lane)
    {
        int blocks = Math.Max(1, vectors * set.Width / Layout.Block);
        IReadOnlyList<Stretch> cut = Cut;
        IReadOnlyList<Stretch>[] pieces = [.. cut.Select(c => Stretch.Cut(c.Size, Register(set, c.Size).Outer))];
        int[] lines = PrefetchedLines(blocks, [.. cut.Zip(pieces, (c, p) => c.Count * p.Sum(s => s.Count))]);
        w.Line($"ref float panel = {Index.Ref("filters", Index.Sum(0, (block, FilterBlock), (lane, 1)))};");
        string ahead = Index.Ref("panel", Index.Sum(blocks * FilterBlock, (lane, -1)));
        if (Blocks == UnitRange.Parameters)
        {
            // Behind the last panel of a thread's range comes the first one of the next point.
            string next = Index.Ref("filters", Index.Sum(Geometry.OutBlocks * FilterBlock, (Blocks.First, FilterBlock)));
            ahead = $"ref {block} + {blocks} < {Blocks.End} ? {ahead} : {next}";
        }
        w.Line($"ref float prefetched = {ahead};");
        w.Line($"ref float from = {Index.Ref("patches", Index.Sum(0, ("point", PatchPlane)))};");
        w.Line($"ref float to = {Index.Ref("sums", Index.Sum(0, ("point", SumPlane), (block, ImageTiles * Layout.Block), (lane, 1)))};");
        w.Line("int column = first;");
        for (int i = 0; i < cut.Count; i++)
        {
            string end = i + 1 == cut.Count ? "end" : $"Math.Min(end, {cut[i].Count})";
            (int size, int calls) = (cut[i].Size * Layout.Block, pieces[i].Sum(s => s.Count));
            using (w.Block($"for (; column < {end}; column++, from = ref Unsafe.Add(ref from, {size}), to = ref Unsafe.Add(ref to, "
                + $"{size}), prefetched = ref Unsafe.Add(ref prefetched, {calls * lines[i] * FilterBlock}))"))
            {
                int done = 0;
                int fetched = 0;
                foreach (Stretch pixels in pieces[i])
                {
                    for (int piece = 0; piece < pixels.Count; piece++, done += pixels.Size, fetched += lines[i])
                    {
                        w.Line($"{tiles.MethodOf(new ProductTile(pixels.Size, vectors, lines[i]))}<S, "
                            + $"V>({Index.Ref("from", Index.Sum(done * Layout.Block))}, ref panel, "
                            + $"{Index.Ref("prefetched", Index.Sum(fetched * FilterBlock))}, "
                                + $"{Index.Ref("to", Index.Sum(done * Layout.Block))}, in shape);");
                    }
                }
            }
        }
    }

    // Lines of the next panel for each input channel that each call of a tile fetches, by size of the tile: together no more than the panel
    // has, since what is fetched too early drives out what is in use. Threads that share tiles have half of them or fewer, and groups some.
    private int[] PrefetchedLines(int blocks, int[] calls)
    {
        int all = calls.Sum();
        if (SharesTiles)
        {
            all = Layout.DivideUp(Math.Max(1, all * Group / RegisterTiles), 2);
            return [.. calls.Select(_ => Layout.DivideUp(blocks, all))];
        }
        int left = blocks;
        int[] lines = new int[calls.Length];
        for (int i = 0; i < calls.Length; all -= calls[i++])
        {
            lines[i] = Layout.DivideUp(left, all);
            left = Math.Max(0, left - lines[i] * calls[i]);
        }
        return lines;
    }

    private string Shape() =>
        $"new TileShape(Channels: 1, Lanes: 1, LaneStep: 0, BlockStep: 0, Taps: {Geometry.ChannelsPerGroup}, Columns: "
            + $"{Math.Min(Layout.Block, Geometry.ChannelsPerGroup)}, ColumnStep: 1, "
        + $"RowStep: {ImageTiles * Layout.Block}, FilterStep: {FilterBlock}, PrefetchDistance: 0, ResultStep: {ImageTiles * Layout.Block})";
}
