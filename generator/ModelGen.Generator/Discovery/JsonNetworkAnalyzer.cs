using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Emit;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.FrontEnds.Json;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>Reports what is wrong with <c>*.network.json</c> files, at the key or value at fault.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class JsonNetworkAnalyzer : CatalogAnalyzer
{
    private protected override void Register(AnalysisContext context)
    {
        context.RegisterCompilationStartAction(static start =>
        {
            AnalyzerOptions options = start.Options;
            string rootNamespace = JsonNetworks.RootNamespace(options.AnalyzerConfigOptionsProvider);
            AdditionalText[] files = [.. options.AdditionalFiles.Where(JsonNetworks.IsNetwork).OrderBy(f => f.Path, StringComparer.Ordinal)];
            var networks = files.ToDictionary(f => f, f => new Lazy<JsonNetwork>(() => JsonFrontEnd.Build(JsonNetworks.TextOf(f, CancellationToken.None), rootNamespace)));
            start.RegisterAdditionalFileAction(context =>
            {
                if (networks.TryGetValue(context.AdditionalFile, out Lazy<JsonNetwork>? network))
                    Report(context, network.Value, files, networks);
            });
        });
    }

    private static void Report(
        AdditionalFileAnalysisContext context, JsonNetwork network, AdditionalText[] files, Dictionary<AdditionalText, Lazy<JsonNetwork>> networks)
    {
        SourceText text = context.AdditionalFile.GetText(context.CancellationToken) ?? SourceText.From("");
        foreach (JsonProblem problem in network.Problems)
            Report(problem.Problem, problem.Range, problem.Calls);
        if (network.Class is not ClassDeclaration declaration)
            return;
        AdditionalText? other = files.TakeWhile(f => f != context.AdditionalFile)
            .FirstOrDefault(f => networks[f].Value.Class is { } c && c.Namespace == declaration.Namespace && c.Name == declaration.Name);
        if (other is not null)
        {
            string file = other.Path.Substring(other.Path.LastIndexOfAny(['/', '\\']) + 1);
            Report(new Problem(ProblemIds.DuplicateClass, $"{declaration.Name} is declared by {JsonNames.Printable(file)} already; choose another name"), network.NameRange, []);
        }
        CheckUsersPart(declaration);

        void CheckUsersPart(ClassDeclaration written)
        {
            string metadataName = (written.Namespace.Length == 0 ? written.Name : written.Namespace + "." + written.Name).Replace("@", "");
            if (context.Compilation.Assembly.GetTypeByMetadataName(metadataName) is not INamedTypeSymbol type)
                return;
            if (NetworkReader.IsNetwork(type))
            {
                Report(new Problem(ProblemIds.DuplicateClass, $"{written.Name} is a class with [Network] already, which declares its layers itself; choose another name"), network.NameRange, []);
                return;
            }
            var problems = new List<LocatedProblem>();
            ClassReader.Check(type, network.Extras, problems);
            foreach (LocatedProblem problem in problems)
                Report(problem.Problem, network.NameRange, []);
        }

        void Report(Problem problem, TextRange range, IEnumerable<TextRange> calls) => context.ReportDiagnostic(Describe(problem, Locate(range), calls.Select(Locate)));

        Location Locate(TextRange range)
        {
            var span = TextSpan.FromBounds(Math.Min(range.Start, text.Length), Math.Min(range.End, text.Length));
            return Location.Create(context.AdditionalFile.Path, span, text.Lines.GetLinePositionSpan(span));
        }
    }
}
