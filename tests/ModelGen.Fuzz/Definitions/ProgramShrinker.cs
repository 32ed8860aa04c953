using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ModelGen.Fuzz.Definitions;

/// <summary>
/// Makes a program smaller while something still holds of it: drops members, statements and arms, then puts parts in the place of wholes.
/// </summary>
internal static class ProgramShrinker
{
    /// <param name="limit">How much of the processor it may take, since the machine has other work.</param>
    /// <param name="holds">What must hold of every smaller program; it is asked about programs that do not compile, too.</param>
    public static string Shrink(string text, Func<string, bool> holds, TimeSpan limit)
    {
        TimeSpan end = Environment.CpuUsage.TotalTime + limit;
        bool isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (Func<string, IEnumerable<TextChange>> pass in new[] { Drops, Parts })
            {
                // The largest first; what was tried in vain is not tried again in this pass, though the text around it has changed.
                var tried = new HashSet<(string Old, string New)>();
                bool found = true;
                while (found)
                {
                    found = false;
                    var source = SourceText.From(text);
                    foreach (TextChange change in pass(text))
                    {
                        if (Environment.CpuUsage.TotalTime > end)
                            return text;
                        if (change.NewText!.Length >= change.Span.Length || !tried.Add((source.ToString(change.Span), change.NewText)))
                            continue;
                        string smaller = source.WithChanges(change).ToString();
                        if (!holds(smaller))
                            continue;
                        (text, found, isSmaller) = (smaller, true, true);
                        break;
                    }
                }
            }
        }
        return text;
    }

    private static IEnumerable<TextChange> Drops(string text)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(text, DifferentialProgram.OptionsOf(text)).GetRoot();
        // The second half of a block at once: most of a program has nothing to do with it.
        foreach (BlockSyntax block in root.DescendantNodes().OfType<BlockSyntax>().Where(b => b.Statements.Count > 3))
        {
            int count = block.Statements.Count - 1;
            yield return Cut(block.Statements[count / 2].SpanStart, block.Statements[count - 1].Span.End);
            yield return Cut(block.Statements[1].SpanStart, block.Statements[count / 2].Span.End);
        }
        foreach (SyntaxNode node in root.DescendantNodes().OrderByDescending(n => n.Span.Length))
        {
            switch (node)
            {
                case ReturnStatementSyntax:
                    break;
                case StatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax }:
                    yield return new(node.Span, "");
                    IEnumerable<SyntaxNode> inside = node is BlockSyntax ? [node]
                        : node.ChildNodes().Concat(node.ChildNodes().SelectMany(n => n.ChildNodes()));
                    foreach (BlockSyntax block in inside.OfType<BlockSyntax>())
                        yield return new(node.Span, string.Join("\n", block.Statements));
                    break;
                case MemberDeclarationSyntax { Parent: TypeDeclarationSyntax or CompilationUnitSyntax } or SwitchSectionSyntax
                    or UsingDirectiveSyntax:
                case ElseClauseSyntax or WhenClauseSyntax or InterpolatedStringContentSyntax or InterpolationAlignmentClauseSyntax
                    or InterpolationFormatClauseSyntax:
                case EqualsValueClauseSyntax { Parent: ParameterSyntax }
                    or InitializerExpressionSyntax { Parent: ObjectCreationExpressionSyntax }:
                case AttributeListSyntax or BaseListSyntax or TypeParameterConstraintClauseSyntax:
                    yield return new(node.Span, "");
                    break;
                case SwitchExpressionArmSyntax or EnumMemberDeclarationSyntax or ArgumentSyntax or ParameterSyntax
                    or CollectionElementSyntax:
                case ExpressionSyntax { Parent: InitializerExpressionSyntax } or PatternSyntax { Parent: ListPatternSyntax }:
                    // With the comma behind it or, for the last one, before it.
                    SyntaxToken next = node.GetLastToken().GetNextToken();
                    SyntaxToken before = node.GetFirstToken().GetPreviousToken();
                    yield return next.IsKind(SyntaxKind.CommaToken) ? Cut(node.SpanStart, next.Span.End)
                        : before.IsKind(SyntaxKind.CommaToken) ? Cut(before.SpanStart, node.Span.End) : new(node.Span, "");
                    break;
            }
        }
    }

    private static IEnumerable<TextChange> Parts(string text)
    {
        var program = new DifferentialProgram(text);
        SemanticModel model = program.Model;
        SyntaxNode root = model.SyntaxTree.GetRoot();
        foreach (SyntaxNode node in root.DescendantNodes().Where(n => n is ExpressionSyntax and not TypeSyntax or PatternSyntax)
            .OrderByDescending(n => n.Span.Length))
        {
            if (node is PatternSyntax)
            {
                yield return new(node.Span, "_");
                foreach (PatternSyntax part in node.DescendantNodes().OfType<PatternSyntax>())
                    yield return new(node.Span, part.ToString());
                continue;
            }
            ITypeSymbol? type = model.GetTypeInfo(node).Type;
            if (type is null)
                continue;
            foreach (string simple in SimpleValues(type))
                yield return new(node.Span, simple);
            foreach (ExpressionSyntax part in node.DescendantNodes().OfType<ExpressionSyntax>())
            {
                if (part is not TypeSyntax and not AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax }
                    && SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(part).Type, type))
                    yield return new(node.Span, part.ToString());
            }
            if (node is ParenthesizedExpressionSyntax { Expression: var inner })
                yield return new(node.Span, inner.ToString());
        }
    }

    private static string[] SimpleValues(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => ["true", "false"],
        SpecialType.System_Int32 => ["1", "0"],
        SpecialType.System_Int64 => ["1L"],
        SpecialType.System_Single => ["1f"],
        SpecialType.System_Double => ["1.0"],
        SpecialType.System_String => ["\"\""],
        SpecialType.System_Char => ["'a'"],
        _ when type.TypeKind == Microsoft.CodeAnalysis.TypeKind.Array => ["[]"],
        _ => [],
    };

    private static TextChange Cut(int start, int end) => new(TextSpan.FromBounds(start, end), "");
}
