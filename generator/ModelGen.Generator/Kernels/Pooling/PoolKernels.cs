using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>What a pooling window does with what it sees.</summary>
internal enum PoolOperation
{
    Max,

    /// <summary>The divisor counts padding.</summary>
    Average,

    /// <summary>The divisor counts pixels of the image alone.</summary>
    AverageWithoutPadding,
}

/// <summary>
/// What pooling and its gradients share: loops over planes, rows and columns, with the window cut off at the edges of the image where it
/// can reach over them. In blocks a vector is 16 channels (or part of them) of one pixel; in planes the gradients go pixel by pixel.
/// </summary>
internal abstract record WindowKernel(Window Window, Layout Image, Layout Pooled) : Kernel
{
    /// <summary>Whether every window lies inside the image, so that nothing need be cut off.</summary>
    protected bool Inside =>
        Window.Padding.IsNone
        && (Pooled.Height - 1) * Window.StrideY + Window.SpanY <= Image.Height
        && (Pooled.Width - 1) * Window.StrideX + Window.SpanX <= Image.Width;

    protected string Size =>
        $"{Window.KernelHeight}×{Window.KernelWidth} windows, stride {Window.StrideY}×{Window.StrideX}, {Image.Dims} → {Pooled.Dims}";

    /// <summary>
    /// Loops over the windows of all planes. In scope then are <c>first</c>, the offset in the image of the window's first tap, <c>at</c>,
    /// that of the pooled pixel, and, unless all windows lie inside, the first and end tap in both directions.
    /// </summary>
    protected void ForWindows(CodeWriter w, Action<WindowPlace> window)
    {
        using (w.ForSamples())
            ForRows(w, Image.Planes, Pooled.Height, (plane, oy) => Row(w, plane, oy, window));
    }

    private void Row(CodeWriter w, string plane, string oy, Action<WindowPlace> window)
    {
        string y0 = Index.Sum(-Window.Padding.Top, (oy, Window.StrideY));
        Limits(w, "y", y0, Window.KernelHeight, Window.DilationY, Image.Height);
        using (w.For("ox", 0, Pooled.Width, out string ox))
        {
            string x0 = Index.Sum(-Window.Padding.Left, (ox, Window.StrideX));
            Limits(w, "x", x0, Window.KernelWidth, Window.DilationX, Image.Width);
            using (Image.IsBlocked ? w.Block($"for (int lane = 0; lane < {Layout.Block}; lane += S.Width)") : default)
            {
                var place = new WindowPlace(plane, Image.IsBlocked ? "lane" : "0", y0, x0);
                w.Line($"nint first = {place.In(Image)};");
                string at = Index.Sum(Pooled.Origin, ("n", Pooled.Length), (plane, Pooled.PlaneStride), (oy, Pooled.RowStride),
                    (ox, Pooled.PixelStride), (place.Lane, 1));
                w.Line($"nint at = {at};");
                window(place);
            }
        }
    }

    /// <summary>
    /// Loops over the taps of a window. In scope is <c>offset</c>, that of the tap in the image, or in another image that <c>first</c> is
    /// the name of.
    /// </summary>
    protected void ForTaps(CodeWriter w, Action tap)
    {
        using (w.Block(Inside ? $"for (int ky = 0; ky < {Window.KernelHeight}; ky++)" : "for (int ky = firstY; ky < endY; ky++)"))
        using (w.Block(Inside ? $"for (int kx = 0; kx < {Window.KernelWidth}; kx++)" : "for (int kx = firstX; kx < endX; kx++)"))
        {
            w.Line($"nint offset = first + {TapOffset(Image)};");
            tap();
        }
    }

    /// <summary>From the first tap of a window to tap (ky, kx).</summary>
    protected string TapOffset(Layout image) =>
        Index.Sum(0, ("ky", Window.DilationY * image.RowStride), ("kx", Window.DilationX * image.PixelStride));

    /// <summary>The factor of an average as C# text.</summary>
    protected string Factor(PoolOperation operation)
    {
        if (Inside)
            return Literals.Float(1f / Window.Taps);
        string height = operation == PoolOperation.Average
            ? $"Math.Min({Window.KernelHeight}, {Image.Height + Window.Padding.Bottom} - y0)" : "(endY - firstY)";
        string width = operation == PoolOperation.Average
            ? $"Math.Min({Window.KernelWidth}, {Image.Width + Window.Padding.Right} - x0)" : "(endX - firstX)";
        return $"1f / ({height} * {width})";
    }

    protected void Limits(CodeWriter w, string axis, string start, int kernel, int dilation, int length)
    {
        if (!Inside)
            WriteLimits(w, axis, start, kernel, dilation, length);
    }

    /// <summary>
    /// Writes <c>y0</c>, where a window starts, and <c>firstY</c> and <c>endY</c>, between which its taps lie on the image; or the same of
    /// x.
    /// </summary>
    internal static void WriteLimits(CodeWriter w, string axis, string start, int kernel, int dilation, int length)
    {
        w.Line($"int {axis}0 = {start};");
        string upper = axis == "y" ? "Y" : "X";
        string first = dilation == 1 ? $"Math.Max(0, -{axis}0)" : $"Math.Max(0, (-{axis}0 + {dilation - 1}) / {dilation})";
        string end = dilation == 1 ? $"{length} - {axis}0" : $"({length} - {axis}0 + {dilation - 1}) / {dilation}";
        w.Line($"int first{upper} = {first};");
        w.Line($"int end{upper} = Math.Min({kernel}, {end});");
    }
}

/// <summary>Where a window is: C# text for its plane, the lane within a block, and the row and column of its first tap.</summary>
internal sealed record WindowPlace(string Plane, string Lane, string Y0, string X0)
{
    /// <summary>The offset of the window's first tap in an image of that layout; outside it where the window hangs over.</summary>
    public string In(Layout image) =>
        Index.Sum(image.Origin, ("n", image.Length), (Plane, image.PlaneStride), (Y0, image.RowStride), (X0, image.PixelStride), (Lane, 1));
}

/// <summary>Forward pooling.</summary>
internal sealed record PoolKernel(PoolOperation Operation, Window Window, Layout Input, Layout Output) : WindowKernel(Window, Input, Output)
{
    public override string Title =>
        (Operation == PoolOperation.Max ? "MaxPool" : "AvgPool") + $"{Window.KernelHeight}x{Window.KernelWidth}";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override int Overrun => Input.IsBlocked ? 0 : PixelLoad.Overrun(Window.StrideX);

    // Where the last vector of a row runs over into the next one, planes.
    public override KernelUnits Division =>
        IsAlongRows ? new(Output.Planes) : KernelUnits.OfImage(Output.Planes, Output.Height);

    public override HaloEffect HaloEffect => !IsAlongRows ? HaloEffect.Keeps : HaloEffect.Spoils;

    private bool IsAlongRows => Inside && !Input.IsBlocked;

    public override IEnumerable<string> Describe(
        ) => [$"{(Operation == PoolOperation.Max ? "Largest" : "Mean")} of {Size}; {Input.Kind} to {Output.Kind}."];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        if (IsAlongRows)
            AlongRows(writer);
        else if (Input.IsBlocked && !Window.IsLarge)
            AlongChannels(writer, tiles);
        else
            ForWindows(writer, _ => Single(writer));
    });

    // Blocks: vectors of channels, some pixels of a row at a time.
    private void AlongChannels(CodeWriter w, TileMethods tiles)
    {
        using (w.ForSamples())
        {
            ForRows(w, Input.Planes, Output.Height, (plane, oy) =>
            {
                string y0 = Index.Sum(-Window.Padding.Top, (oy, Window.StrideY));
                Limits(w, "y", y0, Window.KernelHeight, Window.DilationY, Input.Height);
                (string start, string first, string rows) = Inside
                    ? (y0, "0", $"{Window.KernelHeight}") : ("y0", "firstY", "endY - firstY");
                using (w.Block($"for (int lane = 0; lane < {Layout.Block}; lane += S.Width)"))
                {
                    string from = Index.Sum(Input.Origin, ("n", Input.Length), (plane, Input.PlaneStride), (start, Input.RowStride),
                        (first, Window.DilationY * Input.RowStride), ("lane", 1));
                    string to = Index.Sum(Output.Origin, ("n", Output.Length), (plane, Output.PlaneStride),
                        (oy, Output.RowStride), ("lane", 1));
                    w.Line($"ref float image = {Index.Ref("x", from)};");
                    w.Line($"ref float result = {Index.Ref("y", to)};");
                    VectorCode.ByInstructionSet(w, InstructionSet.All, (part, set) => AlongRow(part, set, tiles, rows));
                }
            });
        }
    }

    private void AlongRow(CodeWriter w, InstructionSet set, TileMethods tiles, string rows)
    {
        // Of what an average is taken: all rows of the window that lie in the image or its padding, or those in the image alone.
        string height = Inside || Operation != PoolOperation.Average ? rows
            : $"Math.Min({Window.KernelHeight}, {Image.Height + Window.Padding.Bottom} - y0)";
        foreach ((int start, int end, RowPiece piece) in RowPiece.Cut(Window, Output.Width, Input.Width, PoolTile.MostPixels(set)))
        {
            // Averages at the ends of a row may be of fewer columns.
            for (int from = start, to; from < end; from = to)
            {
                PoolTile tile = TileAt(from);
                for (to = from + piece.Pixels; to < end && TileAt(to) == tile;)
                    to += piece.Pixels;
                using (w.For("ox", from, to, piece.Pixels, out string ox))
                {
                    w.Line($"{tiles.MethodOf(tile)}<S, V>({Index.Ref("image", piece.FirstColumn(Window, Input, ox))}, "
                        + $"{Index.Ref("result", Index.Sum(0, (ox, Output.PixelStride)))}, "
                        + $"{rows}, {Window.DilationY * Input.RowStride}{(Operation == PoolOperation.Max ? "" : ", " + height)});");
                }
            }

            PoolTile TileAt(int ox) =>
                new(Operation == PoolOperation.Max, piece, [.. Enumerable.Range(0, piece.Pixels).Select(p => WidthOf(piece, ox + p, p))]);
        }
    }

    // Of how many columns an average is taken.
    private int WidthOf(RowPiece piece, int ox, int pixel) => Operation switch
    {
        PoolOperation.Max => 0,
        PoolOperation.Average when !Inside =>
            Math.Min(Window.KernelWidth, Image.Width + Window.Padding.Right - (ox * Window.StrideX - Window.Padding.Left)),
        PoolOperation.Average => Window.KernelWidth,
        _ => piece.TapsOf(pixel),
    };

    // Planes: a vector of neighbouring results. The last one of a row runs over, as in ConvolvePixels.
    private void AlongRows(CodeWriter w)
    {
        using (w.ForSamples())
        using (w.ForUnits("plane", 0, Input.Planes, 1, Units, out string plane))
        using (w.For("oy", 0, Output.Height, out string oy))
        using (w.Block($"for (int ox = 0; ox < {Output.Width}; ox += S.Width)"))
        {
            string from = Index.Sum(Input.Origin, ("n", Input.Length), (plane, Input.PlaneStride), (oy, Window.StrideY * Input.RowStride),
                ("ox", Window.StrideX));
            string to = Index.Sum(Output.Origin, ("n", Output.Length), (plane, Output.PlaneStride), (oy, Output.RowStride), ("ox", 1));
            w.Line($"ref float window = {Index.Ref("x", from)};");
            if (Window.IsLarge)
            {
                w.Line($"V result = {Start};");
                using (w.Block($"for (int ky = 0; ky < {Window.KernelHeight}; ky++)"))
                using (w.Block($"for (int kx = 0; kx < {Window.KernelWidth}; kx++)"))
                    w.Line($"result = {Combine("result", Load(TapOffset(Input)))};");
            }
            else
            {
                foreach ((int ky, int kx) in Enumerable.Range(0, Window.Taps)
                    .Select(tap => (tap / Window.KernelWidth, tap % Window.KernelWidth)))
                {
                    string load = Load($"{ky * Window.DilationY * Input.RowStride + kx * Window.DilationX}");
                    w.Line(ky + kx == 0 ? $"V result = {load};" : $"result = {Combine("result", load)};");
                }
            }
            string scaled = Operation == PoolOperation.Max ? "result"
                : $"S.Multiply(result, S.Broadcast({Literals.Float(1f / Window.Taps)}))";
            w.Line($"S.Store({scaled}, ref y, {to});");
        }

        string Load(string offset) =>
            Window.StrideX == 1 ? $"S.Load(ref window, {offset})" : $"S.LoadStrided(ref window, {offset}, {Window.StrideX})";
    }

    // One window at a time: of planes where it may hang over an edge, and of blocks where it has too many taps to write each.
    private void Single(CodeWriter w)
    {
        if (Input.IsBlocked)
        {
            w.Line($"V result = {Start};");
            ForTaps(w, () => w.Line($"result = {Combine("result", "S.Load(ref x, offset)")};"));
            w.Line($"S.Store({(Operation == PoolOperation.Max ? "result" : $"S.Multiply(result, S.Broadcast({Factor(Operation)}))")}, "
                + "ref y, at);");
            return;
        }
        w.Line(Operation == PoolOperation.Max ? "float result = float.NegativeInfinity;" : "float result = 0f;");
        ForTaps(w, () => w.Line(Operation == PoolOperation.Max
            ? "result = MathF.Max(result, Unsafe.Add(ref x, offset));"
            : "result += Unsafe.Add(ref x, offset);"));
        w.Line($"Unsafe.Add(ref y, at) = {(Operation == PoolOperation.Max ? "result" : $"result * ({Factor(Operation)})")};");
    }

    // What a window's taps are put together with, one by one.
    private string Start => Operation == PoolOperation.Max ? "S.Broadcast(float.NegativeInfinity)" : "S.Broadcast(0f)";

    private string Combine(string result, string value) =>
        Operation == PoolOperation.Max ? $"Pooling.Max<S, V>({result}, {value})" : $"S.Add({result}, {value})";
}

/// <summary>Backward max pooling: looks for the first largest value of each window again and adds the gradient there.</summary>
internal sealed record MaxPoolGradientKernel(Window Window, Layout X, Layout Dy, Layout Dx) : WindowKernel(Window, X, Dy)
{
    public override string Title => $"MaxPool{Window.KernelHeight}x{Window.KernelWidth}Gradient";

    public override EquatableArray<string> Operands => ["x", "dy", "dx"];

    public override IEnumerable<string> Describe() => [$"Gradient of the largest of {Size}: to the first largest value."];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        writer.Line($"Elementwise.Clear(ref dx, (nint)samples * {Dx.Length});");
        ForWindows(writer, place =>
        {
            writer.Line($"nint target = {place.In(Dx)};");
            string there = $"target + {TapOffset(Dx)}";
            if (X.IsBlocked)
            {
                writer.Line("V largest = S.Broadcast(float.NegativeInfinity);");
                ForTaps(writer, () => writer.Line("largest = Pooling.Max<S, V>(largest, S.Load(ref x, offset));"));
                writer.Line("V rest = S.Load(ref dy, at);");
                ForTaps(writer, () =>
                {
                    writer.Line($"nint there = {there};");
                    writer.Line("V taken = Pooling.TakeWhereLargest<S, V>(S.Load(ref x, offset), largest, ref rest);");
                    writer.Line("S.Store(S.Add(S.Load(ref dx, there), taken), ref dx, there);");
                });
            }
            else
            {
                writer.Line("float largest = float.NegativeInfinity;");
                writer.Line("nint where = -1;");
                ForTaps(writer, () =>
                {
                    writer.Line("float value = Unsafe.Add(ref x, offset);");
                    using (writer.Block("if (where < 0 || value > largest || (float.IsNaN(value) && !float.IsNaN(largest)))"))
                    {
                        writer.Line("largest = value;");
                        writer.Line($"where = {there};");
                    }
                });
                writer.Line("Unsafe.Add(ref dx, where) += Unsafe.Add(ref dy, at);");
            }
        });
    });
}

/// <summary>Backward average pooling: spreads each gradient evenly over its window.</summary>
internal sealed record AvgPoolGradientKernel(PoolOperation Operation, Window Window, Layout Dy, Layout Dx) : WindowKernel(Window, Dx, Dy)
{
    public override string Title => $"AvgPool{Window.KernelHeight}x{Window.KernelWidth}Gradient";

    public override EquatableArray<string> Operands => ["dy", "dx"];

    public override IEnumerable<string> Describe() => [$"Gradient of the mean of {Size}: spread evenly."];

    // Windows side by side that cover the image write each pixel once.
    private bool Covers =>
        Inside && Window.StrideY == Window.KernelHeight && Window.StrideX == Window.KernelWidth
        && Dy.Height * Window.StrideY == Dx.Height && Dy.Width * Window.StrideX == Dx.Width;

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        if (!Covers)
            writer.Line($"Elementwise.Clear(ref dx, (nint)samples * {Dx.Length});");
        ForWindows(writer, place =>
        {
            if (Dx.IsBlocked)
            {
                writer.Line($"V share = S.Multiply(S.Load(ref dy, at), S.Broadcast({Factor(Operation)}));");
                ForTaps(writer, () => writer.Line(Covers ? "S.Store(share, ref dx, offset);"
                    : "S.Store(S.Add(S.Load(ref dx, offset), share), ref dx, offset);"));
            }
            else
            {
                writer.Line($"float share = Unsafe.Add(ref dy, at) * ({Factor(Operation)});");
                ForTaps(writer, () => writer.Line($"Unsafe.Add(ref dx, offset) {(Covers ? "=" : "+=")} share;"));
            }
        });
    });
}
