using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

// Records: constructors with the initialisers before them, as they stand; object initialisers and 'with'; equality.
internal sealed partial class Interpreter
{
    private object? EvaluateCreation(IObjectCreationOperation creation)
    {
        var type = (INamedTypeSymbol)TypeHere(creation.Type!);
        if (HasSource(type))
            return EvaluateRecord(creation, type);
        if (type.IsTupleType)
            return creation.Arguments.Length == 0
                ? DefaultOf(type, creation) : new TupleValue([.. ArgumentsOf(creation.Arguments, creation.Arguments.Length)], type);
        if (type.IsValueType && creation.Arguments.Length == 0 && creation.Initializer is null
            && creation.Constructor is null or { IsImplicitlyDeclared: true })
            return DefaultOf(type, creation);
        object? made = UseLibrary(
            creation.Constructor!, ArgumentsOf(creation.Arguments, creation.Constructor!.Parameters.Length), creation);
        foreach (IOperation part in creation.Initializer?.Initializers ?? ImmutableArray<IOperation>.Empty)
        {
            if (part is not IInvocationOperation { TargetMethod: { Name: "Add", IsStatic: false, ContainingType.Name: "List" },
                Arguments.Length: 1 } add)
                throw NotUnderstood(part);
            UseLibrary(add.TargetMethod, [made, Evaluate(add.Arguments[0].Value)], add);
        }
        return made;
    }

    private RecordValue EvaluateRecord(IObjectCreationOperation creation, INamedTypeSymbol type)
    {
        if (!type.IsRecord)
            throw NotUnderstood(creation);
        if (type.BaseType is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) } baseType)
            throw Refuse(creation, $"{type.Name} derives from {baseType.Name}, which is not understood in a definition; use one record");
        IMethodSymbol constructor = creation.Constructor!;
        Cell[] arguments = CellsOf(creation.Arguments, constructor);
        PrepareStatics(type, creation);
        RecordValue record = NewRecord(type, creation);
        record.IsOpen = true;
        Construct(record, constructor, arguments, creation);
        Initialize(record, creation.Initializer);
        record.IsOpen = false;
        return record;
    }

    /// <summary>A record of which every field has its default.</summary>
    private RecordValue NewRecord(INamedTypeSymbol type, IOperation place)
    {
        var record = new RecordValue(type);
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>().Where(f => !f.IsStatic && !f.IsConst))
            record.Stored[StoreOf(field)] = DefaultOf(field.Type, place);
        return record;
    }

    private void Construct(RecordValue record, IMethodSymbol constructor, Cell[] arguments, IOperation place)
    {
        SyntaxNode? declaration = constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        // Without a constructor of its own, a struct is made of zeros, whatever its initialisers.
        if (constructor.IsImplicitlyDeclared && constructor.Parameters.Length == 0 && record.Type.IsValueType)
            return;
        var frame = new Frame(constructor.OriginalDefinition, null, record) { Types = TypesOf(null, record.Type) };
        ImmutableArray<IParameterSymbol> parameters = constructor.OriginalDefinition.Parameters;
        for (int i = 0; i < arguments.Length; i++)
            frame.Declare(parameters[i], arguments[i]);
        if (declaration is not ConstructorDeclarationSyntax)
        {
            foreach (IParameterSymbol parameter in parameters)
            {
                // Only where the compiler has made the property of the parameter.
                if (record.Type.GetMembers(parameter.Name).OfType<IPropertySymbol>()
                    .FirstOrDefault()?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is ParameterSyntax)
                    record.Stored[parameter.Name] = frame.Find(parameter)!.Value;
            }
            RunInitializers(record, frame);
            return;
        }
        var body = (IConstructorBodyOperation)BodyOf(constructor, declaration);
        IInvocationOperation? other = (body.Initializer as IExpressionStatementOperation)?.Operation as IInvocationOperation
            ?? body.Initializer as IInvocationOperation;
        if (other is not null && SymbolEqualityComparer.Default.Equals(
            other.TargetMethod.ContainingType.OriginalDefinition, record.Type.OriginalDefinition))
        {
            Frame before = _frame;
            _frame = frame;
            Cell[] passed = CellsOf(other.Arguments, other.TargetMethod);
            Construct(record, other.TargetMethod, passed, other);
            _frame = before;
        }
        else
        {
            RunInitializers(record, new Frame(constructor.OriginalDefinition, null, record) { Types = frame.Types });
        }
        if ((body.BlockBody ?? body.ExpressionBody) is { } block)
            Run(constructor, block, frame, arguments, place.Syntax);
    }

    // In the order in which they are written, of fields and properties alike.
    private void RunInitializers(RecordValue record, Frame frame)
    {
        Frame before = _frame;
        _frame = frame;
        foreach (ISymbol member in record.Type.OriginalDefinition.GetMembers())
        {
            if (member.IsStatic || InitializerOf(member) is not { } initializer)
                continue;
            record.Stored[member.Name] = EvaluateInitializer(member, initializer);
        }
        _frame = before;
    }

    private EqualsValueClauseSyntax? InitializerOf(ISymbol member) =>
        member is IFieldSymbol { IsConst: false, AssociatedSymbol: null } or IPropertySymbol
        ? member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax field => field.Initializer,
            PropertyDeclarationSyntax => (DeclarationOf((IPropertySymbol)member) as PropertyDeclarationSyntax)?.Initializer,
            _ => null,
        }
        : null;

    private object? EvaluateInitializer(ISymbol member, EqualsValueClauseSyntax initializer)
    {
        var body = (ISymbolInitializerOperation)BodyOf(member, initializer);
        // int[] a = { 1, 2 } names no type.
        return body.Value is IArrayInitializerOperation ? throw NotUnderstood(body.Value) : Evaluate(body.Value);
    }

    private RecordValue EvaluateWith(IWithOperation with)
    {
        if (Evaluate(with.Operand) is not RecordValue record)
            throw NotUnderstood(with);
        if (record.Type.InstanceConstructors.Any(c => !c.IsImplicitlyDeclared && c.Parameters.Length == 1
            && SymbolEqualityComparer.Default.Equals(c.Parameters[0].Type, record.Type)))
            throw Refuse(with, $"{record.Type.Name} has its own constructor for copies, which is not understood in a "
                + "definition; leave it out");
        RecordValue copy = CopyOf(record);
        copy.IsOpen = true;
        Initialize(copy, with.Initializer);
        copy.IsOpen = false;
        return copy;
    }

    private static RecordValue CopyOf(RecordValue record)
    {
        var copy = new RecordValue(record.Type);
        foreach (KeyValuePair<string, object?> stored in record.Stored)
            copy.Stored.Add(stored.Key, stored.Value);
        return copy;
    }

    private void Initialize(RecordValue record, IObjectOrCollectionInitializerOperation? initializer)
    {
        foreach (IOperation part in initializer?.Initializers ?? ImmutableArray<IOperation>.Empty)
        {
            if (part is not ISimpleAssignmentOperation { IsRef: false } assignment)
                throw NotUnderstood(part);
            switch (assignment.Target)
            {
                case IPropertyReferenceOperation { Property: { IsIndexer: false } property }:
                    SetProperty(record, property, Evaluate(assignment.Value), assignment);
                    break;
                case IFieldReferenceOperation { Field: var field } when record.Stored.ContainsKey(field.Name):
                    record.Stored[field.Name] = Evaluate(assignment.Value);
                    break;
                default:
                    throw NotUnderstood(part);
            }
        }
    }

    /// <summary>
    /// True for a member that may be assigned now: of a record in its constructor or an init accessor, or static in its type's
    /// initialisation.
    /// </summary>
    private bool IsInMaking(IOperation? instance, ISymbol member) => instance is null
        ? member.IsStatic && _initialising.Count > 0
            && SymbolEqualityComparer.Default.Equals(_initialising.Peek().Type, TypeHere(member.ContainingType))
        : instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }
            && _frame.Self is RecordValue { IsOpen: true };

    private (Func<object?> Get, Action<object?> Set) ResolveMember(ISymbol member, IMemberReferenceOperation place)
    {
        string name = member is IFieldSymbol field ? StoreOf(field) : member.Name;
        if (place.Instance is null)
        {
            Statics statics = _initialising.Peek();
            if (member is IPropertySymbol property && AccessorsOf(property, place) is { Getter: not null } or { Setter: not null })
                throw NotUnderstood(place);
            return (() => statics.Stored[name], v => statics.Stored[name] = v);
        }
        var record = (RecordValue)_frame.Self!;
        return member is IPropertySymbol own
            ? (() => ReadProperty(own, record, place), v => SetProperty(record, own, v, place))
            : (() => record.Stored[name], v => record.Stored[name] = v);
    }

    // The record's own Equals, or what the compiler makes: the same type, and each field equal.
    private bool RecordsAreEqual(RecordValue left, RecordValue right, IOperation place)
    {
        if (ReferenceEquals(left, right) && !left.Type.IsValueType)
            return true;
        if (!SymbolEqualityComparer.Default.Equals(left.Type, right.Type))
            return false;
        IMethodSymbol? own = left.Type.GetMembers("Equals").OfType<IMethodSymbol>()
            .FirstOrDefault(m => HasSource(m) && m.Parameters.Length == 1
                && SymbolEqualityComparer.Default.Equals(m.Parameters[0].Type, left.Type));
        if (own is not null)
            return CallMethod(own, [right], place.Syntax, left) is true;
        foreach (KeyValuePair<string, object?> stored in left.Stored)
        {
            Step(place.Syntax);
            if (!ValueEquals(stored.Value, right.Stored[stored.Key], place))
                return false;
        }
        return true;
    }
}
