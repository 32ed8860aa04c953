using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// Generates the other part of every class with <c>[Network]</c>. Mistakes are the analyzer's to report; for a network that has some the generator writes
/// a stub. Each step's result compares by value, so that what does not change the network re-runs nothing past "Declarations".
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    internal const string Declarations = "Declarations";
    internal const string Models = "Models";
    internal const string Sources = "Sources";

    private readonly Func<NetworkModel, string> _emit;

    /// <summary>The generator that the C# compiler makes.</summary>
    public NetworkGenerator()
        : this(NetworkEmitter.Emit)
    {
    }

    internal NetworkGenerator(Func<NetworkModel, string> emit) => _emit = emit;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        JsonNetworks.Register(context, _emit);
        IncrementalValuesProvider<NetworkDeclaration> declarations = context.SyntaxProvider
            .ForAttributeWithMetadataName(NetworkReader.NetworkAttribute, static (node, _) => node is ClassDeclarationSyntax, static (c, cancellation) => ReadOnce(c, cancellation))
            .Where(static d => d is { CanExtend: true })
            .Select(static (d, _) => d!)
            .WithTrackingName(Declarations);
        IncrementalValuesProvider<CompiledNetwork> models = declarations
            .Select(static (declaration, _) => Compile(declaration))
            .WithTrackingName(Models);
        IncrementalValueProvider<EquatableArray<string>> clashes = declarations
            .Select(static (d, _) => HintNames.Of(d.Class))
            .Collect()
            .Select(static (names, _) => HintNames.Clashes(names));
        IncrementalValuesProvider<GeneratedSource> sources = models
            .Combine(clashes)
            .Select((pair, _) => Emit(pair.Left, pair.Right))
            .WithTrackingName(Sources);
        context.RegisterSourceOutput(sources, static (output, source) =>
        {
            if (source.Failure is Problem failure)
                output.ReportDiagnostic(Diagnostic.Create(DiagnosticCatalog.Get(failure.Id), Location.None, failure.Message));
            output.AddSource(source.HintName, source.Text);
        });
    }

    // A class with [Network] on two of its declarations, which C# refuses, comes twice; two files of one name would stop the generator for all networks.
    private static NetworkDeclaration? ReadOnce(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData first = type.GetAttributes().First(a => SymbolEqualityComparer.Default.Equals(a.AttributeClass, context.Attributes[0].AttributeClass));
        bool isFirst = first.ApplicationSyntaxReference is { } reference && reference.SyntaxTree == context.TargetNode.SyntaxTree
            && context.TargetNode.Span.Contains(reference.Span);
        return isFirst ? NetworkReader.Read(context.SemanticModel.Compilation, type, cancellation).Declaration : null;
    }

    private static CompiledNetwork Compile(NetworkDeclaration declaration)
    {
        Extras extras = NetworkDeclaration.ExtrasOf(declaration.Training, declaration.Profile);
        MemberNames members = declaration.Definition?.Members ?? MemberNames.Unknown;
        try
        {
            return new CompiledNetwork(declaration.Class, extras, members, FrontEnd.Build(declaration).Model, Failure: null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new CompiledNetwork(declaration.Class, extras, members, Model: null, Describe(declaration.Class, e));
        }
    }

    private GeneratedSource Emit(CompiledNetwork network, EquatableArray<string> clashes)
    {
        string hintName = HintNames.Of(network.Class, clashes);
        Problem? failure = network.Failure;
        if (network.Model is NetworkModel model)
        {
            try
            {
                return new GeneratedSource(hintName, _emit(model), Failure: null);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failure = Describe(network.Class, e);
            }
        }
        return new GeneratedSource(hintName, StubEmitter.Emit(network.Class, network.Extras, network.Members), failure);
    }

    // On one line, as diagnostics are; the first frame says where to look. Of memory that cannot be addressed only the plan knows.
    internal static Problem Describe(ClassDeclaration network, Exception e)
    {
        if (e is ShapeException tooLarge)
            return tooLarge.Problem;
        string frame = e.StackTrace?.Split('\n').FirstOrDefault()?.Trim() ?? "";
        string message = e.Message.Replace("\r", "").Replace('\n', ' ');
        return new Problem(ProblemIds.Internal, $"{network.Name}: an error in ModelGen itself, please report it: {e.GetType().Name}: {message} {frame}");
    }

    private sealed record CompiledNetwork(ClassDeclaration Class, Extras Extras, MemberNames Members, NetworkModel? Model, Problem? Failure);

    private sealed record GeneratedSource(string HintName, string Text, Problem? Failure);
}
