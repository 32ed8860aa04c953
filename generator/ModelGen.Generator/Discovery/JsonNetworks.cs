using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.FrontEnds;
using ModelGen.Generator.FrontEnds.Json;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// The generator's part for <c>*.network.json</c>: each such additional file becomes a class. A network compares by value and knows no positions, so that a
/// change of white space, or of any other file, re-runs nothing past "JsonModels".
/// </summary>
internal static class JsonNetworks
{
    public const string Texts = "JsonTexts";
    public const string Models = "JsonModels";
    public const string Sources = "JsonSources";

    // No name of a class ends like this (see HintNames), so that a file never meets one of a class with attributes.
    private const string HintSuffix = "-json.g.cs";

    public static void Register(IncrementalGeneratorInitializationContext context, Func<NetworkModel, string> emit)
    {
        IncrementalValueProvider<string> rootNamespace = context.AnalyzerConfigOptionsProvider.Select(static (options, _) => RootNamespace(options));
        IncrementalValuesProvider<CompiledFile> networks = context.AdditionalTextsProvider
            .Where(static file => IsNetwork(file))
            .Select(static (file, cancellation) => (file.Path, Text: TextOf(file, cancellation)))
            .WithTrackingName(Texts)
            .Combine(rootNamespace)
            .Select(static (pair, _) => Compile(pair.Left.Path, pair.Left.Text, pair.Right))
            .Where(static n => n is not null)
            .Select(static (n, _) => n!)
            .WithTrackingName(Models);
        IncrementalValueProvider<EquatableArray<(string Hint, string Path)>> claims = networks
            .Select(static (n, _) => (HintNames.Of(n.Class), n.Path))
            .Collect()
            .Select(static (all, _) => all.OrderBy(c => c.Item1, StringComparer.Ordinal).ThenBy(c => c.Path, StringComparer.Ordinal).ToEquatableArray());
        IncrementalValuesProvider<(string HintName, string Text, Problem? Failure)> sources = networks
            .Combine(claims)
            .Select(static (pair, _) => (Network: pair.Left, HintName: HintName(pair.Left, pair.Right)))
            .Where(static pair => pair.HintName is not null)
            .Select((pair, _) => Emit(pair.Network, pair.HintName!, emit))
            .WithTrackingName(Sources);
        context.RegisterSourceOutput(sources, static (output, source) =>
        {
            if (source.Failure is Problem failure)
                output.ReportDiagnostic(Diagnostic.Create(DiagnosticCatalog.Get(failure.Id), Location.None, failure.Message));
            output.AddSource(source.HintName, source.Text);
        });
    }

    public static bool IsNetwork(AdditionalText file) => file.Path.EndsWith(JsonFrontEnd.FileSuffix, StringComparison.OrdinalIgnoreCase);

    public static string TextOf(AdditionalText file, CancellationToken cancellation) => file.GetText(cancellation)?.ToString() ?? "";

    public static string RootNamespace(AnalyzerConfigOptionsProvider options) =>
        options.GlobalOptions.TryGetValue("build_property.RootNamespace", out string? name) ? name : "";

    private static CompiledFile? Compile(string path, string text, string rootNamespace)
    {
        try
        {
            JsonNetwork network = JsonFrontEnd.Build(text, rootNamespace);
            return network.Class is null ? null : new CompiledFile(path, network.Class, network.Extras, network.Members, network.Model, Failure: null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var unknown = new ClassDeclaration("", [], "UnreadableNetwork", "internal");
            return new CompiledFile(path, unknown, Extras.None, MemberNames.Unknown, Model: null, NetworkGenerator.Describe(unknown, e));
        }
    }

    // Of several files that declare one class the first in the order of their paths is taken; the analyzer reports the others.
    private static string? HintName(CompiledFile network, EquatableArray<(string Hint, string Path)> claims)
    {
        string hint = HintNames.Of(network.Class);
        if (claims.First(c => c.Hint == hint).Path != network.Path)
            return null;
        string[] alike = [.. claims.Select(c => c.Hint).Distinct().Where(h => h.Equals(hint, StringComparison.OrdinalIgnoreCase))];
        return hint + (alike.Length == 1 ? "" : "-" + (Array.IndexOf(alike, hint) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)) + HintSuffix;
    }

    private static (string HintName, string Text, Problem? Failure) Emit(CompiledFile network, string hintName, Func<NetworkModel, string> emit)
    {
        Problem? failure = network.Failure;
        string declaration = Declare(network);
        if (network.Model is NetworkModel model)
        {
            try
            {
                return (hintName, emit(model) + declaration, null);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failure = NetworkGenerator.Describe(network.Class, e);
            }
        }
        return (hintName, StubEmitter.Emit(network.Class, network.Extras, network.Members) + declaration, failure);
    }

    // What a class with attributes has from its author: who may see it, and that nobody derives from it.
    private static string Declare(CompiledFile network)
    {
        var writer = new CodeWriter();
        writer.Line();
        SourceHeader.InClass(writer, network.Class, () =>
        {
            string file = network.Path.Substring(network.Path.LastIndexOfAny(['/', '\\']) + 1);
            writer.Line($"/// <summary>The network of {JsonNames.Printable(file).Replace("&", "&amp;").Replace("<", "&lt;")}.</summary>");
            writer.Line($"{network.Class.Accessibility} sealed partial class {network.Class.Name};");
        });
        return writer.ToString();
    }

    private sealed record CompiledFile(string Path, ClassDeclaration Class, Extras Extras, MemberNames Members, NetworkModel? Model, Problem? Failure);
}
