using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>Products of matrices, rows × inner by inner × columns, for each step of some loops.</summary>
/// <param name="Loops">The dimensions before, with the strides of both operands and the result.</param>
/// <param name="RowOfA">Floats from a row of the first matrix to the next.</param>
/// <param name="ColumnOfA">Floats from a column of it to the next; those of the others are neighbours.</param>
internal sealed record MatrixProductKernel(
    StridedOperand A, StridedOperand B, Layout Target, EquatableArray<StridedLoop> Loops, int Rows, int Inner, int Columns,
    int RowOfA, int ColumnOfA, int RowOfB, int RowOfY) : Kernel
{
    // Rows of a unit, where there is one matrix: several tiles.
    private const int UnitRows = 16;

    public override string Title => "MatMul";

    public override EquatableArray<string> Operands => ["a", "b", "y"];

    public override HaloEffect HaloEffect => HaloEffect.Keeps;

    public override KernelUnits Division =>
        new(StridedLoop.Simplify(Loops) is { Count: > 0 } loops ? loops[0].Size : Layout.DivideUp(Rows, UnitRows));

    public override IEnumerable<string> Describe() =>
    [
        FormattableString.Invariant($"{Rows}×{Inner} by {Inner}×{Columns}")
            + (Loops.Count == 0 ? "" : ", for each of " + StridedLoop.Describe(Loops)) + $", to {Target}.",
    ];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        IReadOnlyList<StridedLoop> loops = StridedLoop.Simplify(Loops);
        bool byRows = loops.Count == 0 && Units > 1;
        if (byRows)
            writer.Line(FormattableString.Invariant(
                $"int first = firstUnit * {UnitRows}, rows = Math.Min({Rows}, endUnit * {UnitRows}) - first;"));
        (string, long)[] rowOfA = byRows ? [("first", RowOfA)] : [], rowOfY = byRows ? [("first", RowOfY)] : [];
        using (writer.ForSamples())
        {
            StridedLoop.Write(writer, loops,
                [(A.Start.Constant, [.. A.Start.Terms, .. rowOfA]), B.Start, (Target.Origin, [("n", Target.Length), .. rowOfY])],
                byRows ? 1 : Units, at => writer.Line(
                    FormattableString.Invariant($"MatrixProduct.Multiply({Index.Ref("a", at[0])}, {RowOfA}, {ColumnOfA}, ")
                    + FormattableString.Invariant($"{Index.Ref("b", at[1])}, {RowOfB}, {Index.Ref("y", at[2])}, {RowOfY}, ")
                    + FormattableString.Invariant($"{(byRows ? "rows" : $"{Rows}")}, {Inner}, {Columns});")));
        }
    });
}
