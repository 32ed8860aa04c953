using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.FrontEnds.Definition;

internal sealed partial class Interpreter
{
    private object? ReadField(IFieldReferenceOperation reference)
    {
        IFieldSymbol field = reference.Field;
        if (reference.Instance is not null)
            return ReadTupleField(reference, Evaluate(reference.Instance));
        if (field is { ContainingType.SpecialType: SpecialType.System_String, Name: "Empty" })
            return "";
        if (!field.IsStatic || !field.IsReadOnly)
            throw NotUnderstood(reference);
        SyntaxNode? declaration = field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        if (declaration is not VariableDeclaratorSyntax variable)
            throw Refuse(reference, $"'{field.ContainingType.Name}.{field.Name}' is in another assembly, whose source is not in this project; only its constants can be used");
        if (variable.Initializer is null)
            throw Refuse(reference, $"'{field.Name}' has no initializer that could be read; give it one");
        return ReadStatic(field, variable.Initializer, reference);
    }

    /// <summary>What a static field or property was initialised to: computed once, at first use.</summary>
    private object? ReadStatic(ISymbol symbol, EqualsValueClauseSyntax initializer, IOperation place)
    {
        if (_statics.TryGetValue(symbol, out Cell? known))
            return known.Value;
        if (!_staticsInWork.Add(symbol))
            throw Refuse(place, $"'{symbol.Name}' is initialised by itself");
        var body = (ISymbolInitializerOperation)BodyOf(symbol, initializer);
        Frame before = _frame;
        _frame = new Frame(before.Method, null, null);
        object? value = Evaluate(body.Value);
        _frame = before;
        _staticsInWork.Remove(symbol);
        _statics.Add(symbol, new Cell(value));
        return value;
    }

    private object? ReadTupleField(IFieldReferenceOperation reference, object? instance)
    {
        if (instance is not TupleValue tuple)
            throw NotUnderstood(reference);
        IFieldSymbol field = reference.Field.CorrespondingTupleField ?? reference.Field;
        return field.Name.StartsWith("Item", StringComparison.Ordinal) && int.TryParse(field.Name.Substring(4), out int number) && number <= tuple.Items.Count
            ? tuple.Items[number - 1]
            : throw NotUnderstood(reference);
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
        if (property.IsStatic)
            return ReadSourceProperty(property, null, place);
        if (property.ContainingType.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
        {
            if (property.Name == "HasValue")
                return instance is not null;
            return instance ?? throw Fails(place.Syntax, "this has no value");
        }
        switch (instance, property.Name)
        {
            case (null, _):
                throw Fails(place.Syntax, $"{property.Name} of null");
            case (TensorValue tensor, _):
                return ReadTensor(tensor, property, place);
            case (SizesValue { Numbers: { Count: 2 } pair }, "Height" or "Width"):
                return pair[property.Name == "Height" ? 0 : 1];
            case (SizesValue { Numbers: { Count: 4 } border }, "Top" or "Left" or "Bottom" or "Right"):
                return border[Array.IndexOf(["Top", "Left", "Bottom", "Right"], property.Name)];
            case (string text, "Length"):
                return text.Length;
            case (ItemsValue items, "Length" or "Count"):
                return items.Items.Count;
            case (ItemsValue items, "LongLength"):
                return (long)items.Items.Count;
            case (ItemsValue items, "IsEmpty"):
                return items.Items.Count == 0;
            case (IndexValue index, "Value"):
                return index.Value;
            case (RecordValue record, _):
                return record.Properties.TryGetValue(property.Name, out object? value) ? value : ReadSourceProperty(property, record, place);
            default:
                throw NotUnderstood(place);
        }
    }

    private object? ReadTensor(TensorValue tensor, IPropertySymbol property, IOperation place)
    {
        if (property.Name == "Shape")
            return new ArrayValue([.. tensor.Shape.Dimensions.Select(d => (object)d)]);
        (int rank, int axis) = property.Name switch
        {
            "Channels" => (3, 0),
            "Height" => (3, 1),
            "Width" => (3, 2),
            "Features" => (1, 0),
            _ => throw NotUnderstood(place),
        };
        return tensor.Shape.Rank == rank
            ? tensor.Shape[axis]
            : throw Fails(place.Syntax, $"{property.Name} is for {(rank == 3 ? "images (channels×height×width)" : "vectors (features)")}; this tensor is {tensor.Shape}");
    }

    private object? ReadSourceProperty(IPropertySymbol property, RecordValue? self, IOperation place)
    {
        property = property.OriginalDefinition;
        SyntaxNode? declaration = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        if (declaration is not PropertyDeclarationSyntax { } written || property.IsVirtual || property.IsAbstract || property.IsOverride)
            throw NotUnderstood(place);
        if (written.ExpressionBody is { } arrow)
            return RunGetter(property, arrow, self, place);
        AccessorDeclarationSyntax? getter = written.AccessorList?.Accessors.FirstOrDefault(a => a.Keyword.Text == "get");
        if (getter is { Body: not null } or { ExpressionBody: not null })
            return RunGetter(property, getter, self, place);
        if (property.IsStatic && property.SetMethod is not null)
            throw Refuse(place, $"the property '{property.Name}' can change; leave out its 'set'");
        if (written.Initializer is null)
            return DefaultOf(property.Type, place);
        if (self is null)
            return ReadStatic(property, written.Initializer, place);
        return Evaluate(((ISymbolInitializerOperation)BodyOf(property, written.Initializer)).Value);
    }

    private object? RunGetter(IPropertySymbol property, SyntaxNode body, RecordValue? self, IOperation place) =>
        Run(property.GetMethod!, BodyOf(property, body), new Frame(property.GetMethod!, null, self), [], place.Syntax);

    private ArrayValue EvaluateArray(IArrayCreationOperation array)
    {
        if (array.DimensionSizes.Length != 1)
            throw NotUnderstood(array);
        if (array.Initializer is not null)
            return new ArrayValue([.. array.Initializer.ElementValues.Select(EvaluateInitializer)]);
        int length = Evaluate(array.DimensionSizes[0]) switch
        {
            int number => number,
            _ => throw Refuse(array, "an array's length must be an int in a definition"),
        };
        if (length < 0)
            throw Fails(array.Syntax, $"an array of {Arithmetic.Text(length)} items");
        Step(array.Syntax, length);
        object? initial = DefaultOf(((IArrayTypeSymbol)array.Type!).ElementType, array);
        return new ArrayValue([.. Enumerable.Repeat(initial, length)]);
    }

    private object? EvaluateInitializer(IOperation value) =>
        value is IArrayInitializerOperation nested ? new ArrayValue([.. nested.ElementValues.Select(EvaluateInitializer)]) : Evaluate(value);

    private object? EvaluateCreation(IObjectCreationOperation creation)
    {
        var type = (INamedTypeSymbol)creation.Type!;
        if (IsOurs(type, "Pair") || IsOurs(type, "Border"))
            return creation.Arguments.Length == 0 ? DefaultOf(type, creation) : new SizesValue([.. creation.Arguments.OrderBy(a => a.Parameter!.Ordinal).Select(a => (int)Evaluate(a.Value)!)]);
        if (type.OriginalDefinition is { Name: "List", ContainingNamespace.Name: "Generic" })
            return EvaluateList(creation);
        if (type.IsTupleType)
            return new TupleValue([.. creation.Arguments.Select(a => Evaluate(a.Value))]);
        if (type is { Name: "Index", ContainingNamespace.Name: "System" } && creation.Arguments.Length > 0 && Evaluate(creation.Arguments[0].Value) is int index)
            return new IndexValue(index, creation.Arguments.Length > 1 && Evaluate(creation.Arguments[1].Value) is true);
        if (!type.IsRecord || type.DeclaringSyntaxReferences.Length == 0)
            throw NotUnderstood(creation);
        return EvaluateRecord(creation, type);
    }

    private RecordValue EvaluateRecord(IObjectCreationOperation creation, INamedTypeSymbol type)
    {
        bool isPositional = creation.Constructor!.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation) is RecordDeclarationSyntax);
        if (!isPositional && creation.Arguments.Length > 0)
            throw Refuse(creation, "a record's own constructor is not understood in a definition; declare its parameters after its name: record Stage(int Width, int Blocks)");
        if (type.BaseType is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) } baseType)
            throw Refuse(creation, $"{type.Name} derives from {baseType.Name}, which is not understood in a definition; use one record");
        var record = new RecordValue(type, new Dictionary<string, object?>(StringComparer.Ordinal));
        foreach (IArgumentOperation argument in creation.Arguments)
            record.Properties[argument.Parameter!.Name] = Evaluate(argument.Value);
        Initialize(record, creation.Initializer);
        return record;
    }

    private RecordValue EvaluateWith(IWithOperation with)
    {
        if (Evaluate(with.Operand) is not RecordValue record)
            throw NotUnderstood(with);
        var copy = new RecordValue(record.Type, new Dictionary<string, object?>(record.Properties, StringComparer.Ordinal));
        Initialize(copy, with.Initializer);
        return copy;
    }

    private void Initialize(RecordValue record, IObjectOrCollectionInitializerOperation? initializer)
    {
        foreach (IOperation part in initializer?.Initializers ?? ImmutableArray<IOperation>.Empty)
        {
            if (part is not ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: var property } } assignment)
                throw NotUnderstood(part);
            record.Properties[property.Name] = Evaluate(assignment.Value);
        }
    }

    private ListValue EvaluateList(IObjectCreationOperation creation)
    {
        var list = new ListValue([]);
        if (creation.Arguments.Length == 1 && Evaluate(creation.Arguments[0].Value) is object from and not int)
            list.List.AddRange(ItemsOf(from, creation.Syntax));
        foreach (IOperation part in creation.Initializer?.Initializers ?? ImmutableArray<IOperation>.Empty)
        {
            if (part is not IInvocationOperation { TargetMethod.Name: "Add", Arguments.Length: 1 } add)
                throw NotUnderstood(part);
            list.List.Add(Evaluate(add.Arguments[0].Value));
        }
        return list;
    }

    /// <summary>The items of anything that can be enumerated.</summary>
    private IEnumerable<object?> ItemsOf(object? collection, SyntaxNode place) => collection switch
    {
        ItemsValue items => items.Items,
        SequenceValue sequence => sequence.Items,
        string text => text.Select(c => (object?)c),
        null => throw Fails(place, "what is enumerated is null"),
        _ => throw Refuse(place, $"'{Wording.Short(place)}' cannot be enumerated in a definition; use an array or a List"),
    };
}
