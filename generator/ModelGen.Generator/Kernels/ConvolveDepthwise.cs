using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Depthwise convolution, in which each channel has a filter of its own, with vectors along the channels: some pixels of a row stay in registers over all taps. Reads and
/// writes blocks. Taps beyond an edge of the image are left out, so it needs no halo, and what writes the image may take its rows as one. Weights are packed
/// [C/16][kh][kw][16].
/// </summary>
internal sealed record ConvolveDepthwise(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title => $"Depthwise{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}";

    public override EquatableArray<string> Operands => Epilogue.HasBias ? ["x", "weight", "bias", "y"] : ["x", "weight", "y"];

    // Rows of blocks.
    public override int MostUnits => Geometry.OutBlocks * Geometry.OutHeight;

    public override bool StaysInside => true;

    public override IEnumerable<string> Describe()
    {
        string epilogue = (Epilogue.HasBias ? ", plus bias" : "") + (Epilogue.Activation.Length > 0 ? $", {Epilogue.Activation}" : "");
        yield return $"Convolution {Geometry.Describe()}{epilogue}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of channels, tiles along a row; {Geometry.Window.Taps} products a result.";
    }

    public override void Emit(CodeWriter writer, string method, Tiles tiles) => InstructionSet.EmitGeneric(writer, this, method, () =>
    {
        using (writer.ForSamples())
            ForRows(writer, Geometry.OutBlocks, Geometry.OutHeight, (block, oy) => Row(writer, tiles, block, oy));
    });

    private void Row(CodeWriter w, Tiles tiles, string block, string oy)
    {
        ConvolutionGeometry g = Geometry;
        Window window = g.Window;
        (string y0, string first, string rows) = KernelRows(w, oy);
        string from = Index.Sum(
            g.Input.Origin, ("n", g.Input.Length), (block, g.Input.PlaneStride), (y0, g.Input.RowStride), (first, window.DilationY * g.Input.RowStride), ("lane", 1));
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
            InstructionSet.ByWidth(w, InstructionSet.All, (part, set) => AlongRow(part, set, tiles, rows));
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

    private void AlongRow(CodeWriter w, InstructionSet set, Tiles tiles, string rows)
    {
        ConvolutionGeometry g = Geometry;
        (int Start, int End, DepthwiseTile Tile)[] pieces = [.. Pieces(set)];
        for (int i = 0, next; i < pieces.Length; i = next)
        {
            (int start, int end, DepthwiseTile tile) = pieces[i];
            for (next = i + 1; next < pieces.Length && pieces[next].Tile == tile; next++)
                end = pieces[next].End;
            using (w.For("ox", start, end, tile.Pixels, out string ox))
            {
                int left = tile.Before - g.Window.Padding.Left;
                string from = tile.Columns == 0 ? "0" : Index.Sum(left * g.Input.PixelStride, (ox, g.Window.StrideX * g.Input.PixelStride));
                string bias = Epilogue.HasBias ? "ref start" : "ref Unsafe.NullRef<float>()";
                string to = Index.Sum(0, (ox, g.Output.PixelStride));
                w.Line($"{tiles.MethodOf(tile)}<S, V>({Index.Ref("image", from)}, ref filter, {bias}, {Index.Ref("result", to)}, "
                    + $"{rows}, {g.Window.DilationY * g.Input.RowStride}, {Epilogue.Floor}, {Epilogue.Ceiling});");
            }
        }
    }

    // A row in tiles of nearly equal length; those at its ends miss what lies beyond the image.
    private IEnumerable<(int Start, int End, DepthwiseTile Tile)> Pieces(InstructionSet set)
    {
        Window window = Geometry.Window;
        foreach (Stretch stretch in Stretch.Cut(Geometry.OutWidth, DepthwiseTile.MostPixels(set, window.KernelWidth)))
        {
            for (int start = stretch.Start; start < stretch.End; start += stretch.Size)
            {
                int left = start * window.StrideX - window.Padding.Left;
                int right = Math.Min(Geometry.Input.Width, left + (stretch.Size - 1) * window.StrideX + window.SpanX);
                int columns = Math.Max(0, right - Math.Max(0, left));
                int before = columns == 0 ? 0 : Math.Max(0, -left);
                yield return (start, start + stretch.Size, new(stretch.Size, window.KernelWidth, window.StrideX, window.DilationX, before, columns));
            }
        }
    }
}

/// <summary>
/// The register tile of <see cref="ConvolveDepthwise"/>: some pixels of a row for one vector of channels. A column of the image is read once a kernel row, for all taps that fall on it.
/// </summary>
/// <param name="Pixels">Pixels of the result.</param>
/// <param name="KernelWidth">Taps of a row of the kernel.</param>
/// <param name="Stride">Columns from one pixel's window to the next one's.</param>
/// <param name="Dilation">Columns from one tap to the next.</param>
/// <param name="Before">Columns of the first window that lie left of the image.</param>
/// <param name="Columns">Columns of the image that the windows reach; those further right lie beyond it.</param>
internal sealed record DepthwiseTile(int Pixels, int KernelWidth, int Stride, int Dilation, int Before, int Columns) : Tiles.ITile
{
    public string Title => $"DepthwiseTile{Pixels}";

    /// <summary>The most pixels that leave registers for a row of weights and a column of the image.</summary>
    public static int MostPixels(InstructionSet set, int kernelWidth) => Math.Max(4, Math.Min(16, set.Registers - kernelWidth - 1));

    public void Emit(CodeWriter w, string method, Tiles tiles)
    {
        w.Line($"// {Pixels} pixels on {Columns} columns of the image{(Before > 0 ? $" and {Before} left of it" : "")}.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        string parameters = "ref float image, ref float filter, ref float bias, ref float result, int rows, nint rowStep, float floor, float ceiling";
        using (w.Block($"private static void {method}<S, V>({parameters}) {InstructionSet.Constraints}"))
        {
            w.Wrapped(Enumerable.Range(0, Pixels).Select(p => (p == 0 ? "V sum0 = TileShape.Start<S, V>(ref bias, 0)" : $"sum{p} = sum0") + (p == Pixels - 1 ? ";" : ",")));
            using (w.Block("for (; rows > 0; rows--)"))
            {
                w.Wrapped(Enumerable.Range(0, KernelWidth).Select(k => $"V weight{k} = S.Load(ref filter, {k * Layout.Block});"));
                for (int column = 0; column < Columns; column++)
                    Products(w, column);
                w.Line("image = ref Unsafe.Add(ref image, rowStep);");
                w.Line($"filter = ref Unsafe.Add(ref filter, {KernelWidth * Layout.Block});");
            }
            // The order of the operands keeps NaN.
            w.Line("V least = S.Broadcast(floor), most = S.Broadcast(ceiling);");
            w.Wrapped(Enumerable.Range(0, Pixels).Select(p => $"S.Store(S.Min(most, S.Max(least, sum{p})), ref result, {p * Layout.Block});"));
        }
    }

    // What reads a column of the image: tap k of pixel p where p·stride + k·dilation is its place in the first window.
    private void Products(CodeWriter w, int column)
    {
        (int Pixel, int Tap)[] readers = [.. Enumerable.Range(0, KernelWidth)
            .Select(tap => (Distance: column + Before - tap * Dilation, Tap: tap))
            .Where(t => t.Distance >= 0 && t.Distance % Stride == 0 && t.Distance / Stride < Pixels)
            .Select(t => (t.Distance / Stride, t.Tap))];
        if (readers.Length > 0)
        {
            w.Wrapped([$"V column{column} = S.Load(ref image, {column * Layout.Block});",
                .. readers.Select(r => $"sum{r.Pixel} = S.FusedMultiplyAdd(column{column}, weight{r.Tap}, sum{r.Pixel});")]);
        }
    }
}
