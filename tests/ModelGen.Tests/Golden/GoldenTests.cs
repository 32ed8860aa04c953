namespace ModelGen.Tests.Golden;

/// <summary>What generated code computes, against PyTorch in double precision, with the vectors of this machine; <see cref="EngineTests"/> runs narrower ones.</summary>
public class GoldenTests
{
    public static TheoryData<string> Ids => [.. GoldenLibrary.AllIds];

    [Theory, MemberData(nameof(Ids))]
    public void AgreesWithTheReference(string id)
    {
        IReadOnlyList<string> failures = GoldenLibrary.Failures(id, GoldenLibrary.Library);
        Assert.True(failures.Count == 0, $"{id}:\n" + string.Join("\n", failures));
    }

    [Fact]
    public void EveryOperatorHasItsCases() => Assert.Equal(139, OperatorCases.Ids.Count());
}
