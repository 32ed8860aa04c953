using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Discovery;

/// <summary>Reads a class with its attributes into a <see cref="NetworkDeclaration"/>.</summary>
internal static class NetworkReader
{
    public const string NetworkAttribute = "ModelGen.NetworkAttribute";
    private const string Suffix = "Attribute";

    public static NetworkSource Read(Compilation compilation, INamedTypeSymbol type, CancellationToken cancellation)
    {
        AttributeData[] attributes = [.. type.GetAttributes().Where(a => a.ApplicationSyntaxReference is not null)];
        AttributeData[] inputs = [.. attributes.Where(a => Is(a, "InputAttribute"))];
        AttributeData? network = Array.Find(attributes, a => Is(a, "NetworkAttribute"));
        AttributeData? trainable = Array.Find(attributes, a => Is(a, "TrainableAttribute"));
        DefinitionResult? definition = ReadDefinition(compilation, type, attributes.Any(IsKnownLayer), cancellation);
        // Of a class that has no layers as attributes, an attribute that nobody knows was hardly meant to be one.
        AttributeData[] layers = InSourceOrder(attributes.Where(definition is null ? IsLayer : IsKnownLayer));
        cancellation.ThrowIfCancellationRequested();

        var problems = new List<LocatedProblem<Place>>();
        var read = layers.Select(ReadLayer).ToList();
        CheckOneDeclaration(type, layers, read, inputs.FirstOrDefault(), problems);
        OptionsDeclaration options = network is null ? new(AttributeMap.Empty, IsReadable: false) : ReadOptions(network, NetworkOption.All);
        OptionsDeclaration? training = trainable is null ? null : ReadOptions(trainable, TrainableOption.All);
        var declaration = new NetworkDeclaration(
            ClassReader.Read(type), ClassPart.Whole, [], inputs.Select(ReadInput).ToEquatableArray(), read.ToEquatableArray(),
            training, definition?.Network, options)
        {
            IsInDoubt = attributes.Any(a => a.AttributeClass is null or { TypeKind: TypeKind.Error }),
        };
        ClassPart part = ClassReader.Check(
            type, GeneratedMembers.Of(declaration.Class.Name, declaration.Surface, declaration.Members), problems);
        declaration = declaration with { Part = part, ClassProblems = problems.ToEquatableArray() };
        AttributeData?[] asked = [network, trainable, .. inputs, .. layers];
        IEnumerable<LocatedProblem<Location>> refused = asked.Where(a => a is not null && !IsReadable(a))
            .Select(a => Refused(compilation, a!, cancellation)).OfType<LocatedProblem<Location>>();
        return new NetworkSource(
            type, declaration, layers, network, inputs.FirstOrDefault(), trainable, [.. definition?.Problems ?? [], .. refused]);
    }

    // Of the attributes' own types all is known; names in them, and the names of others, might be declared by a generator.
    private static LocatedProblem<Location>? Refused(Compilation compilation, AttributeData attribute, CancellationToken cancellation)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax syntax)
            return null;
        Diagnostic[] errors =
        [
            .. Refusal.ErrorsIn(compilation.GetSemanticModel(syntax.SyntaxTree), syntax, cancellation)
                .Where(e => syntax.Name.Span.Contains(e.Location.SourceSpan) || IsInArgument(syntax, e.Location.SourceSpan)),
        ];
        return errors.Length == 0 ? null : Refusal.Of(errors);
    }

    private static bool IsInArgument(AttributeSyntax attribute, TextSpan span) =>
        attribute.ArgumentList?.Arguments.Any(a => a.Expression.Span.Contains(span) && a.Expression is not LiteralExpressionSyntax) == true;

    private static DefinitionResult? ReadDefinition(
        Compilation compilation, INamedTypeSymbol type, bool hasLayers, CancellationToken cancellation)
    {
        IReadOnlyList<IMethodSymbol> methods = DefinitionReader.MethodsOf(type, hasLayers);
        return methods.Count == 0
            ? null
            : DefinitionCache.GetOrRead(compilation, methods[0].DeclaringSyntaxReferences[0].SyntaxTree, type.ToDisplayString(),
                () => DefinitionReader.Read(compilation, type, methods, cancellation));
    }

    public static bool IsNetwork(INamedTypeSymbol type) => type.GetAttributes().Any(a => Is(a, "NetworkAttribute"));

    /// <summary>
    /// True for the attributes of layers; and for those the C# compiler cannot resolve, since they may have been meant to be layers.
    /// </summary>
    private static bool IsLayer(AttributeData attribute) =>
        attribute.AttributeClass is not { } type || type.TypeKind == TypeKind.Error || IsKnownLayer(attribute);

    public static bool IsKnownLayer(AttributeData attribute)
    {
        for (INamedTypeSymbol? type = attribute.AttributeClass?.BaseType; type is not null; type = type.BaseType)
        {
            if (type.Name == "LayerAttribute" && IsOurs(type))
                return true;
        }
        return false;
    }

    private static bool Is(AttributeData attribute, string name) =>
        attribute.AttributeClass is { } type && type.Name == name && IsOurs(type);

    private static bool IsOurs(INamedTypeSymbol type) =>
        type.ContainingNamespace is { Name: "ModelGen", ContainingNamespace.IsGlobalNamespace: true };

    private static AttributeData[] InSourceOrder(IEnumerable<AttributeData> attributes)
    {
        // Several declarations have no order, which is reported; within one the text has.
        return [.. attributes.GroupBy(a => a.ApplicationSyntaxReference!.SyntaxTree)
            .SelectMany(g => g.OrderBy(a => a.ApplicationSyntaxReference!.Span.Start))];
    }

    private static void CheckOneDeclaration(
        INamedTypeSymbol type, AttributeData[] layers,
        List<LayerDeclaration> read, AttributeData? input, List<LocatedProblem<Place>> problems)
    {
        if (layers.Length == 0)
            return;
        TypeDeclarationSyntax? first = DeclarationOf(layers[0]);
        string message = $"{type.Name}: its layers and [Input] stand on several declarations of the class, whose order is undefined; "
            + "write all of them on one";
        bool isReported = false;
        for (int i = 1; i < layers.Length; i++)
        {
            if (DeclarationOf(layers[i]) == first)
                continue;
            if (!isReported)
                problems.Add(new(new Problem(ProblemIds.SeveralDeclarations, message), new Place(i)));
            isReported = true;
            read[i] = read[i] with { IsReadable = false };
        }
        if (!isReported && input is not null && DeclarationOf(input) != first)
            problems.Add(new(new Problem(ProblemIds.SeveralDeclarations, message), Place.Input));
    }

    private static TypeDeclarationSyntax? DeclarationOf(AttributeData attribute) =>
        attribute.ApplicationSyntaxReference?.GetSyntax().FirstAncestorOrSelf<TypeDeclarationSyntax>();

    private static LayerDeclaration ReadLayer(AttributeData attribute)
    {
        string type = attribute.AttributeClass?.Name ?? "";
        string op = IsKnownLayer(attribute) && type.EndsWith(Suffix, StringComparison.Ordinal)
            ? type.Substring(0, type.Length - Suffix.Length) : "";
        string? name = null;
        EquatableArray<string?> inputs = [];
        var arguments = new List<LayerArgument>();
        bool isReadable = op.Length > 0 && IsReadable(attribute);
        foreach ((string writtenAs, TypedConstant constant) in isReadable ? ArgumentsOf(attribute) : [])
        {
            if (writtenAs == LayerSyntax.Name)
                name = constant.Value as string;
            else if (writtenAs == LayerSyntax.From)
                inputs = constant.Value is string from ? [from] : [];
            else if (writtenAs == LayerSyntax.Inputs)
                inputs = constant.IsNull ? [] : constant.Values.Select(v => v.Value as string).ToEquatableArray();
            else if (ValueOf(constant) is AttributeValue value)
                arguments.Add(new LayerArgument(writtenAs, value));
        }
        return new LayerDeclaration(op, name, inputs, arguments.ToEquatableArray(), isReadable);
    }

    private static InputDeclaration ReadInput(AttributeData attribute)
    {
        bool isReadable = IsReadable(attribute);
        return new InputDeclaration(
            isReadable && ValueOf(attribute.ConstructorArguments[0]) is AttributeValue shape ? shape.Ints : [], isReadable);
    }

    private static OptionsDeclaration ReadOptions(AttributeData attribute, EquatableArray<Option> options)
    {
        AttributeMap said = AttributeMap.Empty;
        bool isReadable = IsReadable(attribute);
        foreach ((string writtenAs, TypedConstant constant) in isReadable ? ArgumentsOf(attribute) : [])
        {
            if (options.FirstOrDefault(o => o.Name == writtenAs) is Option option && ValueOf(constant) is AttributeValue value)
                said = said.With(option.Name, option is WordOption words ? words.WordOf(value.Int) : value);
        }
        return new OptionsDeclaration(said, isReadable);
    }

    /// <summary>False where the C# compiler refuses the attribute; of what it could not resolve it leaves nothing but the text.</summary>
    private static bool IsReadable(AttributeData attribute)
    {
        if (attribute.AttributeConstructor is not { } constructor || constructor.Parameters.Length != attribute.ConstructorArguments.Length)
            return false;
        int properties = (attribute.ApplicationSyntaxReference?.GetSyntax() as AttributeSyntax)?.ArgumentList?.Arguments.Count(
            a => a.NameEquals is not null) ?? 0;
        return properties == attribute.NamedArguments.Length
            && attribute.ConstructorArguments.All(IsReadable) && attribute.NamedArguments.All(a => IsReadable(a.Value));
    }

    private static bool IsReadable(TypedConstant constant) =>
        constant.Kind != TypedConstantKind.Error
            && (constant.Kind != TypedConstantKind.Array || constant.IsNull || constant.Values.All(IsReadable));

    private static IEnumerable<(string WrittenAs, TypedConstant Value)> ArgumentsOf(AttributeData attribute)
    {
        for (int i = 0; i < attribute.ConstructorArguments.Length; i++)
            yield return (attribute.AttributeConstructor!.Parameters[i].Name, attribute.ConstructorArguments[i]);
        foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
            yield return (named.Key, named.Value);
    }

    private static AttributeValue? ValueOf(TypedConstant constant)
    {
        if (constant.IsNull)
            return null;
        if (constant.Kind == TypedConstantKind.Array)
            return constant.Values.Select(v => (int)v.Value!).ToEquatableArray();
        return constant.Value switch
        {
            bool flag => flag,
            int number => number,
            double real => real,
            string text => text,
            _ => null,
        };
    }
}
