namespace ModelGen.Tests.Zoo;

/// <summary>What docs/memory.md says of training the zoo's networks.</summary>
public class MemoryPageTests
{
    [Fact]
    public void ThePageIsUpToDate() => Assert.Equal(WrittenPage.Memory.Expected(MemoryTable.Write()), WrittenPage.Memory.Text);

    [Fact]
    public void ArenasAreAtMostATenthAboveTheirLowerBounds() => Assert.All(MemoryTable.Rows, row =>
    {
        Assert.True(MemoryTable.Ratio(row.Kept) is >= 1 and <= 1.1, $"{row.Name}: {MemoryTable.Ratio(row.Kept)}");
        Assert.True(MemoryTable.Ratio(row.Again) is >= 1 and <= 1.1, $"{row.Name} with Checkpoint: {MemoryTable.Ratio(row.Again)}");
    });

    [Fact]
    public void ComputingAgainSavesMoreThanAThirdOfResNet50()
    {
        MemoryRow row = MemoryTable.Rows.Single(r => r.Name == "ResNet50");
        Assert.True(row.Again.Arena <= 2.0 / 3 * row.Kept.Arena, $"{row.Again.Arena} floats instead of {row.Kept.Arena}");
        Assert.All(MemoryTable.Rows, r => Assert.True(r.Again.Arena <= 1.02 * r.Kept.Arena, r.Name));
    }
}
