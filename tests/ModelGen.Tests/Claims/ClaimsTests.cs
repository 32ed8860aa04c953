using System.Diagnostics;
using System.Reflection;
using System.Runtime.Intrinsics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Claims;

/// <summary>
/// Whatever an operator or a kernel says of what it reads and writes, and the schedule relies on: of every operator, in every layout, at
/// every width, against what the kernel does.
/// </summary>
public class ClaimsTests
{
    private static readonly Lazy<ClaimsLibrary> Library = new(() => new ClaimsLibrary(Assembly.Load(ClaimsLibrary.Image)));

    // What a pass replaces, and what is another shape of its input, has no kernel.
    [Fact]
    public void EveryOperatorHasCases()
    {
        ILookup<string, KernelCase> cases = KernelCase.All.Where(c => !c.ClearsHalo).ToLookup(c => c.Node.Op, StringComparer.Ordinal);
        Assert.Equal([], OperatorTable.All.Where(o => !o.IsAlias && !o.IsComposite
            && o.Name is not (OpNames.Dropout or OpNames.GaussianNoise)
            && !cases.Contains(o.Name)).Select(o => o.Name));
    }

    /// <summary>Operators whose results may have a halo, and the layouts in which they may lie.</summary>
    [Fact]
    public void EveryOperatorOfImagesHasCasesInEveryLayout()
    {
        foreach (IGrouping<string, KernelCase> cases in KernelCase.All.Where(c => !c.ClearsHalo && c.Node.Type.PerSample
            && c.Node.Shape.Rank == 3).GroupBy(c => c.Node.Op))
        {
            Operator op = OperatorTable.Get(cases.Key);
            if (op.Name is "Reorder" || LoweringTable.Of(cases.First().Node).Coupling == LayoutCoupling.None
                && op.Name is not OpNames.Conv2d || op is MatMul or Reduction or ArgMax)
                continue;
            Layout[] seen = [.. cases.Select(c => c.Operands[c.Result].Layout)];
            bool isBlockedOnly = seen.All(l => l.IsBlocked);
            Assert.True(isBlockedOnly || op.Layer is null || seen.Any(l => l.Kind == LayoutKind.Pitched && !l.Halo.IsNone),
                $"{op.Name} has no case of planes with a halo");
            Assert.True(op.Layer is null || seen.Any(l => l.IsBlocked && !l.Halo.IsNone), $"{op.Name} has no case of blocks with a halo");
            Assert.True(op.Layer is null || seen.Any(l => l.Halo.IsNone), $"{op.Name} has no case without a halo");
            Assert.Contains(cases, c => c.Operands[c.Result].Layout.HasPartialBlock);
            Assert.Contains(cases, c => c.Operands[c.Result].Layout.IsBlocked && !c.Operands[c.Result].Layout.HasPartialBlock);
        }
    }

    [Fact]
    public void HoldWith512Bits() => Run(null, Program.Engine);

    [Fact]
    public void HoldWith256Bits() => Run("DOTNET_EnableAVX512", Vector256.IsHardwareAccelerated ? "256" : Program.Engine);

    [Fact]
    public void HoldWith128Bits() => Run("DOTNET_EnableAVX2", Vector128.IsHardwareAccelerated ? "128" : Program.Engine);

    [Fact]
    public void HoldWithoutVectors() => Run("DOTNET_EnableHWIntrinsic", "scalar");

    // The halo of a gate is what was there before, which in place are zeros.
    [Fact]
    public void AFalseClaimAboutTheHaloIsFound()
    {
        KernelCase gate = Case(c => c.Node.Is(OpNames.Multiply) && c.Kernel.HaloEffect == HaloEffect.Keeps && HasHalo(c));
        AssertFound(gate with { Claims = gate.Claims with { Halo = HaloEffect.MapsZeros } }, "says of the halo 'MapsZeros'");
        AssertFound(gate with { Claims = gate.Claims with { Halo = HaloEffect.Clears } }, "says of the halo 'Clears'");
        KernelCase sigmoid = Case(c => c.Node.Is("Sigmoid") && HasHalo(c));
        AssertFound(sigmoid with { Claims = sigmoid.Claims with { Halo = HaloEffect.Keeps } }, "says of the halo 'Keeps'");
        AssertFound(sigmoid with { Claims = sigmoid.Claims with { Halo = HaloEffect.MapsZeros } }, "says of the halo 'MapsZeros'");

        static bool HasHalo(KernelCase c) => !c.Operands[c.Result].Layout.Halo.IsNone;
    }

    [Fact]
    public void AFalseClaimAboutWhatIsWrittenIsFound()
    {
        KernelCase norm = Case(c => c.Node.Is("LocalResponseNorm"));
        AssertFound(norm with { Claims = norm.Claims with { InPlace = [0] } }, "over input 0");
        KernelCase update = Case(c => c.Node.Is("SgdUpdate"));
        AssertFound(update with { Claims = update.Claims with { Mutated = [0] } }, "writes its input 1");
    }

    [Fact]
    public void AFalseClaimAboutSamplesIsFound()
    {
        KernelCase loss = Case(c => c.Node.Op.EndsWith(LossGradient.Suffix, StringComparison.Ordinal) && c.Node.Type.PerSample
            && !c.Claims.TreatsSamplesAlone);
        AssertFound(loss with { Claims = loss.Claims with { TreatsSamplesAlone = true } }, "of samples");
    }

    [Fact]
    public void AFalseClaimAboutRowsIsFound()
    {
        KernelCase byPlanes = Case(c => c.Kernel is ConvolvePixels or RuntimeKernel && c.Result >= 0
            && c.Claims is { Units: > 1, RowsOfUnit: 0 } && c.Operands[c.Result].Layout.Height >= c.Claims.Units);
        AssertFound(byPlanes with { Claims = byPlanes.Claims with { RowsOfUnit = 1 } }, "writes at");
        KernelCase convolution = Case(c => c.Kernel is ConvolveChannels { Geometry.Window.KernelHeight: 3 }
            && c.Claims is { RowsOfUnit: > 0, ReadsOwnRows: false });
        AssertFound(convolution with { Claims = convolution.Claims with { ReadsOwnRows = true } }, "hold NaN");
    }

    // Some of them end the process.
    [Fact]
    public void AWrongKernelIsFound()
    {
        foreach (string wrong in WrongKernels.All.Select(c => c.Name))
        {
            (int exitCode, string[] lines, _) = Start(null, wrong);
            Assert.True(exitCode != 0 || lines.Any(l => l.StartsWith("failure", StringComparison.Ordinal)),
                $"nothing is wrong with {wrong}");
        }
    }

    private static KernelCase Case(Func<KernelCase, bool> isWanted) => KernelCase.All.First(c => !c.ClearsHalo && isWanted(c));

    private static void AssertFound(KernelCase wrong, string problem)
    {
        Assert.Equal([], Library.Value.Problems(KernelCase.All.Single(c => c.Name == wrong.Name)));
        IReadOnlyList<string> problems = Library.Value.Problems(wrong);
        Assert.True(problems.Any(p => p.Contains(problem, StringComparison.Ordinal)), $"{wrong}: {string.Join("\n", problems)}");
    }

    private static void Run(string? switchedOff, string engine)
    {
        (int exitCode, string[] lines, string errors) = Start(switchedOff);
        string[] failures = [.. lines.Where(l => l.StartsWith("failure", StringComparison.Ordinal))];
        Assert.True(exitCode == 0,
            $"exit code {exitCode}, in "
                + $"{lines.LastOrDefault()}\n{string.Join("\n", failures.Take(20))}\n{errors[..Math.Min(2_000, errors.Length)]}");
        Assert.Equal("engine " + engine, lines[0]);
        Assert.True(failures.Length == 0, $"{failures.Length}:\n{string.Join("\n", failures.Take(40))}");
        Assert.Equal("done", lines[^1]);
    }

    private static (int ExitCode, string[] Lines, string Errors) Start(string? switchedOff, params string[] arguments)
    {
        string image = Path.Combine(Path.GetTempPath(), $"ModelGen.Claims.{Guid.NewGuid():N}.dll");
        File.WriteAllBytes(image, ClaimsLibrary.Image);
        try
        {
            ProcessStartInfo start = Program.Start([ClaimsProgram.Verb, image, .. arguments]);
            if (switchedOff is not null)
                start.Environment[switchedOff] = "0";
            using Process child = Process.Start(start)!;
            Task<string> errors = child.StandardError.ReadToEndAsync();
            string[] lines = child.StandardOutput.ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            child.WaitForExit();
            return (child.ExitCode, lines, errors.Result);
        }
        finally
        {
            File.Delete(image);
        }
    }
}
