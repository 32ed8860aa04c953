using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Depthwise convolution, in which each channel has a filter of its own, with vectors along the channels: some pixels of a row stay in
/// registers over all taps. Reads and writes blocks. Taps beyond an edge of the image are left out, so it needs no halo, and what writes
/// the image may take its rows as one. Weights are packed [C/16][kh][kw][16].
/// </summary>
internal sealed record ConvolveDepthwise(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title => $"Depthwise{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}";

    public override string Algorithm => $"depthwise {Geometry.Window.Size}";

    public override EquatableArray<string> Operands => Geometry.OperandsWith(Epilogue);

    public override KernelUnits Division => KernelUnits.OfImage(Geometry.OutBlocks, Geometry.OutHeight);

    public override HaloEffect HaloEffect => HaloEffect.Keeps;

    public override IEnumerable<string> Describe()
    {
        yield return $"Convolution {Geometry.Describe()}{Epilogue.Describe()}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of channels, tiles along a row; {Geometry.Window.Taps} products a "
            + "result.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        using (writer.ForSamples())
            ForRows(writer, Geometry.OutBlocks, Geometry.OutHeight, (block, oy) => Row(writer, tiles, block, oy));
    });

    private void Row(CodeWriter w, TileMethods tiles, string block, string oy)
    {
        ConvolutionGeometry g = Geometry;
        Window window = g.Window;
        (string y0, string first, string rows) = KernelRows(w, oy);
        string from = Index.Sum(
            g.Input.Origin, ("n", g.Input.Length), (block, g.Input.PlaneStride), (y0, g.Input.RowStride),
                (first, window.DilationY * g.Input.RowStride), ("lane", 1));
        string filter = Index.Sum(0, (block, window.Taps * Layout.Block), (first, window.KernelWidth * Layout.Block), ("lane", 1));
        string to = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (block, g.Output.PlaneStride), (oy, g.Output.RowStride));
        w.Line($"ref float results = {Index.Ref("y", to)};");
        using (w.Block($"for (int lane = 0; lane < {Layout.Block}; lane += S.Width)"))
        {
            w.Line($"ref float image = {Index.Ref("x", from)};");
            w.Line($"ref float filter = {Index.Ref("weight", filter)};");
            if (Epilogue.HasBias)
                w.Line($"ref float start = {Index.Ref("bias", Index.Sum(0, (block, Layout.Block), ("lane", 1)))};");
            w.Line($"ref float result = {Index.Ref("results", "lane")};");
            VectorCode.ByInstructionSet(w, InstructionSet.All, (part, set) => AlongRow(part, set, tiles, rows));
        }
        if (!Epilogue.InRegisters)
            w.Line($"Elementwise.{Epilogue.Function}(ref results, ref results, {g.OutWidth * g.Output.PixelStride});");
    }

    // The row of the image that the kernel's first row falls on, and which of the kernel's rows fall inside.
    private (string Y0, string First, string Count) KernelRows(CodeWriter w, string oy)
    {
        Window window = Geometry.Window;
        string y0 = Index.Sum(-window.Padding.Top, (oy, window.StrideY));
        if (window.Padding.Top == 0 && (Geometry.OutHeight - 1) * window.StrideY + window.SpanY <= Geometry.Input.Height)
            return (y0, "0", Index.Sum(window.KernelHeight));
        WindowKernel.WriteLimits(w, "y", y0, window.KernelHeight, window.DilationY, Geometry.Input.Height);
        return ("y0", "firstY", "endY - firstY");
    }

    private void AlongRow(CodeWriter w, InstructionSet set, TileMethods tiles, string rows)
    {
        ConvolutionGeometry g = Geometry;
        foreach ((int start, int end, RowPiece piece) in RowPiece.Cut(
            g.Window, g.OutWidth, g.Input.Width, DepthwiseTile.MostPixels(set, g.Window.KernelWidth)))
        {
            using (w.For("ox", start, end, piece.Pixels, out string ox))
            {
                string bias = Epilogue.HasBias ? "ref start" : "ref Unsafe.NullRef<float>()";
                string to = Index.Sum(0, (ox, g.Output.PixelStride));
                w.Line($"{tiles.MethodOf(new DepthwiseTile(piece))}<S, "
                    + $"V>({Index.Ref("image", piece.FirstColumn(g.Window, g.Input, ox))}, ref filter, {bias}, {Index.Ref("result", to)}, "
                    + $"{rows}, {g.Window.DilationY * g.Input.RowStride}, {Epilogue.Floor}, {Epilogue.Ceiling});");
            }
        }
    }
}

/// <summary>
/// The register tile of <see cref="ConvolveDepthwise"/>: some pixels of a row for one vector of channels. A column of the image is read
/// once a kernel row, for all taps that fall on it.
/// </summary>
internal sealed record DepthwiseTile(RowPiece Piece) : ITileMethod
{
    public string Title => $"DepthwiseTile{Piece.Name}";

    private int Pixels => Piece.Pixels;

    private int KernelWidth => Piece.KernelWidth;

    /// <summary>The most pixels that leave registers for a row of weights and a column of the image.</summary>
    public static int MostPixels(InstructionSet set, int kernelWidth) => Math.Max(4, Math.Min(16, set.Registers - kernelWidth - 1));

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        w.Line($"// {Piece.Describe()}.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        string parameters = "ref float image, ref float filter, ref float bias, ref float result, int rows, nint rowStep, float floor, "
            + "float ceiling";
        using (w.Block($"private static void {method}<S, V>({parameters}) {VectorCode.Constraints}"))
        {
            w.Wrapped(Enumerable.Range(0, Pixels).Select(p => (p == 0 ? "V sum0 = TileShape.Start<S, V>(ref bias, 0)" : $"sum{p} = sum0")
                + (p == Pixels - 1 ? ";" : ",")));
            using (w.Block("for (; rows > 0; rows--)"))
            {
                w.Wrapped(Enumerable.Range(0, KernelWidth).Select(k => $"V weight{k} = S.Load(ref filter, {k * Layout.Block});"));
                for (int column = 0; column < Piece.Columns; column++)
                    Products(w, column);
                w.Line("image = ref Unsafe.Add(ref image, rowStep);");
                w.Line($"filter = ref Unsafe.Add(ref filter, {KernelWidth * Layout.Block});");
            }
            // The order of the operands keeps NaN.
            w.Line("V least = S.Broadcast(floor), most = S.Broadcast(ceiling);");
            w.Wrapped(Enumerable.Range(0, Pixels)
                .Select(p => $"S.Store(S.Min(most, S.Max(least, sum{p})), ref result, {p * Layout.Block});"));
        }
    }

    // What reads a column of the image: tap k of pixel p where p·stride + k·dilation is its place in the first window.
    private void Products(CodeWriter w, int column)
    {
        IReadOnlyList<(int Pixel, int Tap)> readers = Piece.ReadersOf(column);
        if (readers.Count > 0)
        {
            w.Wrapped([$"V column{column} = S.Load(ref image, {column * Layout.Block});",
                .. readers.Select(r => $"sum{r.Pixel} = S.FusedMultiplyAdd(column{column}, weight{r.Tap}, sum{r.Pixel});")]);
        }
    }
}
