using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>Copies a value into another layout: images to where a kernel wants them, parameters to the order in which they are read.</summary>
internal sealed record ReorderKernel(Layout Source, Layout Destination, bool PerSample) : Kernel
{
    public override string Title => PerSample ? "Reorder" : "Pack";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override IEnumerable<string> Describe() => [$"Copies {Source} to {Destination}."];

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitScalar(writer, this, method, () =>
    {
        Shape dims = Refine(Source.Dims, Destination.Dims);
        if (Destination.HasPartialBlock || !Destination.Halo.IsNone)
            writer.Line($"Elementwise.Clear(ref y, {(PerSample ? "(nint)samples * " : "")}{Destination.Length});");
        if (!PerSample)
        {
            Loops(writer, dims, "");
            return;
        }
        using (writer.ForSamples())
            Loops(writer, dims, "(nint)n * ");
    });

    private void Loops(CodeWriter w, Shape dims, string sample)
    {
        string[] indices = [.. Enumerable.Range(0, dims.Rank).Select(i => "i" + i)];
        string from = (sample.Length > 0 ? $"{sample}{Source.Length} + " : "") + OffsetIn(Source, dims, indices);
        string to = (sample.Length > 0 ? $"{sample}{Destination.Length} + " : "") + OffsetIn(Destination, dims, indices);
        bool rows = dims.Rank > 1 && !Source.IsBlocked && !Destination.IsBlocked;
        int loops = rows ? dims.Rank - 1 : dims.Rank;
        var scopes = new Stack<IDisposable>();
        for (int i = 0; i < loops; i++)
            scopes.Push(w.For(indices[i], 0, dims[i]));
        if (rows)
        {
            string last = indices[loops];
            w.Line($"const int {last} = 0;");
            w.Line($"Elementwise.Copy(ref Unsafe.Add(ref x, {from}), ref Unsafe.Add(ref y, {to}), {dims[loops]});");
        }
        else
        {
            w.Line($"Unsafe.Add(ref y, {to}) = Unsafe.Add(ref x, {from});");
        }
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
            dims.AddRange(i - firstOfA > 1 ? a.Dimensions.Skip(firstOfA).Take(i - firstOfA) : b.Dimensions.Skip(firstOfB).Take(j - firstOfB));
        }
        dims.AddRange(a.Dimensions.Skip(i));
        dims.AddRange(b.Dimensions.Skip(j));
        return new Shape(dims.ToEquatableArray());
    }

    // Each dimension of a coarser layout merges neighbouring ones of the finer: 60×13 lies as 15×1×4×13 with the first three merged.
    private static string OffsetIn(Layout layout, Shape dims, string[] indices)
    {
        if (layout.Dims == dims)
            return layout.OffsetOf(indices);
        string[] merged = new string[layout.Dims.Rank];
        int next = 0;
        for (int i = 0; i < merged.Length; i++)
        {
            merged[i] = indices[next];
            int length = dims[next++];
            while (next < dims.Rank && (length < layout.Dims[i] || i == merged.Length - 1))
            {
                merged[i] = $"({merged[i]} * {dims[next]} + {indices[next]})";
                length *= dims[next++];
            }
            if (length != layout.Dims[i])
                throw new InvalidOperationException($"{layout} cannot be read as {dims}");
        }
        return layout.OffsetOf(merged);
    }
}

/// <summary>Filters turned by 180°, inputs and outputs exchanged within each group.</summary>
internal sealed record TransposeFiltersKernel(Layout Source, Layout Destination, int Groups) : Kernel
{
    public override string Title => "TransposeFilters";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override IEnumerable<string> Describe() => [$"Filters {Source} turned by 180°, inputs and outputs exchanged: {Destination}."];

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitScalar(writer, this, method, () =>
    {
        (int outputs, int inputs) = (Source.Dims[0] / Groups, Source.Dims[1]);
        (int height, int width) = (Source.Dims[2], Source.Dims[3]);
        if (Destination.HasPartialBlock)
            writer.Line($"Elementwise.Clear(ref y, {Destination.Length});");
        using (writer.For("group", 0, Groups))
        using (writer.For("i", 0, inputs))
        using (writer.For("o", 0, outputs))
        {
            writer.Line($"int from = group * {outputs} + o;");
            writer.Line($"int to = group * {inputs} + i;");
            using (writer.For("ky", 0, height))
            using (writer.For("kx", 0, width))
            {
                string target = Destination.OffsetOf("to", "o", $"({height - 1} - ky)", $"({width - 1} - kx)");
                writer.Line($"Unsafe.Add(ref y, {target}) = Unsafe.Add(ref x, {Source.OffsetOf("from", "i", "ky", "kx")});");
            }
        }
    });
}

/// <summary>A matrix packed [O, dims] to its transpose packed [dims, O].</summary>
internal sealed record TransposeMatrixKernel(Layout Source, Layout Destination) : Kernel
{
    public override string Title => "TransposeMatrix";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override IEnumerable<string> Describe() => [$"Transposes {Source} to {Destination}."];

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitScalar(writer, this, method, () =>
    {
        if (Destination.HasPartialBlock)
            writer.Line($"Elementwise.Clear(ref y, {Destination.Length});");
        int rank = Source.Dims.Rank;
        string[] inner = [.. Enumerable.Range(1, rank - 1).Select(i => "i" + i)];
        var scopes = new Stack<IDisposable>();
        for (int i = 1; i < rank; i++)
            scopes.Push(writer.For(inner[i - 1], 0, Source.Dims[i]));
        scopes.Push(writer.For("o", 0, Source.Dims[0]));
        writer.Line($"Unsafe.Add(ref y, {Destination.OffsetOf([.. inner, "o"])}) = Unsafe.Add(ref x, {Source.OffsetOf(["o", .. inner])});");
        while (scopes.Count > 0)
            scopes.Pop().Dispose();
    });
}

/// <summary>What the kernels that move whole pixels share: loops over planes, and a copy of one pixel (16 floats in blocks, one in planes).</summary>
internal abstract record PixelMoveKernel(Layout Source, Layout Destination) : Kernel
{
    public override EquatableArray<string> Operands => ["x", "y"];

    /// <summary>Writes the loops over rows and columns of one plane.</summary>
    protected abstract void EmitPlane(CodeWriter w);

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitScalar(writer, this, method, () =>
    {
        if (ClearsFirst)
            writer.Line($"Elementwise.Clear(ref y, (nint)samples * {Destination.Length});");
        using (writer.ForSamples())
        using (writer.For("plane", 0, Source.Planes))
        {
            writer.Line($"ref float from = ref Unsafe.Add(ref x, (nint)n * {Source.Length} + {Source.Origin} + plane * {Source.PlaneStride});");
            writer.Line($"ref float to = ref Unsafe.Add(ref y, (nint)n * {Destination.Length} + {Destination.Origin} + plane * {Destination.PlaneStride});");
            EmitPlane(writer);
        }
    });

    protected virtual bool ClearsFirst => true;

    protected void Move(CodeWriter w, string fromY, string fromX, string toY, string toX, string assign)
    {
        string from = $"{fromY} * {Source.RowStride} + {fromX} * {Source.PixelStride}";
        string to = $"{toY} * {Destination.RowStride} + {toX} * {Destination.PixelStride}";
        using (w.For("lane", 0, Source.PixelStride))
            w.Line($"Unsafe.Add(ref to, {to} + lane) {assign} Unsafe.Add(ref from, {from} + lane);");
    }
}

/// <summary>See <see cref="Ops.InsertZeros"/>.</summary>
internal sealed record InsertZerosKernel(Layout Source, Layout Destination, int StrideY, int StrideX, int OffsetY, int OffsetX)
    : PixelMoveKernel(Source, Destination)
{
    public override string Title => "InsertZeros";

    public override IEnumerable<string> Describe() =>
        [$"Pixels of {Source} at distance {StrideY}×{StrideX} on {Destination}, the first at ({OffsetY}, {OffsetX}), zeros between."];

    protected override void EmitPlane(CodeWriter w)
    {
        // Only pixels that land on the canvas.
        (int firstY, int endY) = Range(Source.Height, StrideY, OffsetY, Destination.Height);
        (int firstX, int endX) = Range(Source.Width, StrideX, OffsetX, Destination.Width);
        if (firstY >= endY || firstX >= endX)
            return;
        using (w.For("iy", firstY, endY))
        using (w.For("ix", firstX, endX))
            Move(w, "iy", "ix", $"({OffsetY} + iy * {StrideY})", $"({OffsetX} + ix * {StrideX})", "=");
    }

    private static (int First, int End) Range(int length, int stride, int offset, int canvas)
    {
        int first = offset >= 0 ? 0 : Layout.DivideUp(-offset, stride);
        int end = canvas - offset <= 0 ? 0 : Math.Min(length, Layout.DivideUp(canvas - offset, stride));
        return (first, end);
    }
}

/// <summary>See <see cref="Ops.Pad"/>; backwards, each pixel of the border adds its gradient to the pixel it was copied from.</summary>
internal sealed record PadKernel(Layout Source, Layout Destination, bool Reflect, int Top, int Left, bool IsGradient)
    : PixelMoveKernel(Source, Destination)
{
    public static PadKernel Of(Node node, Layout source, Layout destination, bool isGradient)
    {
        var border = node.Attributes.Ints("padding");
        return new PadKernel(source, destination, node.Attributes["mode"].Word == "reflect", border[0], border[1], isGradient);
    }

    public override string Title => IsGradient ? "PadGradient" : "Pad";

    public override IEnumerable<string> Describe() =>
        [$"{(Reflect ? "Mirrored" : "Repeated")} border, {Top} rows above and {Left} columns left{(IsGradient ? ", gradient" : "")}: {Source} to {Destination}."];

    protected override bool ClearsFirst => IsGradient;

    protected override void EmitPlane(CodeWriter w)
    {
        Layout padded = IsGradient ? Source : Destination;
        Layout image = IsGradient ? Destination : Source;
        using (w.For("py", 0, padded.Height))
        {
            w.Line($"int iy = {Inside("py", Top, image.Height)};");
            using (w.For("px", 0, padded.Width))
            {
                w.Line($"int ix = {Inside("px", Left, image.Width)};");
                if (IsGradient)
                    Move(w, "py", "px", "iy", "ix", "+=");
                else
                    Move(w, "iy", "ix", "py", "px", "=");
            }
        }
    }

    private string Inside(string position, int before, int length) => Reflect
        ? $"{position} < {before} ? {before} - {position} : {position} - {before} < {length} ? {position} - {before} : {2 * (length - 1) + before} - {position}"
        : $"Math.Clamp({position} - {before}, 0, {length - 1})";
}
