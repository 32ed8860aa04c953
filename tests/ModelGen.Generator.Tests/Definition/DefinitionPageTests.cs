using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Language.Definition.Library;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>What the tables have, and docs/definitions.md therefore says to be understood, exists.</summary>
public class DefinitionPageTests
{
    /// <summary>A member whose name the compiler does not know would never be found, and the page would claim what is refused.</summary>
    [Fact]
    public void EveryMemberExists()
    {
        CSharpCompilation compilation = Compile.Create();
        string[] unknown = [.. LibraryTable.Signatures.Where(s =>
            DocumentationCommentId.GetFirstSymbolForDeclarationId(Signature.IdOf(s), compilation) is null)];
        Assert.True(unknown.Length == 0, string.Join("\n", unknown));
    }

    [Fact]
    public void EveryKindHasWordsAndIsThereOnce()
    {
        Check(Interpreter.StatementTable);
        Check(Interpreter.ExpressionTable);
        Check(Interpreter.PatternTable);

        static void Check<T>(IReadOnlyList<Understood<T>> table)
            where T : Delegate
        {
            Assert.Equal(table.Count, table.Select(r => r.Kind).Distinct().Count());
            Assert.All(table, r => Assert.NotEmpty(r.Words));
        }
    }
}
