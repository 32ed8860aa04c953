using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Tests.Text;

/// <summary>Words of C# among the names of others.</summary>
public class IdentifiersTests
{
    [Fact]
    public void WordsThatTheCompilerHasForItselfAreEscaped()
    {
        Assert.All(SyntaxFacts.GetReservedKeywordKinds().Select(SyntaxFacts.GetText), word =>
        {
            Assert.True(Identifiers.IsKeyword(word), word);
            Assert.Equal("@" + word, Identifiers.Escape(word));
        });
        Assert.All(SyntaxFacts.GetContextualKeywordKinds().Select(SyntaxFacts.GetText).Where(IsContextual), word =>
        {
            Assert.False(Identifiers.IsKeyword(word), word);
            Assert.Equal("@" + word, Identifiers.Escape(word));
        });
        Assert.Equal("samples", Identifiers.Escape("samples"));

        static bool IsContextual(string word) => SyntaxFacts.GetContextualKeywordKind(word) != SyntaxKind.None;
    }
}
