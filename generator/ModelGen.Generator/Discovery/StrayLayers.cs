using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Discovery;

/// <summary>Finds classes that have layers but no <c>[Network]</c>, for which nothing is generated.</summary>
internal static class StrayLayers
{
    private const string Suffix = "Attribute";

    private static readonly HashSet<string> Layers = new(OperatorTable.Layers.Select(o => o.Name), StringComparer.Ordinal);

    public static IncrementalValuesProvider<Finding> Register(IncrementalGeneratorInitializationContext context) => context.SyntaxProvider
        .CreateSyntaxProvider(static (node, _) => MayBeOne(node), static (c, cancellation) => Find(c, cancellation))
        .Where(static f => f is not null)
        .Select(static (f, _) => f!.Value);

    // By the names alone: this is asked of every node of a text that has changed.
    private static bool MayBeOne(SyntaxNode node)
    {
        if (node is not (ClassDeclarationSyntax or RecordDeclarationSyntax)
            || node is not TypeDeclarationSyntax { AttributeLists.Count: > 0 } type)
            return false;
        bool hasLayer = false;
        foreach (AttributeListSyntax list in type.AttributeLists)
        {
            foreach (AttributeSyntax attribute in list.Attributes)
            {
                string name = NameOf(attribute.Name);
                if (name == "Network")
                    return false;
                hasLayer |= Layers.Contains(name);
            }
        }
        return hasLayer;
    }

    private static string NameOf(NameSyntax name)
    {
        string text = name switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
            AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            _ => "",
        };
        return text.EndsWith(Suffix, StringComparison.Ordinal) ? text.Substring(0, text.Length - Suffix.Length) : text;
    }

    private static Finding? Find(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        if (context.SemanticModel.GetDeclaredSymbol(context.Node, cancellation) is not INamedTypeSymbol { TypeKind: TypeKind.Class } type
            || NetworkReader.IsNetwork(type)
            || type.GetAttributes().FirstOrDefault(NetworkReader.IsKnownLayer)?.ApplicationSyntaxReference is not { } layer)
        {
            return null;
        }
        var problem = new Problem(
            ProblemIds.NotANetwork, $"{type.Name} has layers but no [Network], so nothing is generated; add [Network]");
        return new Finding(type.ToDisplayString(), problem, TextPlace.Of(layer.GetSyntax(cancellation).GetLocation()), []);
    }
}
