using System.Text.RegularExpressions;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// What generated code computes, against PyTorch in double precision, with the vectors of this machine; <see cref="EngineTests"/> runs
/// narrower ones.
/// </summary>
public class GoldenTests
{
    public static TheoryData<string> Ids => [.. GoldenLibrary.AllIds];

    public static TheoryData<string> RandomIds => [.. RandomNetworks.Ids];

    [Theory, MemberData(nameof(Ids))]
    public void AgreesWithTheReference(string id)
    {
        IReadOnlyList<string> failures = GoldenLibrary.Failures(id, GoldenLibrary.Library);
        Assert.True(failures.Count == 0, $"{id}:\n" + string.Join("\n", failures));
    }

    [Theory, MemberData(nameof(RandomIds))]
    public void GradientsOfRandomNetworksMatchCentralDifferences(string id) =>
        CentralDifferences.Check(RandomNetworks.Trained(id), 1 + RandomNetworks.Seed(id) % 3, RandomNetworks.Seed(id));

    // Otherwise the cases would say nothing about the kernels that they are for.
    [Fact]
    public void DepthwiseCasesUseDepthwiseKernels()
    {
        foreach (GraphFunction function in DepthwiseCases.Ids.SelectMany(DepthwiseCases.Functions))
        {
            string source = GraphFunction.Emit([function]);
            Assert.Matches(@"Kernels\.Depthwise\dx\d_1\(", source);
            if (function.Name.EndsWith("gradient", StringComparison.Ordinal))
                Assert.Matches(@"Kernels\.Depthwise\dx\dWeightGradient_1\(", source);
        }
    }

    [Fact]
    public void WideWindowCasesUseLoopsOfAllKinds()
    {
        string source = GraphFunction.Emit([.. WideWindowCases.Ids.SelectMany(WideWindowCases.Functions)]);
        string[] pools = [.. Regex.Matches(source, "(Largest|Mean) of [^\n]*").Select(m => m.Value).Distinct()];
        foreach (string operation in (string[])["Largest", "Mean"])
        {
            Assert.Contains(pools, p => Regex.IsMatch(p, $@"^{operation} of \d+×(3[2-9]|[45]\d) .*; (Dense|Pitched) to"));
            Assert.Contains(pools, p => Regex.IsMatch(p, $@"^{operation} of \d+×(3[2-9]|[45]\d) .*; Blocked to"));
        }
        Assert.Matches(@"for \(int kx = 0; kx < (3[2-9]|[45]\d); kx\+\+\)", source);
    }

    [Fact]
    public void WinogradCasesUseAllForms()
    {
        string source = GraphFunction.Emit([.. WinogradCases.Ids.Select(id => WinogradCases.Build(id).Function)]);
        foreach (string kernel in (string[])["Winograd", "WinogradMaxPool"])
        {
            foreach (string form in (string[])["WinogradF4x3", "WinogradF2x3", "WinogradF2x5", "WinogradF2x3By2"])
                Assert.Matches($@"(?s)void {kernel}_\d+<S, V>\([^)]*\)(?:(?!\bvoid\b).)*TransformOutput<S, V, {form}>", source);
        }
    }
}
