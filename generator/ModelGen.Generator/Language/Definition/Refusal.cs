using System.Globalization;
using Microsoft.CodeAnalysis;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// Texts that the C# compiler refuses while generators run. It does not see yet what they write, so in the end it may have nothing to say;
/// a network of which this is the only fault would then be a stub without a word.
/// </summary>
internal static class Refusal
{
    // Whatever is declared besides, these stay errors: of syntax, of conversions and operators, of locals.
    private static readonly HashSet<string> Lasting = new(StringComparer.Ordinal)
    {
        "CS0019", "CS0021", "CS0023", "CS0029", "CS0128", "CS0131", "CS0136", "CS0150", "CS0161", "CS0165", "CS0182", "CS0200", "CS0266",
        "CS0579", "CS0592", "CS0841", "CS1656", "CS1729",
    };

    /// <summary>The problem; null where the C# compiler is sure to report one of its own.</summary>
    /// <param name="errors">What it says of the text, not empty.</param>
    public static LocatedProblem<Location>? Of(IReadOnlyList<Diagnostic> errors)
    {
        if (errors.Any(e => Lasting.Contains(e.Id) || IsOfSyntax(e)))
            return null;
        Diagnostic first = errors[0];
        return new(new Problem(ProblemIds.NotKnownYet,
            $"the C# compiler says {first.Id}: {first.GetMessage(CultureInfo.InvariantCulture)}; what source generators declare is not "
            + "there yet when networks are compiled, so they cannot use it"),
            first.Location, []);
    }

    /// <summary>What the compiler has against a node.</summary>
    public static IReadOnlyList<Diagnostic> ErrorsIn(SemanticModel model, SyntaxNode node, CancellationToken cancellation) =>
        [.. model.GetDiagnostics(node.Span, cancellation).Where(d => d.Severity == DiagnosticSeverity.Error)
            .OrderBy(d => d.Location.SourceSpan.Start)];

    private static bool IsOfSyntax(Diagnostic error) =>
        error.Location.SourceTree is SyntaxTree tree
            && tree.GetDiagnostics().Any(d => d.Id == error.Id && d.Location.SourceSpan == error.Location.SourceSpan);
}
