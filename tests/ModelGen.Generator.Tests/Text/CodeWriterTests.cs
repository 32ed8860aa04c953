using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Tests.Text;

public class CodeWriterTests
{
    [Fact]
    public void ThereIsAnEndToCode()
    {
        var writer = new CodeWriter();
        string line = new('/', 1_000_000 - 1);
        // A line end each.
        for (int i = 0; i < CodeWriter.MostCharacters / 1_000_000; i++)
            writer.Line(line);
        Assert.Equal(CodeWriter.MostCharacters, writer.ToString().Length);
        ShapeException tooLarge = Assert.Throws<ShapeException>(() => writer.Line("/"));
        Assert.Equal(
            (ProblemIds.TooLarge,
                "the network is too large: the code for it would have more than 16,000,000 characters; "
                + "use fewer layers, or fewer different ones"),
            (tooLarge.Problem.Id, tooLarge.Problem.Message));
    }
}
