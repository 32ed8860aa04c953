using System.Runtime.Intrinsics;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Weights;

/// <summary>First values are the same bits at any width of vectors; see <see cref="InitialBits"/>.</summary>
public class InitialBitsTests
{
    [Fact]
    public void WithAllThatTheProcessorHas() => Run(null, Program.Engine);

    [Fact]
    public void With256Bits() => Run("DOTNET_EnableAVX512", Vector256.IsHardwareAccelerated ? "256" : Program.Engine);

    [Fact]
    public void With128Bits() => Run("DOTNET_EnableAVX2", Vector128.IsHardwareAccelerated ? "128" : Program.Engine);

    [Fact]
    public void WithoutVectors() => Run("DOTNET_EnableHWIntrinsic", "scalar");

    private static void Run(string? switchedOff, string engine) =>
        Assert.Equal(["engine " + engine, "done"], Program.Run(switchedOff, "bits"));
}
