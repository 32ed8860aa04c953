using System.Runtime.Intrinsics;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Weights;

/// <summary>
/// What reads parameters where a mapped file has them reads nothing beyond, at any width of vectors; see <see cref="MappedParameters"/>.
/// </summary>
public class MappedParametersTests
{
    [Fact]
    public void WithAllThatTheProcessorHas() => Run(null, Program.Engine);

    [Fact]
    public void With256Bits() => Run("DOTNET_EnableAVX512", Vector256.IsHardwareAccelerated ? "256" : Program.Engine);

    [Fact]
    public void With128Bits() => Run("DOTNET_EnableAVX2", Vector128.IsHardwareAccelerated ? "128" : Program.Engine);

    [Fact]
    public void WithoutVectors() => Run("DOTNET_EnableHWIntrinsic", "scalar");

    private static void Run(string? switchedOff, string engine)
    {
        // Elsewhere there are no such pages.
        if (!Pages.IsSupported)
            return;
        IReadOnlyList<string> lines = Program.Run(switchedOff, "mapped");
        Assert.Equal("engine " + engine, lines[0]);
        Assert.Equal($"cases {MappedParameters.Networks.Count * Enum.GetValues<StoredAs>().Length * 2}", lines[^1]);
        Assert.DoesNotContain(lines, line => line.StartsWith("failure", StringComparison.Ordinal));
    }
}
