using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
namespace ModelGen.Generator.Kernels;
internal enum PoolOperation { Max, Average, AverageWithoutPadding }
internal sealed record PoolKernel(PoolOperation Operation, Window Window, Layout Input, Layout Output) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record MaxPoolGradientKernel(Window Window, Layout X, Layout Dy, Layout Dx) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record AvgPoolGradientKernel(PoolOperation Operation, Window Window, Layout Dy, Layout Dx) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record TransposeFiltersKernel(Layout Source, Layout Destination, int Groups) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record TransposeMatrixKernel(Layout Source, Layout Destination) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record InsertZerosKernel(Layout Source, Layout Destination, int StrideY, int StrideX, int OffsetY, int OffsetX) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record ReorderKernel(Layout Source, Layout Destination, bool PerSample) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } }
internal sealed record PadKernel(Layout Source, Layout Destination) : Kernel { public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { } public static PadKernel Of(Node node, Layout source, Layout destination, bool isGradient) => new(source, destination); }
