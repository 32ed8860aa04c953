using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Language;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// Generates the other part of every class with <c>[Network]</c>, a stub for one with mistakes, and reports these. Each step's result
/// compares by value, so that what does not change the network re-runs nothing past "Declarations" but the search for the places of its
/// problems.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    internal const string Declarations = "Declarations";
    internal const string Models = "Models";
    internal const string Sources = "Sources";

    private readonly Func<NetworkModel, CancellationToken, string> _emit;

    /// <summary>The generator that the C# compiler makes.</summary>
    public NetworkGenerator()
        : this(NetworkCompiler.Compile)
    {
    }

    internal NetworkGenerator(Func<NetworkModel, CancellationToken, string> emit) => _emit = emit;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<LanguageVersion> language = context.ParseOptionsProvider
            .Select(static (options, _) => options is CSharpParseOptions { LanguageVersion: LanguageVersion version }
                ? version : GeneratedLanguage.Oldest);
        IncrementalValueProvider<EquatableArray<Finding>> findings = RegisterClasses(context, language)
            .Combine(JsonNetworks.Register(context, language, _emit))
            .Combine(StrayLayers.Register(context).Collect())
            .Select(static (all, _) => Findings.Merge(all.Left.Left.Concat(all.Left.Right).Concat(all.Right)));
        context.RegisterSourceOutput(
            findings.Combine(context.CompilationProvider), static (output, pair) => Findings.Report(output, pair.Left, pair.Right));
    }

    private IncrementalValueProvider<EquatableArray<Finding>> RegisterClasses(
        IncrementalGeneratorInitializationContext context, IncrementalValueProvider<LanguageVersion> language)
    {
        IncrementalValuesProvider<NetworkSource> classes = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                NetworkReader.NetworkAttribute, static (node, _) => node is ClassDeclarationSyntax or RecordDeclarationSyntax,
                static (c, cancellation) => ReadOnce(c, cancellation))
            .Where(static c => c is not null)
            .Select(static (c, _) => c!);
        IncrementalValuesProvider<NetworkDeclaration> declarations = classes
            .Select(static (c, _) => c.Declaration)
            .WithTrackingName(Declarations);
        IncrementalValuesProvider<CompiledNetwork> models = declarations
            .Select(static (declaration, cancellation) => Compile(declaration, cancellation))
            .WithTrackingName(Models);
        IncrementalValueProvider<EquatableArray<string>> clashes = declarations
            .Where(static d => d.Part.Extent != PartExtent.Nothing)
            .Select(static (d, _) => HintNames.Of(d.Class))
            .Collect()
            .Select(static (names, _) => HintNames.Clashes(names));
        IncrementalValuesProvider<GeneratedSource> sources = models
            .Combine(clashes)
            .Combine(language)
            .Select((pair, cancellation) => Emit(pair.Left.Left, pair.Left.Right, pair.Right, cancellation))
            .WithTrackingName(Sources);
        context.RegisterSourceOutput(sources, static (output, source) =>
        {
            if (source.Text is string text)
                output.AddSource(source.HintName, text);
        });
        // Each class goes through all steps by itself, so there are as many of each, in one order.
        return classes.Collect().Combine(sources.Collect()).Select(static (all, _) => Locate(all.Left, all.Right));
    }

    // A class with [Network] on two of its declarations, which C# refuses, comes twice; two files of one name would stop the generator for
    // all networks.
    private static NetworkSource? ReadOnce(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData first = type.GetAttributes()
            .First(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, context.Attributes[0].AttributeClass));
        bool isFirst = first.ApplicationSyntaxReference is { } reference && reference.SyntaxTree == context.TargetNode.SyntaxTree
            && context.TargetNode.Span.Contains(reference.Span);
        return isFirst && type.TypeKind == TypeKind.Class
            ? NetworkReader.Read(context.SemanticModel.Compilation, type, cancellation) : null;
    }

    private static CompiledNetwork Compile(NetworkDeclaration declaration, CancellationToken cancellation)
    {
        try
        {
            FrontEndResult result = FrontEnd.Build(declaration, cancellation);
            return new CompiledNetwork(
                declaration.Class, declaration.Part, declaration.Surface, declaration.Members, result.Model, result.Problems);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            EquatableArray<LocatedProblem<Place>> failure = [new(Describe(declaration.Class, e), Place.Class)];
            return new CompiledNetwork(declaration.Class, declaration.Part, declaration.Surface, declaration.Members, Model: null, failure);
        }
    }

    private GeneratedSource Emit(
        CompiledNetwork network, EquatableArray<string> clashes, LanguageVersion language, CancellationToken cancellation)
    {
        EquatableArray<LocatedProblem<Place>> problems = network.Problems;
        string? text = null;
        if (GeneratedLanguage.Problem(language) is Problem tooOld)
            problems = problems.Append(new LocatedProblem<Place>(tooOld, Place.Class)).ToEquatableArray();
        else if (network is { Model: NetworkModel model, Part.Extent: PartExtent.Whole })
        {
            try
            {
                text = _emit(model, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                problems = problems.Append(new LocatedProblem<Place>(Describe(network.Class, e), Place.Class)).ToEquatableArray();
            }
        }
        if (network.Part.Extent != PartExtent.Nothing)
            text ??= StubEmitter.Emit(network.Class, network.Surface, network.Members, network.Part.Taken, language);
        return new GeneratedSource(HintNames.Of(network.Class, clashes), text, problems);
    }

    private static EquatableArray<Finding> Locate(ImmutableArray<NetworkSource> classes, ImmutableArray<GeneratedSource> sources) =>
        classes.Zip(sources, (c, source) => c.Findings.Concat(source.Problems.Select(p => c.Locate(p)))).SelectMany(f => f)
            .ToEquatableArray();

    // On one line, as diagnostics are; the first frame says where to look. Of memory that cannot be addressed only the plan knows.
    internal static Problem Describe(ClassDeclaration network, Exception e)
    {
        if (e is ShapeException tooLarge)
            return tooLarge.Problem;
        string frame = e.StackTrace?.Split('\n').FirstOrDefault()?.Trim() ?? "";
        string message = e.Message.Replace("\r", "").Replace('\n', ' ');
        return new Problem(ProblemIds.Internal, $"{network.Name}: an error in ModelGen itself, please report it: {e.GetType().Name}: "
            + $"{message} {frame}");
    }

    private sealed record CompiledNetwork(
        ClassDeclaration Class, ClassPart Part, Surface Surface, MemberNames Members, NetworkModel? Model,
        EquatableArray<LocatedProblem<Place>> Problems);

    private sealed record GeneratedSource(string HintName, string? Text, EquatableArray<LocatedProblem<Place>> Problems);
}
