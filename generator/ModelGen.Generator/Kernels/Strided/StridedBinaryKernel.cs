using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>A function of two operands, each of which is repeated along the dimensions in which its stride is 0.</summary>
/// <param name="Function">The method of the runtime's <c>Broadcast</c>.</param>
/// <param name="Loops">The dimensions, with the strides of both operands and the result.</param>
/// <param name="Target">How the result lies.</param>
internal sealed record StridedBinaryKernel(
    string Function, StridedOperand A, StridedOperand B, EquatableArray<StridedLoop> Loops, Layout Target) : Kernel
{
    public override string Title => $"Broadcast{Function}";

    public override EquatableArray<string> Operands => ["a", "b", "y"];

    public override HaloEffect HaloEffect => HaloEffect.Keeps;

    public override KernelUnits Division => new(StridedLoop.Simplify(Loops) is { Count: > 1 } loops ? loops[0].Size : 1);

    public override IEnumerable<string> Describe() => [$"{Function}, to {Target}: {StridedLoop.Describe(Loops)}."];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        List<StridedLoop> loops = [.. StridedLoop.Simplify(Loops)];
        if (loops.Count == 0)
            loops.Add(StridedLoop.Of(1, 0, 0, 1));
        StridedLoop last = loops[loops.Count - 1];
        using (writer.ForSamples())
        {
            StridedLoop.Write(writer, [.. loops.Take(loops.Count - 1)],
                [A.Start, B.Start, (Target.Origin, [("n", Target.Length)])], Units, at => writer.Line(FormattableString.Invariant(
                    $"Broadcast.{Function}({Index.Ref("a", at[0])}, {last.Strides[0]}, {Index.Ref("b", at[1])}, {last.Strides[1]}, ")
                    + FormattableString.Invariant($"{Index.Ref("y", at[2])}, {last.Strides[2]}, {last.Size});")));
        }
    });
}
