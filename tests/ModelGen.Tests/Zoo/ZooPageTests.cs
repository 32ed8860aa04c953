namespace ModelGen.Tests.Zoo;

/// <summary>What docs/zoo.md says of the compiler, but for times.</summary>
public class ZooPageTests
{
    [Fact]
    public void ThePageIsUpToDate() =>
        Assert.Equal(WithoutTimes(WrittenPage.Zoo.Expected(ZooTable.Write(isTimed: false))), WithoutTimes(WrittenPage.Zoo.Text));

    private static string WithoutTimes(string page) => string.Join("\n", page.Split('\n').Select(line =>
    {
        string[] cells = line.Split('|');
        return cells.Length < ZooTable.TimeColumn + 2 ? line : string.Join("|", cells.Where((_, i) => i != ZooTable.TimeColumn + 1));
    }));
}
