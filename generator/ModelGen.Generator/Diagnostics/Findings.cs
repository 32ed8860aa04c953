using Microsoft.CodeAnalysis;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Diagnostics;

/// <summary>
/// Reports what all networks of a project have wrong. The generator does this and no analyzer: analyzers can be switched off, and the C#
/// compiler does not run them where a declaration is wrong.
/// </summary>
internal static class Findings
{
    private const int MostNetworks = 4;

    /// <summary>
    /// One mistake is one problem: what several networks have wrong in one place, a block that they share for instance, is said once, with
    /// the names of the others.
    /// </summary>
    public static EquatableArray<Finding> Merge(IEnumerable<Finding> findings)
    {
        var merged = new List<Finding>();
        foreach (IGrouping<(string, TextPlace), Finding> same in findings.GroupBy(
            f => (f.Problem.Id, f.Problem.Id == ProblemIds.LanguageVersion ? default : f.Place)))
        {
            Finding first = same.First();
            if (first.Problem.Id == ProblemIds.LanguageVersion)
            {
                // Of the project, so once.
                merged.Add(first);
                continue;
            }
            string[] others = [.. same.Select(f => f.Network).Where(n => n != first.Network).Distinct()];
            foreach (Finding finding in same.Where(f => f.Network == first.Network).Distinct())
                merged.Add(others.Length == 0 ? finding : finding with { Problem = AlsoIn(finding.Problem, others) });
        }
        return merged.OrderBy(f => f.Place.Path, StringComparer.Ordinal).ThenBy(f => f.Place.Span.Start).ToEquatableArray();
    }

    public static void Report(SourceProductionContext context, EquatableArray<Finding> findings, Compilation compilation)
    {
        if (findings.Count == 0)
            return;
        var trees = new Dictionary<string, SyntaxTree>(StringComparer.Ordinal);
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            trees[tree.FilePath] = tree;
        foreach (Finding finding in findings)
        {
            IEnumerable<Location> callers = finding.Callers.Select(c => c.In(trees));
            context.ReportDiagnostic(
                Diagnostic.Create(DiagnosticCatalog.Get(finding.Problem.Id), finding.Place.In(trees), callers, finding.Problem.Message));
        }
    }

    private static Problem AlsoIn(Problem problem, string[] networks) =>
        new(problem.Id, $"{problem.Message} (so in "
            + $"{string.Join(", ", networks.Take(MostNetworks))}{(networks.Length > MostNetworks ? ", …" : "")} too)");
}
