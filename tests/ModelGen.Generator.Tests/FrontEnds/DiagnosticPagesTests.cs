namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>The examples of docs/diagnostics are true: the first reports the page's diagnostic, and the remedy does not.</summary>
public class DiagnosticPagesTests
{
    public static TheoryData<string> Ids => [.. DiagnosticPages.Ids.Where(DiagnosticPages.IsOfClass)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task ExamplesAreTrue(string id)
    {
        string[] examples = DiagnosticPages.ExamplesOf(id);
        Assert.Equal(2, examples.Length);
        IEnumerable<Finding> findings = (await Compile.Run(DiagnosticPages.CompleteSource(examples[0]))).Findings;
        // Of a class that is not partial the C# compiler says so too, because it has a stub.
        Assert.Equal(id, Assert.Single(findings.Where(f => f.Id != "CS0260").DistinctBy(f => f.Id)).Id);
        Assert.Empty((await Compile.Run(DiagnosticPages.CompleteSource(examples[1]))).Findings);
    }

    [Fact]
    public void EveryDiagnosticHasAPage() =>
        Assert.Equal(DiagnosticPages.Ids, Generator.Diagnostics.DiagnosticCatalog.All.Select(d => d.Id).Order(StringComparer.Ordinal));
}
