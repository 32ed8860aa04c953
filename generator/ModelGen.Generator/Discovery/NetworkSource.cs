using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// A network as it stands in the source text: what it declares, and the attributes by which problems find their place again.
/// </summary>
internal sealed record NetworkSource(
    INamedTypeSymbol Type, NetworkDeclaration Declaration, IReadOnlyList<AttributeData> Layers, AttributeData? Network,
    AttributeData? Input, AttributeData? Trainable,
    IReadOnlyList<LocatedProblem<Location>> DefinitionProblems)
{
    /// <summary>What is wrong with its definition.</summary>
    public EquatableArray<Finding> Findings { get; } = DefinitionProblems
        .Select(p => new Finding(Type.ToDisplayString(), p.Problem, TextPlace.Of(p.Place),
            p.Callers.Select(TextPlace.Of).ToEquatableArray())).ToEquatableArray();

    /// <summary>A problem at the attribute or argument at fault; at the class's name where there is none.</summary>
    public Finding Locate(LocatedProblem<Place> problem) =>
        new(Type.ToDisplayString(), problem.Problem, TextPlace.Of(Locate(problem.Place)), []);

    private Location Locate(Place place)
    {
        AttributeData? attribute = place.IsInput ? Input : place.IsTrainable ? Trainable : place.IsNetwork ? Network : place.IsClass ? null
            : Layers[place.Layer];
        if (attribute?.ApplicationSyntaxReference?.GetSyntax() is not AttributeSyntax syntax)
            return Type.Locations.FirstOrDefault(l => l.IsInSource) ?? Location.None;
        SyntaxNode node = place.Argument is string argument && FindArgument(attribute, syntax, argument, place.Element) is SyntaxNode found
            ? found : syntax;
        return node.GetLocation();
    }

    private static SyntaxNode? FindArgument(AttributeData attribute, AttributeSyntax syntax, string name, int element)
    {
        if (syntax.ArgumentList is not { } list)
            return null;
        for (int i = 0; i < list.Arguments.Count; i++)
        {
            AttributeArgumentSyntax argument = list.Arguments[i];
            string? written = argument.NameEquals?.Name.Identifier.ValueText ?? argument.NameColon?.Name.Identifier.ValueText;
            if (written == name)
                return ElementOf(argument, element);
            if (written is not null || attribute.AttributeConstructor is not { } constructor)
                continue;
            int last = constructor.Parameters.Length - 1;
            bool isExpanded = last >= 0 && i >= last && constructor.Parameters[last].IsParams;
            IParameterSymbol? parameter = isExpanded ? constructor.Parameters[last] : i <= last ? constructor.Parameters[i] : null;
            if (parameter?.Name != name)
                continue;
            // A params array is either written out, one argument each, or given as one array.
            bool isOneEach = isExpanded && !IsArray(argument.Expression);
            if (!isOneEach)
                return ElementOf(argument, element);
            return element < 0 || i - last == element ? argument : ArgumentAt(list, last + element);
        }
        return null;
    }

    private static AttributeArgumentSyntax? ArgumentAt(AttributeArgumentListSyntax list, int index) =>
        index < list.Arguments.Count ? list.Arguments[index] : null;

    private static SyntaxNode ElementOf(AttributeArgumentSyntax argument, int element)
    {
        InitializerExpressionSyntax? initializer = argument.Expression switch
        {
            ArrayCreationExpressionSyntax array => array.Initializer,
            ImplicitArrayCreationExpressionSyntax array => array.Initializer,
            _ => null,
        };
        return element >= 0 && initializer is not null && element < initializer.Expressions.Count
            ? initializer.Expressions[element] : argument;
    }

    private static bool IsArray(ExpressionSyntax expression) =>
        expression is ArrayCreationExpressionSyntax or ImplicitArrayCreationExpressionSyntax;
}
