using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>Places along one dimension that a copy goes through in an order of its own.</summary>
/// <param name="Stride">Floats from one place to the next, where they are counted.</param>
/// <param name="OtherStride">Floats from one to the next on the other side, where they lie in order.</param>
/// <param name="OfSource">Whether the places are those that are read, rather than those that are written.</param>
internal sealed record CopiedPlaces(EquatableArray<int> Places, int Stride, int OtherStride, bool OfSource);

/// <summary>One part of a copy.</summary>
/// <param name="Source">Where it is read.</param>
/// <param name="TargetStart">Floats before its first element in a sample of the result.</param>
/// <param name="Loops">The dimensions, with the strides of source and result.</param>
/// <param name="Places">The outermost loop, where it is one over given places.</param>
internal sealed record CopiedPart(
    StridedOperand Source, int TargetStart, EquatableArray<StridedLoop> Loops, CopiedPlaces? Places = null)
{
    public string Describe() => (Places is null ? "" : $"{Places.Places.Count} places, ")
        + (Loops.Count == 0 ? "one element" : StridedLoop.Describe(Loops));
}

/// <summary>
/// The copy between tensors whose elements lie at strides: other orders of dimensions, parts, repetitions, several behind one another.
/// Operands are the sources of the parts, one each, and the result.
/// </summary>
/// <param name="Parts">What is copied.</param>
/// <param name="Target">How the result lies.</param>
/// <param name="What">What it does, for the reader.</param>
internal sealed record StridedCopyKernel(EquatableArray<CopiedPart> Parts, Layout Target, string What) : Kernel
{
    // Shorter rows are not worth turning over.
    private const int LeastTurned = 4;

    /// <summary>Whether the result is zero where nothing is copied to.</summary>
    public bool ClearsFirst { get; init; }

    /// <summary>Whether copies are added up, onto zeros.</summary>
    public bool Adds { get; init; }

    /// <summary>Whether samples are gone through, or it is done once.</summary>
    public bool PerSample { get; init; } = true;

    public override string Title => What;

    public override EquatableArray<string> Operands =>
        [.. Parts.Select((_, i) => Parts.Count == 1 ? "x" : FormattableString.Invariant($"x{i}")), "y"];

    public override HaloEffect HaloEffect => ClearsFirst ? HaloEffect.Clears : HaloEffect.Keeps;

    // The loops outside the call of the runtime, where there is one part, which no other one waits for.
    public override KernelUnits Division =>
        !PerSample || ClearsFirst || Parts.Count > 1 || Parts[0].Places is not null || Ordered(Parts[0], out bool turns) is not { } loops
            || loops.Count <= (turns ? 2 : 1) ? KernelUnits.One : new(loops[0].Size);

    public override IEnumerable<string> Describe() =>
        [$"{What}: {(Adds ? "sums" : "copies")} to {Target}.", .. Parts.Select(p => "  " + p.Describe())];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        if (ClearsFirst)
            writer.Line($"Elementwise.Clear(ref y, {(PerSample ? "(nint)samples * " : "")}{Target.Length});");
        for (int i = 0; i < Parts.Count; i++)
        {
            if (Parts[i].Places is CopiedPlaces places)
                writer.Line(FormattableString.Invariant($"ReadOnlySpan<int> places{i} = [{string.Join(", ", places.Places)}];"));
        }
        if (!PerSample)
        {
            EmitParts(writer);
            return;
        }
        using (writer.ForSamples())
            EmitParts(writer);
    });

    private void EmitParts(CodeWriter w)
    {
        for (int i = 0; i < Parts.Count; i++)
        {
            CopiedPart part = Parts[i];
            if (part.Places is not CopiedPlaces places)
            {
                EmitPart(w, i, []);
                continue;
            }
            using (w.For("place", 0, places.Places.Count, out string place))
            {
                (string, long) counted = (FormattableString.Invariant($"places{i}[{place}]"), places.Stride),
                    inOrder = (place, places.OtherStride);
                EmitPart(w, i, places.OfSource ? [counted, inOrder] : [inOrder, counted]);
            }
        }
    }

    // More is what source and result are further on.
    private void EmitPart(CodeWriter w, int number, (string, long)[] more)
    {
        CopiedPart part = Parts[number];
        List<StridedLoop> loops = Ordered(part, out bool turns);
        int inner = turns ? 2 : Math.Min(1, loops.Count);
        (long Constant, (string, long)[] Terms) from = part.Source.Start;
        (string, long)[] sample = PerSample ? [("n", Target.Length)] : [];
        (string, long)[] furtherFrom = more.Length == 0 ? [] : [more[0]], furtherTo = more.Length == 0 ? [] : [more[1]];
        StridedLoop.Write(w, [.. loops.Take(loops.Count - inner)],
            [(from.Constant, [.. from.Terms, .. furtherFrom]), (part.TargetStart, [.. sample, .. furtherTo])], Units, at =>
        {
            string source = Operands[number];
            string x = Index.Ref(source, at[0]), y = Index.Ref("y", at[1]);
            if (inner == 0)
            {
                w.Line($"{Index.Element("y", at[1])} {(Adds ? "+=" : "=")} {Index.Element(source, at[0])};");
                return;
            }
            StridedLoop last = loops[loops.Count - 1];
            (int size, int xStride, int yStride) = (last.Size, last.Strides[0], last.Strides[1]);
            if (turns)
            {
                StridedLoop rows = loops[loops.Count - 2];
                w.Line(FormattableString.Invariant($"Strided.Transpose({x}, {xStride}, {y}, {rows.Strides[1]}, {rows.Size}, {size});"));
            }
            else if (Adds)
            {
                w.Line(FormattableString.Invariant($"Strided.Add({x}, {xStride}, {y}, {yStride}, {size});"));
            }
            else
            {
                w.Line(xStride == 1 && yStride == 1 ? FormattableString.Invariant($"Elementwise.Copy({x}, {y}, {size});")
                    : FormattableString.Invariant($"Strided.Copy({x}, {xStride}, {y}, {yStride}, {size});"));
            }
        });
    }

    // Neighbours of the result innermost; and, where neighbours of the source are another dimension, that one next to them.
    private List<StridedLoop> Ordered(CopiedPart part, out bool turns)
    {
        List<StridedLoop> loops = [.. StridedLoop.Simplify(part.Loops)];
        int row = loops.FindIndex(l => l.Strides[0] == 1 && l.Strides[1] != 1), column = loops.FindIndex(l => l.Strides[1] == 1);
        turns = !Adds && row >= 0 && column >= 0 && loops[column].Strides[0] > 1 && loops[row].Size >= LeastTurned
            && loops[column].Size >= LeastTurned;
        if (!turns)
            return loops;
        (StridedLoop rows, StridedLoop columns) = (loops[row], loops[column]);
        return [.. loops.Where((_, i) => i != row && i != column), rows, columns];
    }
}
