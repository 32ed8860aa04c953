using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// dL/dW of a 3×3 convolution of stride 1 by Winograd's algorithm transposed: patches of the input and tiles of dL/dy of all samples are
/// transformed, some of them at a time, and their products are summed for each point. The result has the points of filters,
/// [points][O/16][C][16], which <see cref="Ops.FilterGradients"/> transforms to taps. Threads share blocks of output channels.
/// </summary>
internal sealed record WinogradWeightGradient(ConvolutionGeometry Geometry, WinogradForm Form) : Kernel
{
    public override string Title => "WinogradWeightGradient";

    public override string Algorithm => WinogradPatches.NameOf(Form);

    public override EquatableArray<string> Operands => ["x", "dy", "sums", "scratch"];

    public override KernelUnits Division => new(Geometry.OutBlocks);

    public override int Scratch => Form.Points * (PatchPlane + GradientPlane);

    private int InBlocks => Layout.DivideUp(Geometry.ChannelsPerGroup, Layout.Block);

    private int TilesOfSample => Form.TilesOf(Geometry.OutHeight, Geometry.OutWidth);

    // Tiles that are taken at a time: what the second cache holds, but so many that they are read as often as the sums, which come from the
    // third.
    private int ImageTiles
    {
        get
        {
            double channels = Layout.Block * (InBlocks + Geometry.OutBlocks);
            double balanced = Layout.Block * InBlocks * Layout.Block * Geometry.OutBlocks / channels;
            return (int)Math.Min((long)TilesOfSample * Geometry.Batch, (long)Math.Max(
                balanced, Processor.SecondCacheFloats / (Form.Points * channels)));
        }
    }

    private int PatchPlane => WinogradPatches.Plane(InBlocks, ImageTiles);

    private int GradientPlane => WinogradPatches.Plane(Geometry.OutBlocks, ImageTiles);

    public override IEnumerable<string> Describe()
    {
        yield return $"Weight gradient, {Geometry.Describe()}, by Winograd's {Form.Notation}; {TilesOfSample} tiles a sample, "
            + $"{ImageTiles} at "
            + "a time.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        ConvolutionGeometry g = Geometry;
        UnitRange blocks = Units > 1 ? UnitRange.Parameters : UnitRange.All(g.OutBlocks);
        writer.Line($"var images = {WinogradPatches.Images(g, Form, ImageTiles, "")};");
        writer.Line($"var shape = new TileShape(Channels: 0, Lanes: 0, LaneStep: 0, BlockStep: 0, Taps: 0, Columns: 0, ColumnStep: 0, "
            + $"RowStep: 0, FilterStep: {ImageTiles * Layout.Block}, PrefetchDistance: 0, "
            + $"ResultStep: {g.ChannelsPerGroup * Layout.Block});");
        writer.Line($"ref float gradients = ref Unsafe.Add(ref scratch, {Form.Points * PatchPlane});");
        writer.Line($"int all = samples * {TilesOfSample};");
        using (writer.Block($"for (int first = 0; first < all; first += {ImageTiles})"))
        {
            writer.Line($"int count = Math.Min({ImageTiles}, all - first);");
            using (writer.Block("for (int done = 0; done < count;)"))
            {
                writer.Line($"int n = (first + done) / {TilesOfSample}, tile = (first + done) % {TilesOfSample};");
                writer.Line($"var piece = new IndexRange(tile, Math.Min({TilesOfSample}, tile + count - done));");
                writer.Line($"ref float patches = ref Unsafe.Add(ref scratch, done * {Layout.Block});");
                writer.Line(WinogradPatches.Transform(g, Form, "piece"));
                string dy = Index.Ref("dy", Index.Sum(g.Output.Origin, ("n", g.Output.Length)));
                writer.Line($"Winograd.TransformGradient<S, V, {Form.Type}Gradient>({dy}, ref Unsafe.Add(ref gradients, done * "
                    + $"{Layout.Block}), images, piece, new({blocks.First}, {blocks.End}));");
                writer.Line("done += piece.End - piece.First;");
            }
            using (writer.Block($"for (int point = 0; point < {Form.Points}; point++)"))
                VectorCode.ByInstructionSet(writer, InstructionSet.All, (part, set) => Products(part, set, tiles, blocks));
        }
    });

    // Register tiles of input channels × vectors of output channels, which do not cross from one block of input channels to the next.
    private void Products(CodeWriter w, InstructionSet set, TileMethods tiles, UnitRange blocks)
    {
        (int channels, int most) = set.Width == Layout.Block ? (8, 3) : (4, 1);
        int outBlocks = Geometry.OutBlocks;
        most = Math.Min(most, outBlocks);
        w.Line($"int block = {blocks.First};");
        foreach (int size in most > 1 ? new[] { most, 1 } : [1])
        {
            using (w.Block($"for (; block + {size} <= {blocks.End}; block += {size})"))
            {
                int whole = Geometry.ChannelsPerGroup / channels * channels;
                if (whole > 0)
                {
                    using (w.For("c", 0, whole, channels, out string c, scoped: true))
                        WriteTile(w, set, tiles, channels, size, c);
                }
                if (whole < Geometry.ChannelsPerGroup)
                    WriteTile(w, set, tiles, Geometry.ChannelsPerGroup - whole, size, $"{whole}");
            }
        }
    }

    private void WriteTile(CodeWriter w, InstructionSet set, TileMethods tiles, int channels, int blocks, string c)
    {
        int sumBlock = Geometry.ChannelsPerGroup * Layout.Block;
        string from = Index.Ref("scratch", Index.Sum(0, ("point", PatchPlane), ($"({c} >> 4)", ImageTiles * Layout.Block),
            ($"({c} & 15)", 1)));
        string gradient = Index.Ref("gradients", Index.Sum(0, ("point", GradientPlane), ("block", ImageTiles * Layout.Block)));
        string to = Index.Ref("sums", Index.Sum(0, ("point", Geometry.OutBlocks * sumBlock), ("block", sumBlock), (c, Layout.Block)));
        w.Line($"{tiles.MethodOf(new OuterTile(channels, blocks * set.VectorsPerBlock()))}<S, V>({from}, {gradient}, {to}, count, first "
            + "> 0, in shape);");
    }
}

/// <summary>
/// The register tile of a sum of outer products: some input channels, side by side in a block, times some vectors of output channels, over
/// columns that lie 16 floats apart on either side.
/// </summary>
/// <param name="Channels">Input channels.</param>
/// <param name="Vectors">Vectors of output channels: whole blocks of 16.</param>
internal sealed record OuterTile(int Channels, int Vectors) : ITileMethod
{
    public string Title => $"Outer{Channels}x{Vectors}";

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        w.Line($"// {Channels} input channels × {Vectors} vectors of output channels; adds to what is there, or not.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>(ref float image, ref float gradient, ref float result, int columns, bool "
            + $"adds, in TileShape shape) {VectorCode.Constraints}"))
        {
            for (int q = 1; q < Vectors; q++)
                w.Line($"nint gradient{q} = shape.Filter<S, V>({q}), result{q} = shape.Result<S, V>({q});");
            for (int q = 0; q < Vectors; q++)
                w.Wrapped(Enumerable.Range(0, Channels).Select(c => (c == 0 ? $"V sum0_{q} = default" : $"sum{c}_{q} = default")
                    + (c == Channels - 1 ? ";" : ",")));
            using (w.Block("if (adds)"))
            {
                for (int q = 0; q < Vectors; q++)
                    w.Wrapped(Enumerable.Range(0, Channels).Select(c => $"sum{c}_{q} = S.Load(ref result, {Place("result", c, q)});"));
            }
            using (w.Block("for (; columns > 0; columns--)"))
            {
                w.Wrapped(Enumerable.Range(0, Vectors).Select(q => $"V g{q} = S.Load(ref gradient, {(q == 0 ? "0" : "gradient" + q)});"));
                for (int c = 0; c < Channels; c++)
                    w.Wrapped([$"V x{c} = S.Broadcast({Index.Element("image", Index.Sum(c))});",
                        .. Enumerable.Range(0, Vectors).Select(q => $"sum{c}_{q} = S.FusedMultiplyAdd(x{c}, g{q}, sum{c}_{q});")]);
                w.Line($"image = ref Unsafe.Add(ref image, {Layout.Block});");
                w.Line($"gradient = ref Unsafe.Add(ref gradient, {Layout.Block});");
            }
            for (int q = 0; q < Vectors; q++)
                w.Wrapped(Enumerable.Range(0, Channels).Select(c => $"S.Store(sum{c}_{q}, ref result, {Place("result", c, q)});"));
        }
    }

    private static string Place(string name, int channel, int vector) =>
        Index.Sum(channel * Layout.Block, (vector == 0 ? "0" : name + vector, 1));
}
