using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>What all analyzers of networks have in common: the catalogue of diagnostics, and that they read nothing that was generated.</summary>
public abstract class CatalogAnalyzer : DiagnosticAnalyzer
{
    private protected CatalogAnalyzer()
    {
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = DiagnosticCatalog.All.ToImmutableArray();

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        Register(context);
    }

    private protected abstract void Register(AnalysisContext context);

    /// <param name="callers">Where the calls are that led there, the innermost first.</param>
    private protected static Diagnostic Describe(Problem problem, Location location, IEnumerable<Location>? callers = null) =>
        Diagnostic.Create(DiagnosticCatalog.Get(problem.Id), location, callers, problem.Message);
}
