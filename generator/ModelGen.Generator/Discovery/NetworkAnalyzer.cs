using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.FrontEnds.Definition;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>Reports what is wrong with networks written in C#, on the attribute, argument or expression at fault.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NetworkAnalyzer : CatalogAnalyzer
{
    private protected override void Register(AnalysisContext context) => context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);

    private static void Analyze(SymbolAnalysisContext context)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.TypeKind != TypeKind.Class)
            return;
        if (!NetworkReader.IsNetwork(type))
        {
            ReportLayersWithoutNetwork(context, type);
            return;
        }
        NetworkSource source = NetworkReader.Read(context.Compilation, type, context.CancellationToken);
        foreach (DefinitionProblem problem in source.DefinitionProblems)
            context.ReportDiagnostic(Describe(problem.Problem, problem.Location, problem.Callers));
        foreach (LocatedProblem problem in FrontEnd.Build(source.Declaration).Problems)
            context.ReportDiagnostic(Describe(problem.Problem, source.Locate(problem.Place)));
    }

    private static void ReportLayersWithoutNetwork(SymbolAnalysisContext context, INamedTypeSymbol type)
    {
        if (type.GetAttributes().FirstOrDefault(NetworkReader.IsKnownLayer)?.ApplicationSyntaxReference is not { } layer)
            return;
        string message = $"{type.Name} has layers but no [Network], so nothing is generated; add [Network]";
        context.ReportDiagnostic(Describe(new Problem(ProblemIds.NotANetwork, message), layer.GetSyntax(context.CancellationToken).GetLocation()));
    }
}
