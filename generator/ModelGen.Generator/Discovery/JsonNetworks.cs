using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// The generator's part for <c>*.network.json</c>: each such additional file becomes a class. A network compares by value and knows no
/// positions, so that a change of white space, or of any other file, re-runs nothing past "JsonModels".
/// </summary>
internal static class JsonNetworks
{
    public const string Texts = "JsonTexts";
    public const string Models = "JsonModels";
    public const string Sources = "JsonSources";

    // No name of a class ends like this (see HintNames), so that a file never meets one of a class with attributes.
    private const string HintSuffix = "-json.g.cs";

    /// <summary>Adds the steps; what is wrong with the files is their result.</summary>
    public static IncrementalValueProvider<EquatableArray<Finding>> Register(
        IncrementalGeneratorInitializationContext context,
        IncrementalValueProvider<LanguageVersion> language, Func<NetworkModel, CancellationToken, string> emit)
    {
        IncrementalValueProvider<string> rootNamespace = context.AnalyzerConfigOptionsProvider.Select(
            static (options, _) => RootNamespace(options));
        IncrementalValuesProvider<JsonSource> files = context.AdditionalTextsProvider
            .Where(static file => IsNetwork(file))
            .Select(static (file, cancellation) => (file.Path, Text: TextOf(file, cancellation)))
            .WithTrackingName(Texts)
            .Combine(rootNamespace)
            .Select(static (pair, cancellation) => JsonSource.Read(pair.Left.Path, pair.Left.Text, pair.Right, cancellation));
        IncrementalValuesProvider<CompiledFile> networks = files
            .Select(static (f, _) => new CompiledFile(f.Path, f.Network.Class, f.Network.Surface, f.Network.Members, f.Network.Model))
            .WithTrackingName(Models);
        IncrementalValueProvider<EquatableArray<(string Hint, string Path)>> claims = networks
            .Where(static n => n.Class is not null)
            .Select(static (n, _) => (HintNames.Of(n.Class!), n.Path))
            .Collect()
            .Select(static (all, _) => all.OrderBy(c => c.Item1, StringComparer.Ordinal).ThenBy(c => c.Path, StringComparer.Ordinal)
                .ToEquatableArray());
        // What the project's own C# has of the class: the only step here that a change of C# runs again.
        IncrementalValuesProvider<AuthorsPart> parts = networks
            .Combine(context.CompilationProvider)
            .Select(static (pair, _) => AuthorsPart.Read(pair.Left.Class, pair.Left.Surface, pair.Left.Members, pair.Right));
        IncrementalValuesProvider<GeneratedFile> sources = networks.Collect().Combine(parts.Collect())
            .SelectMany(static (all, _) => all.Left.Zip(all.Right, (network, part) => (network, part)))
            .Combine(claims)
            .Combine(language)
            .Select((pair, cancellation) => Emit(pair.Left.Left.network, pair.Left.Left.part,
                HintName(pair.Left.Left.network, pair.Left.Right), emit, pair.Right, cancellation))
            .WithTrackingName(Sources);
        context.RegisterSourceOutput(sources, static (output, source) =>
        {
            if (source is { HintName: string hintName, Text: string text })
                output.AddSource(hintName, text);
        });
        return files.Collect().Combine(sources.Collect()).Combine(claims)
            .Select(static (all, _) => Locate(all.Left.Left, all.Left.Right, all.Right));
    }

    public static bool IsNetwork(AdditionalText file) => file.Path.EndsWith(JsonFrontEnd.FileSuffix, StringComparison.OrdinalIgnoreCase);

    public static string TextOf(AdditionalText file, CancellationToken cancellation) => file.GetText(cancellation)?.ToString() ?? "";

    public static string RootNamespace(AnalyzerConfigOptionsProvider options) =>
        options.GlobalOptions.TryGetValue("build_property.RootNamespace", out string? name) ? name : "";

    // Of several files that declare one class the first in the order of their paths is taken; null for the others.
    private static string? HintName(CompiledFile network, EquatableArray<(string Hint, string Path)> claims)
    {
        if (network.Class is null || FirstOf(network.Class, claims) != network.Path)
            return null;
        string hint = HintNames.Of(network.Class);
        string[] alike = [.. claims.Select(c => c.Hint).Distinct().Where(h => h.Equals(hint, StringComparison.OrdinalIgnoreCase))];
        return hint + (alike.Length == 1
            ? "" : "-" + (Array.IndexOf(alike, hint) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)) + HintSuffix;
    }

    private static string FirstOf(ClassDeclaration declaration, EquatableArray<(string Hint, string Path)> claims)
    {
        string hint = HintNames.Of(declaration);
        return claims.First(c => c.Hint == hint).Path;
    }

    private static GeneratedFile Emit(
        CompiledFile network, AuthorsPart part, string? hintName, Func<NetworkModel, CancellationToken, string> emit,
        LanguageVersion language, CancellationToken cancellation)
    {
        EquatableArray<Problem> problems = part.Problems;
        if (network.Class is not ClassDeclaration declaration || hintName is null)
            return new GeneratedFile(null, null, problems);
        string? text = null;
        if (GeneratedLanguage.Problem(language) is Problem tooOld)
            problems = problems.Append(tooOld).ToEquatableArray();
        else if (network.Model is NetworkModel model && part.Part.Extent == PartExtent.Whole)
        {
            try
            {
                text = emit(model, cancellation) + Declare(network.Path, declaration, ";");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                problems = problems.Append(NetworkGenerator.Describe(declaration, e)).ToEquatableArray();
            }
        }
        if (part.Part.Extent != PartExtent.Nothing)
            text ??= StubEmitter.Emit(declaration, network.Surface, network.Members, part.Part.Taken, language)
                + Declare(network.Path, declaration, " { }");
        return new GeneratedFile(hintName, text, problems);
    }

    // What a class with attributes has from its author: who may see it, and that nobody derives from it.
    private static string Declare(string path, ClassDeclaration declaration, string body)
    {
        var writer = new CodeWriter();
        writer.Line();
        SourceHeader.InClass(writer, declaration, () =>
        {
            writer.Line("/// <summary>The network of "
                + $"{JsonNames.Printable(FileOf(path)).Replace("&", "&amp;").Replace("<", "&lt;")}.</summary>");
            writer.Line($"{declaration.Accessibility} sealed partial class {declaration.Name}{body}");
        });
        return writer.ToString();
    }

    private static EquatableArray<Finding> Locate(
        ImmutableArray<JsonSource> files, ImmutableArray<GeneratedFile> sources, EquatableArray<(string Hint, string Path)> claims)
    {
        var findings = new List<Finding>();
        foreach ((JsonSource file, GeneratedFile source) in files.Zip(sources, (f, s) => (f, s)))
        {
            findings.AddRange(file.Findings);
            if (file.Network.Class is ClassDeclaration declaration && FirstOf(declaration, claims) is string first && first != file.Path)
                findings.Add(file.AtName(new Problem(ProblemIds.DuplicateClass, $"{declaration.Name} is declared by "
                    + $"{JsonNames.Printable(FileOf(first))} already; choose another name")));
            findings.AddRange(source.Problems.Select(file.AtName));
        }
        return findings.ToEquatableArray();
    }

    private static string FileOf(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);

    private sealed record CompiledFile(string Path, ClassDeclaration? Class, Surface Surface, MemberNames Members, NetworkModel? Model);

    private sealed record GeneratedFile(string? HintName, string? Text, EquatableArray<Problem> Problems);
}
