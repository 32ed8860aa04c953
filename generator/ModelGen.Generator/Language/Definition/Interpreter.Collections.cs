using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

// Arrays, lists and spans: how they are made, and their elements.
internal sealed partial class Interpreter
{
    private ArrayValue EvaluateArray(IArrayCreationOperation array)
    {
        if (array.DimensionSizes.Length != 1)
            throw NotUnderstood(array);
        ITypeSymbol element = TypeHere(((IArrayTypeSymbol)array.Type!).ElementType);
        if (array.Initializer is not null)
            return new ArrayValue([.. array.Initializer.ElementValues.Select(v => EvaluateInitializer(v, element))], element);
        int length = Evaluate(array.DimensionSizes[0]) switch
        {
            int number => number,
            _ => throw Refuse(array, "an array's length must be an int in a definition"),
        };
        if (length < 0)
            throw Fails(array.Syntax, $"an array of {Arithmetic.Text(length)} items");
        Charge(array.Syntax, length);
        object? initial = DefaultOf(element, array);
        return new ArrayValue([.. Enumerable.Repeat(initial, length)], element);
    }

    private object? EvaluateInitializer(IOperation value, ITypeSymbol type) =>
        value is IArrayInitializerOperation nested && type is IArrayTypeSymbol { ElementType: var element }
        ? new ArrayValue([.. nested.ElementValues.Select(v => EvaluateInitializer(v, element))], element)
        : Evaluate(value);

    private object EvaluateCollection(CollectionExpressionSyntax collection, ITypeSymbol? type)
    {
        SemanticModel model = ModelOf(collection.SyntaxTree);
        type ??= model.GetTypeInfo(collection, cancellation).ConvertedType is { } converted
            ? TypeHere(converted) : throw Refuse(collection, "this collection has no type that is understood in a definition; give it one");
        ITypeSymbol element = ElementTypeOf(Underlying(type)!) ?? throw RefuseCollection(collection, type);
        var items = new List<object?>();
        foreach (CollectionElementSyntax part in collection.Elements)
        {
            switch (part)
            {
                case ExpressionElementSyntax { Expression: var expression }:
                    items.Add(EvaluateElement(expression, element, model));
                    break;
                case SpreadElementSyntax { Expression: var expression }:
                    IOperation source = OperationOf(expression);
                    object? spread = Evaluate(source);
                    ITypeSymbol? itemType = source.Type is { } sourceType ? ItemTypeOf(TypeHere(sourceType)) : null;
                    foreach (object? item in CountedItems(spread, expression))
                        items.Add(ConvertItem(item, itemType, element, false, source));
                    break;
                default:
                    throw Refuse(part, "this element is not understood in a definition; write a value or a spread '..values'");
            }
        }
        return MakeCollection(type, items, element, collection);
    }

    private object MakeCollection(ITypeSymbol type, List<object?> items, IOperation place) =>
        MakeCollection(type, items, ElementTypeOf(type) ?? throw RefuseCollection(place.Syntax, type), place.Syntax);

    private object MakeCollection(ITypeSymbol type, List<object?> items, ITypeSymbol element, SyntaxNode place) => Underlying(type) switch
    {
        IArrayTypeSymbol => new ArrayValue([.. items], element),
        { } span when IsSpan(span) => new SpanValue(new ArraySegment<object?>([.. items]), element),
        { Name: "List" or "IList" or "ICollection" } => new ListValue(items, element),
        // The compiler's own read-only type, of which nothing but the interface can be used.
        { Name: "IEnumerable" or "IReadOnlyList" or "IReadOnlyCollection" } => new ArrayValue([.. items], null),
        _ => throw RefuseCollection(place, type),
    };

    private DefinitionException RefuseCollection(SyntaxNode place, ITypeSymbol type) =>
        Refuse(place, $"making {type.ToDisplayString()} of a collection is not understood in a definition; make an array or a List");

    private object? EvaluateElement(ExpressionSyntax expression, ITypeSymbol element, SemanticModel model)
    {
        if (Inside(expression) is CollectionExpressionSyntax nested)
            return EvaluateCollection(nested, element);
        IOperation operation = OperationOf(expression);
        object? value = Evaluate(operation);
        Conversion conversion = model.GetConversion(expression, cancellation);
        ITypeSymbol? source = operation.Type is { } type ? TypeHere(type) : null;
        // The operation is the converted one where the expression has no type of its own.
        if (conversion.IsIdentity || operation is IConversionOperation { IsImplicit: true } or IDelegateCreationOperation || source is null
            && value is not TupleValue)
            return value;
        return conversion is { IsUserDefined: true, MethodSymbol: { } method }
            ? ConvertByMethod(value, method, source, element, operation) : ConvertTo(value, source, element, false, operation);
    }

    // What a collection expression makes; a type of the user's has its own rules.
    private static ITypeSymbol? ElementTypeOf(ITypeSymbol collection) => collection switch
    {
        IArrayTypeSymbol { Rank: 1 } array => array.ElementType,
        INamedTypeSymbol { TypeArguments.Length: 1 } named when IsSpan(named) => named.TypeArguments[0],
        INamedTypeSymbol { TypeArguments.Length: 1,
            ContainingNamespace: { Name: "Generic", ContainingNamespace.Name: "Collections" } } named => named.TypeArguments[0],
        _ => null,
    };

    // What enumerating gives.
    private static ITypeSymbol? ItemTypeOf(ITypeSymbol collection) =>
        collection.SpecialType == SpecialType.System_String ? null
        : ElementTypeOf(collection) ?? collection.AllInterfaces.FirstOrDefault(
            i => i.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)?.TypeArguments[0];

    // Parentheses have no operation of their own.
    private static ExpressionSyntax Inside(ExpressionSyntax expression) =>
        expression is ParenthesizedExpressionSyntax { Expression: var inner } ? Inside(inner) : expression;

    private IOperation OperationOf(ExpressionSyntax expression)
    {
        if (!_operations.TryGetValue(expression, out IOperation? operation))
        {
            operation = ModelOf(expression.SyntaxTree).GetOperation(Inside(expression), cancellation);
            _operations.Add(expression, operation);
        }
        return operation ?? throw Refuse(expression, $"'{Wording.Short(expression)}' is not understood here; put it into a local first");
    }

    private (Func<object?> Get, Action<object?> Set) ResolveElement(object? collection, object? index, IOperation place)
    {
        if (collection is null)
            throw Fails(place.Syntax, "what is indexed is null");
        if (collection is string text)
            return (() => index is RangeValue part
                ? Slice(text, part, place) : text[Position(index, text.Length, place)], _ => throw NotUnderstood(place));
        if (collection is not ItemsValue { Items: var items } values)
            throw NotUnderstood(place);
        if (index is RangeValue range)
        {
            (int start, int length) = Bounds(range, items.Count, place);
            return (() => Part(values, start, length, place), _ => throw NotUnderstood(place));
        }
        int position = Position(index, items.Count, place);
        return (() => items[position], v => items[position] = CheckElement(values, v, place));
    }

    /// <summary>A range of a span is a view, of an array or list a copy.</summary>
    private ItemsValue Part(ItemsValue values, int start, int length, IOperation place)
    {
        if (values is SpanValue)
            return SpanValue.Of(values, values.ElementType, start, length);
        Charge(place.Syntax, length);
        object?[] part = [.. values.Items.Skip(start).Take(length)];
        return values is ListValue ? new ListValue([.. part], values.ElementType) : new ArrayValue(part, values.ElementType);
    }

    // An array of strings may be held as one of objects, and takes strings alone.
    private object? CheckElement(ItemsValue values, object? value, IOperation place)
    {
        if (values is ArrayValue { ElementType: { IsReferenceType: true } element } && value is not null
            && !(place.Type is { } seen && SymbolEqualityComparer.Default.Equals(TypeHere(seen), element)) && !IsOf(value, element, place))
        {
            throw Fails(place.Syntax, $"an array of {element.ToDisplayString()} cannot hold this {TypeOf(value)?.ToDisplayString()}");
        }
        return value;
    }

    private string Slice(string text, RangeValue range, IOperation place)
    {
        (int start, int length) = Bounds(range, text.Length, place);
        ChargeText(place.Syntax, length);
        return text.Substring(start, length);
    }

    private int Position(object? index, int length, IOperation place)
    {
        long position = index switch
        {
            int number => number,
            long or uint or ulong or byte or sbyte or short or ushort
                or char when place is IArrayElementReferenceOperation => (long)Arithmetic.Convert(index, SpecialType.System_Int64, false)!,
            IndexValue fromEither => fromEither.In(length),
            _ => throw Refuse(place, "this index is not understood in a definition; use an int"),
        };
        return position >= 0 && position < length
            ? (int)position
            : throw Fails(place.Syntax, $"index {Arithmetic.Text(position)} is outside of {Arithmetic.Text(length)} items");
    }

    private (int Start, int Length) Bounds(RangeValue range, int length, IOperation place)
    {
        (int start, int end) = (range.Start.In(length), range.End.In(length));
        return start >= 0 && end <= length && start <= end
            ? (start, end - start)
            : throw Fails(place.Syntax, $"range {Arithmetic.Text(start)}..{Arithmetic.Text(end)} is outside of "
                + $"{Arithmetic.Text(length)} items");
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
