using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.FrontEnds.Definition;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>Reports what is wrong with networks written in C#, on the attribute, argument or expression at fault.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NetworkAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = DiagnosticCatalog.All.ToImmutableArray();

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

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
            context.ReportDiagnostic(Diagnostic.Create(DiagnosticCatalog.Get(problem.Problem.Id), problem.Location, problem.Callers, problem.Problem.Message));
        foreach (LocatedProblem problem in FrontEnd.Build(source.Declaration).Problems)
            context.ReportDiagnostic(Diagnostic.Create(DiagnosticCatalog.Get(problem.Problem.Id), source.Locate(problem.Place), problem.Problem.Message));
    }

    private static void ReportLayersWithoutNetwork(SymbolAnalysisContext context, INamedTypeSymbol type)
    {
        if (type.GetAttributes().FirstOrDefault(NetworkReader.IsKnownLayer)?.ApplicationSyntaxReference is not { } layer)
            return;
        string message = $"{type.Name} has layers but no [Network], so nothing is generated; add [Network]";
        context.ReportDiagnostic(Diagnostic.Create(
            DiagnosticCatalog.Get(ProblemIds.NotANetwork), layer.GetSyntax(context.CancellationToken).GetLocation(), message));
    }
}
