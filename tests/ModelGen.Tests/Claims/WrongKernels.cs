using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Claims;

/// <summary>Kernels that do other than they say, to see that it is found.</summary>
internal static class WrongKernels
{
    private static readonly CallArgument s_x = CallArgument.Operand(0), s_y = CallArgument.Operand(1);

    private const int Length = 64;

    private static readonly KernelClaims s_claims =
        new(HaloEffect.Keeps, [], [], TreatsSamplesAlone: false, Units: 1, RowsOfUnit: 0, ReadsOwnRows: false, Overrun: 0);

    public static IReadOnlyList<KernelCase> All { get; } =
    [
        Case("ReadsBeyond", RuntimeCall.Of("Elementwise.Add", s_x.At(1), s_x, s_y, Length)),
        Case("WritesBeyond", RuntimeCall.Of("Elementwise.Clear", s_y, Length + 1)),
        Case("EveryUnitWritesAll", RuntimeCall.Of("Elementwise.Relu", s_x, s_y, Length), units: 4),
        Case("UnitsLeaveSomeOut", RuntimeCall.Of("Elementwise.Relu", CallArgument.Operand(0, 16), CallArgument.Operand(1, 16),
            CallArgument.Joined("(", CallArgument.UnitCount, ") * 8")), units: 4),
        Case("WritesItsInput", [RuntimeCall.Of("Elementwise.Clear", s_x, Length), RuntimeCall.Of("Elementwise.Clear", s_y, Length)]),
        Case("AddsToWhatIsThere", RuntimeCall.Of("Elementwise.Add", s_x, s_y, s_y, Length)),
        Case("LeavesSomeOut", RuntimeCall.Of("Elementwise.Relu", s_x, s_y, Length - 1)),
        // Before samples that another thread has.
        Case("CountsItsSamples", RuntimeCall.Of("Elementwise.Affine", s_x, s_y, CallArgument.Joined($"{Length} * ", CallArgument.Samples),
            CallArgument.Samples, "0f"), batch: 3),
        Case("WritesOtherSamples", RuntimeCall.Of("Elementwise.Clear", s_y, $"{Length} * 3"), batch: 3),
    ];

    private static KernelCase Case(string name, RuntimeCall call, int units = 1, int batch = 1) => Case(name, [call], units, batch);

    private static KernelCase Case(string name, EquatableArray<RuntimeCall> calls, int units = 1, int batch = 1)
    {
        TensorType type = TensorType.Sample(Length);
        Layout layout = Layout.Blocked(type.Shape);
        var graph = new GraphBuilder(name);
        graph.Output("y", graph.Add("Relu", graph.Input("x", type)));
        Operand[] operands = [new(0, type, layout, IsExact: false), new(1, type, layout, IsExact: false)];
        return new KernelCase(name, graph.Build()[1], new RuntimeKernel(calls, units), operands,
            s_claims with { Units = units, TreatsSamplesAlone = batch > 1 }, batch, IsOfSamples: true, Classes: 0) { Result = 1 };
    }
}
