using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

// Fields and properties: accessors with bodies run, automatic ones are what is stored, and .NET's are what the table has.
internal sealed partial class Interpreter
{
    private readonly Dictionary<ISymbol, Accessors> _accessors = new(SymbolEqualityComparer.Default);

    private object? ReadField(IFieldReferenceOperation reference)
    {
        IFieldSymbol field = reference.Field;
        if (reference.Instance is not null)
        {
            object? instance = Evaluate(reference.Instance) ?? throw Fails(reference.Syntax, $"{field.Name} of null");
            return ReadInstanceField(field, instance, reference);
        }
        if (field is { ContainingType.SpecialType: SpecialType.System_String, Name: "Empty" })
            return "";
        if (!field.IsStatic || !field.IsReadOnly && !IsInMaking(null, field))
            throw NotUnderstood(reference);
        return HasSource(field) || field.AssociatedSymbol is { } property && HasSource(property)
            ? ReadStatic(field, reference)
            : throw Refuse(reference, $"'{field.ContainingType.Name}.{field.Name}' is in another assembly, whose source is not in this "
                + "project; only its constants can be used");
    }

    private object? ReadInstanceField(IFieldSymbol field, object instance, IOperation place)
    {
        if (instance is RecordValue record && record.Stored.TryGetValue(StoreOf(field), out object? stored))
            return stored;
        if (instance is not TupleValue tuple)
            throw NotUnderstood(place);
        field = field.CorrespondingTupleField ?? field;
        return field.Name.StartsWith("Item", StringComparison.Ordinal) && int.TryParse(field.Name.Substring(4), out int number)
            && number <= tuple.Items.Count
            ? tuple.Items[number - 1]
            : throw NotUnderstood(place);
    }

    private object? EvaluateProperty(IPropertyReferenceOperation reference)
    {
        if (reference.Property.IsIndexer)
            return Resolve(reference).Get();
        object? instance = reference.Instance is null ? null : Evaluate(reference.Instance);
        return ReadProperty(reference.Property, instance, reference);
    }

    private object? ReadProperty(IPropertySymbol property, object? instance, IOperation place)
    {
        if (ExtensionReceiver(property) is { } receiver)
        {
            Accessors extension = AccessorsOf(property, place);
            SyntaxNode getter = extension.Getter ?? throw NotUnderstood(place);
            (IParameterSymbol, Cell)? of = property.IsStatic ? null : (receiver, CellOf(receiver, instance, place));
            return RunAccessor(property, getter, of, null, null, place);
        }
        if (property.IsStatic && HasSource(property))
            return ReadStaticProperty(property, place);
        if (!property.IsStatic && instance is RecordValue record)
            return ReadRecordProperty(property, record, place);
        if (HasSource(property))
            throw instance is null ? Fails(place.Syntax, $"{property.Name} of null") : NotUnderstood(place);
        // A property of an interface, of what has it in .NET.
        return UseLibrary(property, property.IsStatic ? [] : [instance], place);
    }

    private object? ReadRecordProperty(IPropertySymbol property, RecordValue record, IOperation place)
    {
        IPropertySymbol own = property.ContainingType.TypeKind == TypeKind.Interface
            ? record.Type.FindImplementationForInterfaceMember(property) as IPropertySymbol ?? throw NotUnderstood(place)
            : property;
        if (!SymbolEqualityComparer.Default.Equals(own.ContainingType.OriginalDefinition, record.Type.OriginalDefinition))
            throw NotUnderstood(place);
        Accessors accessors = AccessorsOf(own, place);
        if (accessors.Getter is { } getter)
            return RunAccessor(own, getter, null, null, record, place);
        return record.Stored.TryGetValue(own.Name, out object? stored) ? stored : throw NotUnderstood(place);
    }

    private object? ReadStaticProperty(IPropertySymbol property, IOperation place)
    {
        if (property.IsAbstract || property.IsVirtual)
            throw NotUnderstood(place);
        Accessors accessors = AccessorsOf(property, place);
        if (accessors.Getter is { } getter)
        {
            PrepareStatics(property.ContainingType, place);
            return RunAccessor(property, getter, null, null, null, place);
        }
        if (property.SetMethod is not null)
            throw Refuse(place, $"the property '{property.Name}' can change; leave out its 'set'");
        return ReadStatic(property, place);
    }

    private object? RunAccessor(IPropertySymbol property, SyntaxNode body, (IParameterSymbol Symbol, Cell Cell)? receiver, Cell? value,
        RecordValue? self, IOperation place)
    {
        IMethodSymbol accessor = body is AccessorDeclarationSyntax
            && ModelOf(body.SyntaxTree).GetDeclaredSymbol(body, cancellation) is IMethodSymbol declared
            ? declared
            : property.GetMethod!.OriginalDefinition;
        var frame = new Frame(accessor, null, self) { Types = TypesOf(null, self?.Type ?? property.ContainingType) };
        if (receiver is { } of)
            frame.Declare(of.Symbol, of.Cell);
        IOperation operation = BodyOf(property, body);
        return Run(accessor, operation, frame, value is null ? [] : [value], place.Syntax);
    }

    /// <summary>Assigns to a property of a record that is made: by its accessor, or as it is stored.</summary>
    private void SetProperty(RecordValue record, IPropertySymbol property, object? value, IOperation place)
    {
        Accessors accessors = AccessorsOf(property, place);
        if (accessors.Setter is { } setter)
            RunAccessor(property, setter, null, new Cell(value), record, place);
        else if (record.Stored.ContainsKey(property.Name))
            record.Stored[property.Name] = value;
        else
            throw NotUnderstood(place);
    }

    /// <summary>The bodies of a property's accessors; automatic ones have none.</summary>
    private Accessors AccessorsOf(IPropertySymbol property, IOperation place)
    {
        property = property.OriginalDefinition;
        if (_accessors.TryGetValue(property, out Accessors? known))
            return known;
        SyntaxNode? declaration = DeclarationOf(property);
        Accessors accessors = declaration switch
        {
            // A parameter of a record.
            ParameterSyntax => new(null, null, null),
            PropertyDeclarationSyntax { ExpressionBody: { } arrow } => new(arrow, null, null),
            PropertyDeclarationSyntax written => new(
                written.AccessorList?.Accessors.FirstOrDefault(a => a.Keyword.Text == "get" && HasBody(a)),
                written.AccessorList?.Accessors.FirstOrDefault(a => a.Keyword.Text is "set" or "init" && HasBody(a)),
                written.Initializer),
            _ => throw NotUnderstood(place),
        };
        if (property.IsAbstract || property.IsExtern)
            throw NotUnderstood(place);
        _accessors.Add(property, accessors);
        return accessors;
    }

    private static bool HasBody(AccessorDeclarationSyntax accessor) => accessor.Body is not null || accessor.ExpressionBody is not null;

    // Of a partial property the part that has the bodies.
    private SyntaxNode? DeclarationOf(IPropertySymbol property)
    {
        SyntaxNode? declaration = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        if (declaration is not PropertyDeclarationSyntax { } written || !written.Modifiers.Any(SyntaxKind.PartialKeyword))
            return declaration;
        return property.ContainingType.DeclaringSyntaxReferences
            .SelectMany(r => r.GetSyntax(cancellation).ChildNodes().OfType<PropertyDeclarationSyntax>())
            .FirstOrDefault(p => p.Identifier.ValueText == property.Name && p.Modifiers.Any(SyntaxKind.PartialKeyword)
                && (p.ExpressionBody is not null || p.AccessorList?.Accessors.Any(HasBody) == true));
    }

    private static string StoreOf(IFieldSymbol field) => field.AssociatedSymbol?.Name ?? field.Name;

    private static bool HasSource(ISymbol symbol) => symbol.DeclaringSyntaxReferences.Length > 0 && !symbol.IsImplicitlyDeclared;

    /// <param name="Getter">The body of get, or what is behind the arrow.</param>
    /// <param name="Setter">The body of set or init.</param>
    private sealed record Accessors(SyntaxNode? Getter, SyntaxNode? Setter, EqualsValueClauseSyntax? Initializer);
}
