using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelGen.Fuzz.Definitions;

/// <summary>
/// Takes out what the C# compiler refuses: a random writer does not know all of its rules (unreachable arms, ambiguous overloads).
/// </summary>
internal static class ProgramRepair
{
    private const int MostRounds = 8;

    public static string Repair(string text)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            IReadOnlyList<Diagnostic> errors = new DifferentialProgram(text).Errors;
            if (errors.Count == 0)
                break;
            SyntaxNode root = errors[0].Location.SourceTree!.GetRoot();
            SyntaxNode[] culprits = [.. errors.Select(e => Culprit(root.FindNode(e.Location.SourceSpan, getInnermostNodeForTie: true)))
                .OfType<SyntaxNode>().Distinct()];
            if (culprits.Length == 0)
                break;
            text = root.RemoveNodes(culprits, SyntaxRemoveOptions.KeepNoTrivia)!.ToFullString();
        }
        return text;
    }

    /// <summary>The smallest part with the node that a program can be without.</summary>
    public static SyntaxNode? Culprit(SyntaxNode node) => node.AncestorsAndSelf().FirstOrDefault(IsDispensable);

    private static bool IsDispensable(SyntaxNode node) => node switch
    {
        ReturnStatementSyntax => false,
        StatementSyntax { Parent: BlockSyntax } => true,
        SwitchExpressionArmSyntax arm => arm.Parent is SwitchExpressionSyntax { Arms.Count: > 1 },
        SwitchSectionSyntax => true,
        MemberDeclarationSyntax { Parent: TypeDeclarationSyntax } => true,
        _ => false,
    };
}
