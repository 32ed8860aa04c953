using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Claims;

/// <summary>Kernels that do other than they say, to see that it is found.</summary>
internal static class WrongKernels
{
    private const int Length = 64;

    private static readonly KernelClaims s_claims = new(HaloEffect.Keeps, [], [], TreatsSamplesAlone: false, Units: 1, RowsOfUnit: 0, ReadsOwnRows: false, Overrun: 0);

    public static IReadOnlyList<KernelCase> All { get; } =
    [
        Case("ReadsBeyond", $"Elementwise.Add(ref Unsafe.Add({{0}}, 1), {{0}}, {{1}}, {Length})"),
        Case("WritesBeyond", $"Elementwise.Clear({{1}}, {Length + 1})"),
        Case("EveryUnitWritesAll", $"Elementwise.Relu({{0}}, {{1}}, {Length})", units: 4),
        Case("UnitsLeaveSomeOut", "Elementwise.Relu({0+16}, {1+16}, ({count}) * 8)", units: 4),
        Case("WritesItsInput", $"Elementwise.Clear({{0}}, {Length}); Elementwise.Clear({{1}}, {Length})"),
        Case("AddsToWhatIsThere", $"Elementwise.Add({{0}}, {{1}}, {{1}}, {Length})"),
        Case("LeavesSomeOut", $"Elementwise.Relu({{0}}, {{1}}, {Length - 1})"),
        // Before samples that another thread has.
        Case("CountsItsSamples", $"Elementwise.Affine({{0}}, {{1}}, {Length} * {{samples}}, {{samples}}, 0f)", batch: 3),
        Case("WritesOtherSamples", $"Elementwise.Clear({{1}}, {Length} * 3)", batch: 3),
    ];

    private static KernelCase Case(string name, string template, int units = 1, int batch = 1)
    {
        TensorType type = TensorType.Sample(Length);
        Layout layout = Layout.Blocked(type.Shape);
        var graph = new GraphBuilder(name);
        graph.Output("y", graph.Add("Relu", graph.Input("x", type)));
        Operand[] operands = [new(0, type, layout, IsExact: false), new(1, type, layout, IsExact: false)];
        return new KernelCase(name, graph.Build()[1], new RuntimeKernel(template, units), operands, s_claims with { Units = units, TreatsSamplesAlone = batch > 1 }, batch, IsOfSamples: true, Classes: 0) { Result = 1 };
    }
}
