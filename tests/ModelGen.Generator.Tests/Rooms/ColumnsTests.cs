using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Rooms;

/// <summary>
/// Pages are read beside code: no line is wider than a window, no paragraph longer than five lines. The build checks code itself.
/// </summary>
public class ColumnsTests
{
    private const int Most = 140;
    private const int LongestParagraph = 5;

    [Fact]
    public void NoLineOfAPageIsWide() => Assert.Empty(
        from page in Pages()
        from line in WithoutOutput(page.Lines)
        where line.Text.Length > Most && !IsTable(line.Text) && line.Text.Contains(' ', StringComparison.Ordinal)
        select $"{page.File}, line {line.Number}: {line.Text.Length} characters");

    // The maps of the compiler, which newcomers read first.
    [Theory]
    [InlineData("architecture.md")]
    [InlineData("kernels.md")]
    [InlineData("threads.md")]
    [InlineData("training-plan.md")]
    [InlineData("adding-an-operator.md")]
    [InlineData("testing.md")]
    public void NoParagraphIsLong(string name)
    {
        (string _, (int Number, string Text)[] lines) = Pages().Single(p => p.File == "docs/" + name);
        int length = 0;
        bool isCode = false;
        foreach ((int number, string text) in lines)
        {
            isCode ^= text.StartsWith("```", StringComparison.Ordinal);
            length = isCode || text.Length == 0 || IsTable(text) || text.StartsWith("```", StringComparison.Ordinal) ? 0
                : text.StartsWith("- ", StringComparison.Ordinal) ? 1
                : length + 1;
            Assert.True(length <= LongestParagraph, $"{name}, line {number}: the paragraph has more than {LongestParagraph} lines");
        }
        Assert.True(name != "architecture.md" || lines.Length <= 150, "the map does not fit on its page");
    }

    // What programs print stands as they print it, in blocks of no language.
    private static IEnumerable<(int Number, string Text)> WithoutOutput(IEnumerable<(int Number, string Text)> lines)
    {
        string? block = null;
        foreach ((int number, string text) in lines)
        {
            if (text.TrimStart().StartsWith("```", StringComparison.Ordinal))
                block = block is null ? text.Trim()[3..] : null;
            if (block != "")
                yield return (number, text);
        }
    }

    private static bool IsTable(string line) => line.StartsWith('|');

    private static IEnumerable<(string File, (int Number, string Text)[] Lines)> Pages()
    {
        string root = GeneratedFilesTests.Root();
        IEnumerable<string> pages = Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(root, "*.md"));
        return from page in pages.Order(StringComparer.Ordinal)
            select (Path.GetRelativePath(root, page).Replace('\\', '/'), File.ReadAllLines(page).Select((t, i) => (i + 1, t)).ToArray());
    }
}
