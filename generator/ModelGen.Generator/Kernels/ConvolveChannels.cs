using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
namespace ModelGen.Generator.Kernels;
internal sealed record ConvolveChannels(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title => "x"; public override EquatableArray<string> Operands => []; public override IEnumerable<string> Describe() => []; public override void Emit(CodeWriter writer, string method) { }
}
