using ModelGen.Generator.Kernels;
using ModelGen.Runtime;

namespace ModelGen.Generator.Tests.Kernels;

/// <summary>What the generator plans with is what the runtime allocates.</summary>
public class SpareFloatsTests
{
    [Fact]
    public void TheGeneratorKnowsTheRuntimesSpareFloats() => Assert.Equal(AlignedMemory.SpareFloats, PixelLoad.SpareFloats);
}
