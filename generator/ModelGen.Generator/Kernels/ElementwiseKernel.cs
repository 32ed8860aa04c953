using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// An element-wise function of the runtime library. Threads share the rows of images in blocks that have many, so that each finds what it
/// wrote the step before in its core's cache, and pieces of 1,024 floats, of which the last is a little larger, of everything else.
/// </summary>
/// <param name="Function">The method of <c>Elementwise</c>.</param>
/// <param name="Inputs">How many operands it reads, all of which lie as the result does.</param>
/// <param name="Layout">How that is.</param>
/// <param name="Constants">Further arguments as C# text, each with a comma before it.</param>
internal sealed record ElementwiseKernel(string Function, int Inputs, Layout Layout, string Constants, int Batch) : Kernel
{
    private const int Chunk = 1_024;

    public override string Title => IsDivided ? Function : "";

    public override EquatableArray<string> Operands => Inputs switch { 1 => ["x", "y"], 2 => ["a", "b", "y"], _ => ["a", "b", "c", "y"] };

    // Of a smaller batch the later pieces are empty.
    public override KernelUnits Division =>
        !IsByRows ? new(Math.Max(1, (int)Math.Min(int.MaxValue / Chunk, (long)Layout.Length * Batch / Chunk)))
        // The rows of a halo, above and below, would be counted as the image's.
        : Layout.Halo.IsNone ? KernelUnits.OfRows(Layout.Rows, readsOwn: true) : new(Layout.Rows);

    /// <summary>Whether the function of zeros is zero.</summary>
    public bool MapsZeros { get; init; }

    public override HaloEffect HaloEffect => MapsZeros ? HaloEffect.MapsZeros : HaloEffect.Spoils;

    // Each element is read before the same one is written.
    public override EquatableArray<int> InPlaceOperands => Enumerable.Range(0, Inputs).ToEquatableArray();

    private bool IsByRows => Layout.IsBlocked && Layout.Dims.Rank == 3 && KernelUnits.HasManyRows(Layout.Height);

    public override IEnumerable<string> Describe() => [$"{Function} of {Layout}, in {(IsByRows ? "rows" : $"pieces of {Chunk}")}."];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitScalar(writer, this, method, () =>
    {
        if (IsByRows)
        {
            using (writer.ForSamples())
            using (writer.For("plane", 0, Layout.Planes, out string plane))
            {
                string row = Index.Sum(0, ("n", Layout.Length), (plane, Layout.PlaneStride), ("firstUnit", Layout.RowStride));
                writer.Line($"nint first = {row};");
                writer.Line($"Elementwise.{Function}({At("first")}, (endUnit - firstUnit) * {Layout.RowStride}{Constants});");
            }
            return;
        }
        writer.Line($"nint all = (nint){Layout.Length} * samples;");
        writer.Line($"nint first = Math.Min(all, (nint)firstUnit * {Chunk});");
        writer.Line($"nint end = endUnit == {Units} ? all : Math.Min(all, (nint)endUnit * {Chunk});");
        writer.Line($"Elementwise.{Function}({At("first")}, end - first{Constants});");

        string At(string offset) => string.Join(", ", Operands.Select(o => $"ref Unsafe.Add(ref {o}, {offset})"));
    });

    public override string Call(
        string method, IReadOnlyList<string> arguments, string samples, UnitRange range, string earlierSamples = "0")
    {
        if (IsDivided)
            return base.Call(method, arguments, samples, range);
        string length = Layout.Length.ToString(CultureInfo.InvariantCulture);
        return $"Elementwise.{Function}({string.Join(", ", arguments.Select(a => "ref " + a))}, "
            + $"{(samples == "1" ? length : $"(nint){length} * {samples}")}{Constants});";
    }
}
