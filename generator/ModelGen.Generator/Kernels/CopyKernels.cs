using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Copies a value into another layout: images to where a kernel wants them, parameters to the order in which they are read.
/// </summary>
internal sealed record ReorderKernel(Layout Source, Layout Destination, bool PerSample) : Kernel
{
    public override string Title => PerSample ? "Reorder" : "Pack";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override IEnumerable<string> Describe() => [$"Copies {Source} to {Destination}."];

    // Rows of planes, where a plane is a channel or, where either side has them in blocks, 16 of them.
    public override KernelUnits Division => new(PerSample ? Planes * Rows : 1);

    // Of what is computed once, all is cleared first.
    public override HaloEffect HaloEffect => PerSample ? HaloEffect.Keeps : HaloEffect.Clears;

    private Shape Dims => Refine(Source.Dims, Destination.Dims);

    private bool IsBlocked => Source.IsBlocked || Destination.IsBlocked;

    private int Planes => IsBlocked ? Layout.DivideUp(Dims[0], Layout.Block) : Dims[0];

    private int Rows => Dims.Rank > 2 ? Dims[1] : 1;

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        if (!PerSample)
        {
            // Of what is computed once, kernels may rely on zeros around it.
            if (Destination.HasPartialBlock || !Destination.Halo.IsNone)
                writer.Line($"Elementwise.Clear(ref y, {Destination.Length});");
            Loops(writer, Dims, "0", 0, new string[Dims.Rank]);
            return;
        }
        using (writer.ForSamples())
        {
            if (Units == 1)
                Loops(writer, Dims, "n", 0, new string[Dims.Rank]);
            else
                LoopsOverUnits(writer);
        }
    });

    private void LoopsOverUnits(CodeWriter w)
    {
        string[] indices = new string[Dims.Rank];
        using (w.Block("for (int unit = firstUnit; unit < endUnit; unit++)"))
        {
            string plane = Rows > 1 ? $"unit / {Rows}" : "unit";
            indices[0] = "i0";
            if (Rows > 1)
            {
                indices[1] = "i1";
                w.Line($"int i1 = unit % {Rows};");
            }
            if (!IsBlocked)
            {
                w.Line($"int i0 = {plane};");
                Loops(w, Dims, "n", Rows > 1 ? 2 : 1, indices);
                return;
            }
            w.Line($"int first = {(Rows > 1 ? $"({plane})" : plane)} * {Layout.Block};");
            using (w.Block($"for (int i0 = first; i0 < Math.Min({Dims[0]}, first + {Layout.Block}); i0++)"))
                Loops(w, Dims, "n", Rows > 1 ? 2 : 1, indices);
        }
    }

    // Loops over the dimensions from one on; the indices of those before are known.
    private void Loops(CodeWriter w, Shape dims, string sample, int from, string[] indices)
    {
        bool rows = dims.Rank > 1 && !IsBlocked;
        int loops = rows ? dims.Rank - 1 : dims.Rank;
        var scopes = new Stack<IDisposable>();
        for (int i = from; i < dims.Rank; i++)
        {
            if (i < loops)
                scopes.Push(w.For("i" + i, 0, dims[i], out indices[i]));
            else
                indices[i] = "0";
        }
        string source = Index.Sum(0, (sample, Source.Length), (OffsetIn(Source, dims, indices), 1));
        string destination = Index.Sum(0, (sample, Destination.Length), (OffsetIn(Destination, dims, indices), 1));
        w.Line(rows
            ? $"Elementwise.Copy({Index.Ref("x", source)}, {Index.Ref("y", destination)}, {dims[loops]});"
            : $"{Index.Element("y", destination)} = {Index.Element("x", source)};");
        while (scopes.Count > 0)
            scopes.Pop().Dispose();
    }

    // The coarsest dimensions that both shapes merge into theirs: 15×4×3×180 and 180×15×4×3 are both 15×4×3×15×4×3.
    private static Shape Refine(Shape a, Shape b)
    {
        var dims = new List<int>();
        int i = 0;
        int j = 0;
        while (i < a.Rank && j < b.Rank)
        {
            (int firstOfA, int firstOfB) = (i, j);
            (long lengthOfA, long lengthOfB) = (a[i++], b[j++]);
            while (lengthOfA != lengthOfB)
            {
                if (lengthOfA < lengthOfB && i < a.Rank)
                    lengthOfA *= a[i++];
                else if (lengthOfB < lengthOfA && j < b.Rank)
                    lengthOfB *= b[j++];
                else
                    throw new InvalidOperationException($"{a} and {b} have different lengths");
            }
            if (i - firstOfA > 1 && j - firstOfB > 1)
                throw new InvalidOperationException($"{a} and {b} divide the same elements differently");
            dims.AddRange(i - firstOfA > 1 ? a.Dimensions.Skip(firstOfA).Take(i - firstOfA)
                : b.Dimensions.Skip(firstOfB).Take(j - firstOfB));
        }
        dims.AddRange(a.Dimensions.Skip(i));
        dims.AddRange(b.Dimensions.Skip(j));
        return new Shape(dims.ToEquatableArray());
    }

    // A layout whose dimensions are coarser lies in row-major order over those that each of them merges.
    private string OffsetIn(Layout layout, Shape dims, string[] indices)
    {
        var merged = new List<string>();
        int next = 0;
        foreach (int size in layout.Dims.Dimensions)
        {
            string index = "";
            long length = 1;
            while (next < dims.Rank && (length < size || (index.Length == 0 && dims[next] == 1)))
            {
                index = index.Length == 0 ? indices[next] : Index.Sum(0, (index, dims[next]), (indices[next], 1));
                length *= dims[next++];
            }
            if (length != size)
                throw new InvalidOperationException($"the dimensions of {Source} and {Destination} do not hang together");
            merged.Add(index.Length == 0 ? "0" : index);
        }
        // Features lie one behind the other in blocks too.
        return merged.Count == 1 && layout.Kind != LayoutKind.Pitched ? merged[0] : layout.OffsetOf([.. merged]);
    }
}

/// <summary>Filters turned by 180°, inputs and outputs exchanged within each group.</summary>
internal sealed record TransposeFiltersKernel(Layout Source, Layout Destination, int Groups) : Kernel
{
    public override string Title => "TransposeFilters";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override IEnumerable<string> Describe() => [$"Filters {Source} turned by 180°, inputs and outputs exchanged: {Destination}."];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        (int outputs, int inputs) = (Source.Dims[0] / Groups, Source.Dims[1]);
        (int height, int width) = (Source.Dims[2], Source.Dims[3]);
        if (Destination.HasPartialBlock)
            writer.Line($"Elementwise.Clear(ref y, {Destination.Length});");
        using (writer.For("group", 0, Groups, out string group))
        using (writer.For("i", 0, inputs, out string i))
        using (writer.For("o", 0, outputs, out string o))
        using (writer.For("ky", 0, height, out string ky))
        using (writer.For("kx", 0, width, out string kx))
        {
            string from = Source.OffsetOf(Index.Sum(0, (group, outputs), (o, 1)), i, ky, kx);
            string to = Destination.OffsetOf(Index.Sum(0, (group, inputs), (i, 1)), o, Index.Sum(height - 1, (ky, -1)),
                Index.Sum(width - 1, (kx, -1)));
            writer.Line($"{Index.Element("y", to)} = {Index.Element("x", from)};");
        }
    });
}

/// <summary>
/// What the kernels that move whole pixels share: loops over planes, and a copy of one pixel (16 floats in blocks, one in planes).
/// </summary>
internal abstract record PixelMoveKernel(Layout Source, Layout Destination) : Kernel
{
    public override EquatableArray<string> Operands => ["x", "y"];

    /// <summary>Writes the loops over rows and columns of one plane.</summary>
    protected abstract void EmitPlane(CodeWriter w);

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        if (ClearsFirst)
            writer.Line($"Elementwise.Clear(ref y, (nint)samples * {Destination.Length});");
        using (writer.ForSamples())
        using (writer.ForUnits("plane", 0, Source.Planes, 1, Units, out string plane))
        {
            writer.Line($"ref float from = {Index.Ref("x", Index.Sum(Source.Origin, ("n", Source.Length), (plane, Source.PlaneStride)))};");
            string to = Index.Sum(Destination.Origin, ("n", Destination.Length), (plane, Destination.PlaneStride));
            writer.Line($"ref float to = {Index.Ref("y", to)};");
            EmitPlane(writer);
        }
    });

    protected virtual bool ClearsFirst => true;

    public override HaloEffect HaloEffect => ClearsFirst ? HaloEffect.Clears : HaloEffect.Keeps;

    protected void Move(CodeWriter w, string fromY, string fromX, string toY, string toX, string assign)
    {
        using (w.For("lane", 0, Source.PixelStride, out string lane))
        {
            string from = Index.Sum(0, (fromY, Source.RowStride), (fromX, Source.PixelStride), (lane, 1));
            string to = Index.Sum(0, (toY, Destination.RowStride), (toX, Destination.PixelStride), (lane, 1));
            w.Line($"{Index.Element("to", to)} {assign} {Index.Element("from", from)};");
        }
    }
}

/// <summary>See <see cref="Ops.InsertZeros"/>.</summary>
internal sealed record InsertZerosKernel(Layout Source, Layout Destination, int StrideY, int StrideX, int OffsetY, int OffsetX)
    : PixelMoveKernel(Source, Destination)
{
    public override string Title => "InsertZeros";

    public override IEnumerable<string> Describe() =>
    [
        FormattableString.Invariant($"Pixels of {Source} at distance {StrideY}×{StrideX} on {Destination}, ")
            + FormattableString.Invariant($"the first at ({OffsetY}, {OffsetX}), zeros between."),
    ];

    protected override void EmitPlane(CodeWriter w)
    {
        // Only pixels that land on the canvas.
        (int firstY, int endY) = Range(Source.Height, StrideY, OffsetY, Destination.Height);
        (int firstX, int endX) = Range(Source.Width, StrideX, OffsetX, Destination.Width);
        if (firstY >= endY || firstX >= endX)
            return;
        using (w.For("iy", firstY, endY, out string iy))
        using (w.For("ix", firstX, endX, out string ix))
            Move(w, iy, ix, Index.Sum(OffsetY, (iy, StrideY)), Index.Sum(OffsetX, (ix, StrideX)), "=");
    }

    private static (int First, int End) Range(int length, int stride, int offset, int canvas)
    {
        int first = offset >= 0 ? 0 : Layout.DivideUp(-offset, stride);
        int end = canvas - offset <= 0 ? 0 : Math.Min(length, Layout.DivideUp(canvas - offset, stride));
        return (first, end);
    }
}

/// <summary>See <see cref="Ops.Pad"/>; backwards, each pixel of the border adds its gradient to the pixel it was copied from.</summary>
internal sealed record PadKernel(Layout Source, Layout Destination, string Mode, int Top, int Left, bool IsGradient)
    : PixelMoveKernel(Source, Destination)
{
    public static PadKernel Of(Node node, Layout source, Layout destination, bool isGradient)
    {
        var border = node.Attributes.Ints("padding");
        return new PadKernel(source, destination, node.Attributes["mode"].Word, border[0], border[1], isGradient);
    }

    public override string Title => IsGradient ? "PadGradient" : "Pad";

    public override IEnumerable<string> Describe() =>
        [$"{Word} border, {Top} rows above and {Left} columns left{(IsGradient ? ", gradient" : "")}: {Source} to {Destination}."];

    private string Word => Mode switch { Ops.Pad.Reflect => "Mirrored", Ops.Pad.Circular => "Circular", _ => "Repeated" };

    protected override bool ClearsFirst => IsGradient;

    public override KernelUnits Division => new(IsGradient ? 1 : Source.Planes);

    protected override void EmitPlane(CodeWriter w)
    {
        Layout padded = IsGradient ? Source : Destination;
        Layout image = IsGradient ? Destination : Source;
        using (w.For("py", 0, padded.Height, out string py))
        {
            w.Line($"int iy = {Inside(py, Top, image.Height)};");
            using (w.For("px", 0, padded.Width, out string px))
            {
                w.Line($"int ix = {Inside(px, Left, image.Width)};");
                if (IsGradient)
                    Move(w, py, px, "iy", "ix", "+=");
                else
                    Move(w, "iy", "ix", py, px, "=");
            }
        }
    }

    private string Inside(string position, int before, int length) => Mode switch
    {
        Ops.Pad.Circular => $"({position} + {(length - before % length) % length}) % {length}",
        Ops.Pad.Reflect => $"{position} < {before} ? {before} - {position} : {position} - {before} < {length} ? {position} - {before} : "
            + $"{2 * (length - 1) + before} - {position}",
        _ => $"Math.Clamp({position} - {before}, 0, {length - 1})",
    };
}
