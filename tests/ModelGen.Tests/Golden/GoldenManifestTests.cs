using ModelGen.Generator.Ops;
using ModelGen.Tests.Runtime;
using ModelGen.Tests.Zoo;

namespace ModelGen.Tests.Golden;

/// <summary>No case of the reference data is forgotten: each is run by some test, or says why it is not.</summary>
public class GoldenManifestTests
{
    private static HashSet<string> Run { get; } =
    [
        .. OperatorCases.Ids, .. NetworkCases.Names, .. OptimizerCases.Ids,
        .. LearningRateScheduleTests.Ids.Cast<object[]>().Select(row => (string)row[0]),
        .. ZooGoldenTests.References,
    ];

    public static TheoryData<string> Cases => [.. GoldenManifest.All.Select(c => c.Case)];

    [Theory, MemberData(nameof(Cases))]
    public void IsRunOrHasAReason(string name)
    {
        string? reason = GoldenManifest.WhyNot(GoldenManifest.All.Single(c => c.Case == name));
        Assert.True(Run.Contains(name) == (reason is null), reason is null
            ? $"{name} is run by no test; run it, or say in GoldenManifest why not"
            : $"{name} is run, though GoldenManifest says: {reason}");
    }

    [Fact]
    public void NothingIsRunThatTheManifestLacks() =>
        Assert.Empty(Run.Except(GoldenManifest.All.Select(c => c.Case)).Except(GoldenData.Tensors.Select(o => o.Text("id"))));

    [Fact]
    public void AllDataIsRun() =>
        Assert.Empty(GoldenData.Operators.Select(o => o.Text("id")).Concat(GoldenData.Networks.Select(n => n.Text("name"))).Except(Run));

    [Fact]
    public void ReasonsAreTrueAndNeeded()
    {
        HashSet<string> names = [.. GoldenManifest.All.SelectMany(c => new[] { c.Case, c.Operator ?? c.Case })];
        Assert.DoesNotContain(GoldenManifest.OperatorsNotRun.Keys.Concat(GoldenManifest.CasesNotRun.Keys), n => !names.Contains(n));
        Assert.DoesNotContain(GoldenManifest.OperatorsNotRun, o => GoldenManifest.IsForWantOfTheOperator(o.Value)
            && OperatorTable.TryGet(o.Key, out _));
    }
}
