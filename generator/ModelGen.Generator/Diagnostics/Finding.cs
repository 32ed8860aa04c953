using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Diagnostics;

/// <summary>A problem at its place in the texts of the project. No symbols and no trees: two that say the same are equal.</summary>
/// <param name="Network">The class that has the problem.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Place">Where.</param>
/// <param name="Callers">Where the calls are that led there, the innermost first.</param>
internal readonly record struct Finding(string Network, Problem Problem, TextPlace Place, EquatableArray<TextPlace> Callers);

/// <summary>A stretch of a file; the default is no place at all.</summary>
internal readonly record struct TextPlace(string? Path, TextSpan Span, LinePositionSpan Lines)
{
    public static TextPlace Of(Location location)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        return location.Kind == LocationKind.None
            ? default : new(location.SourceTree?.FilePath ?? lines.Path, location.SourceSpan, lines.Span);
    }

    /// <summary>
    /// The place in a tree where it is in one, so that <c>#pragma warning</c> and <c>#line</c> hold there; else in a file.
    /// </summary>
    public Location In(IReadOnlyDictionary<string, SyntaxTree> trees)
    {
        if (Path is null)
            return Location.None;
        return trees.TryGetValue(Path, out SyntaxTree? tree) && Span.End <= tree.Length
            ? Location.Create(tree, Span) : Location.Create(Path, Span, Lines);
    }
}
