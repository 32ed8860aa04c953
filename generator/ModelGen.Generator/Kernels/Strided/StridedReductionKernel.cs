using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>Sums, means, largest or smallest elements along some dimensions, of which the result has stride 0.</summary>
/// <param name="Source">Where the input lies.</param>
/// <param name="Loops">The dimensions, in the input's order, with the strides of input and result.</param>
/// <param name="Target">How the result lies.</param>
internal sealed record StridedReductionKernel(
    ReductionKind Kind, StridedOperand Source, EquatableArray<StridedLoop> Loops, Layout Target) : Kernel
{
    public override string Title => $"Reduce{Kind}";

    public override EquatableArray<string> Operands => ["x", "y"];

    public override IEnumerable<string> Describe() =>
        [$"{Kind} of {Count} elements each, to {Target}: {StridedLoop.Describe(Loops)}."];

    private long Count => Loops.Where(l => l.Strides[1] == 0).Aggregate(1L, (product, l) => product * l.Size);

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        string method = Kind == ReductionKind.Mean ? "Sum" : Kind.ToString();
        string none = Kind switch
        {
            ReductionKind.Max => "float.NegativeInfinity",
            ReductionKind.Min => "float.PositiveInfinity",
            _ => "0f",
        };
        writer.Line(FormattableString.Invariant($"Reductions.Fill(ref y, {none}, (nint)samples * {Target.Length});"));
        List<StridedLoop> loops = [.. StridedLoop.Simplify(Loops)];
        if (loops.Count == 0)
            loops.Add(StridedLoop.Of(1, 1, 1));
        StridedLoop last = loops[loops.Count - 1];
        using (writer.ForSamples())
        {
            StridedLoop.Write(writer, [.. loops.Take(loops.Count - 1)],
                [Source.Start, (Target.Origin, [("n", Target.Length)])], 1, at =>
            {
                string x = FormattableString.Invariant($"{Index.Ref("x", at[0])}, {last.Strides[0]}"), y = Index.Ref("y", at[1]);
                writer.Line(last.Strides[1] == 0 ? FormattableString.Invariant($"Reductions.{method}({x}, {y}, {last.Size});")
                    : FormattableString.Invariant($"Reductions.{method}Row({x}, {y}, {last.Strides[1]}, {last.Size});"));
            });
        }
        if (Kind == ReductionKind.Mean)
            writer.Line(FormattableString.Invariant($"Elementwise.Scale(ref y, 1f / {Count}, ref y, (nint)samples * {Target.Length});"));
    });
}
