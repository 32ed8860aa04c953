namespace ModelGen.Tests.Zoo;

/// <summary>What docs/zoo.md says of the compiler, but for times.</summary>
public class ZooPageTests
{
    [Fact]
    public void ThePageIsUpToDate() => Assert.Equal(WrittenPage.Zoo.Expected(ZooTable.Write(isTimed: false)), WrittenPage.Zoo.Text);
}
