using System.Runtime.Intrinsics;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Golden;

/// <summary>
/// All golden cases on narrower vectors than this machine has, and on none: child processes with instruction sets switched off.
/// </summary>
public sealed class EngineTests : IDisposable
{
    private readonly string _image = Path.Combine(Path.GetTempPath(), $"ModelGen.Golden.{Guid.NewGuid():N}.dll");

    public EngineTests() => File.WriteAllBytes(_image, GoldenLibrary.Image);

    public void Dispose() => File.Delete(_image);

    [Fact]
    public void AgreesWithTheReferenceWith256Bits() => Run("DOTNET_EnableAVX512", Vector256.IsHardwareAccelerated ? "256" : Program.Engine);

    [Fact]
    public void AgreesWithTheReferenceWith128Bits() => Run("DOTNET_EnableAVX2", Vector128.IsHardwareAccelerated ? "128" : Program.Engine);

    [Fact]
    public void AgreesWithTheReferenceWithoutVectors() => Run("DOTNET_EnableHWIntrinsic", "scalar");

    private void Run(string switchedOff, string engine)
    {
        IReadOnlyList<string> lines = Program.Run(switchedOff, _image);
        Assert.Equal("engine " + engine, lines[0]);
        Assert.Equal($"cases {GoldenLibrary.AllIds.Count()}", lines[^1]);
        Assert.True(lines.Count == 2, string.Join("\n", lines.Skip(1).SkipLast(1)));
    }
}
