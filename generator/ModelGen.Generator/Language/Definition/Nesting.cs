using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// How deeply text is nested, found without recursion: the C# compiler is asked what a member means only where its own recursion ends
/// within <see cref="Collections.OwnStack"/>.
/// </summary>
internal static class Nesting
{
    /// <summary>The most nodes of syntax inside each other; a call in a chain is two, parentheses are one.</summary>
    public const int Deepest = 10_000;

    /// <summary>The first node of a member that lies deeper, or null.</summary>
    public static SyntaxNode? Beyond(SyntaxNode member)
    {
        var open = new Stack<(SyntaxNode Node, int Depth)>();
        open.Push((member, 1));
        while (open.Count > 0)
        {
            (SyntaxNode node, int depth) = open.Pop();
            if (depth > Deepest)
                return node;
            foreach (SyntaxNode child in node.ChildNodes())
                open.Push((child, depth + 1));
        }
        return null;
    }

    /// <summary>What the C# compiler looks at as a whole when it is asked about a part of it.</summary>
    public static SyntaxNode MemberOf(SyntaxNode part) => part.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? part;
}
