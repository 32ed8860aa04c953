namespace ModelGen.Generator.Tests.Text;

/// <summary>What the compiler and the library both do with text from outside; compiled into both from the same files.</summary>
public class SharedTextTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("conv1.weight", "conv1.wieght", 2)]
    [InlineData("flaw", "lawn", 2)]
    public void TheDistanceIsLevenshteins(string a, string b, int expected) => Assert.Equal(expected, EditDistance.Of(a, b));

    [Fact]
    public void ADistanceIsBelowTheLimitOrNone()
    {
        int[] row = new int["sitting".Length + 1];
        long budget = 1000;
        Assert.Equal(3, EditDistance.Below(4, "kitten", "sitting", row, ref budget));
        Assert.Null(EditDistance.Below(3, "kitten", "sitting", row, ref budget));
        budget = 20;
        Assert.Null(EditDistance.Below(4, "kitten", "sitting", row, ref budget));
    }

    [Theory]
    [InlineData("fc.*", "fc.weight", true)]
    [InlineData("*.weight", "layer1.conv.weight", true)]
    [InlineData("*", "", true)]
    [InlineData("f?.weight", "fc.weight", false)]
    [InlineData("f?.weight", "f?.weight", true)]
    [InlineData(@"fc\.weight", "fc.weight", false)]
    [InlineData(@"a\b.*", @"a\b.weight", true)]
    [InlineData(@"fc\*", @"fc\.weight", true)]
    public void OnlyTheStarStandsForOtherCharacters(string pattern, string name, bool matches) =>
        Assert.Equal(matches, NamePattern.Matches(pattern, name));

    [Theory]
    [InlineData("plain ü×→ text", "plain ü×→ text")]
    [InlineData("a\nb", @"a\u000ab")]
    [InlineData("a\u202eb", @"a\u202eb")]
    [InlineData("a\u00a0b", @"a\u00a0b")]
    [InlineData("😀", "😀")]
    public void WhatNobodySeesIsWrittenAsItsNumber(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    // Not as data of a theory: xunit cannot pass half a pair on.
    [Fact]
    public void HalfASurrogatePairIsWrittenAsItsNumber() => Assert.Equal(@"\ude00a\ud83d", Printable.Of("\ude00a\ud83d"));
}
