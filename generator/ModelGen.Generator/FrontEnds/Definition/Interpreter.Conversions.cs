using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.FrontEnds.Definition;

internal sealed partial class Interpreter
{
    private object? EvaluateConversion(IConversionOperation conversion)
    {
        if (conversion.Operand.Syntax is CollectionExpressionSyntax collection && conversion.Operand is not IConversionOperation)
        {
            Step(collection);
            return EvaluateCollection(collection, conversion.Type);
        }
        object? value = Evaluate(conversion.Operand);
        return conversion.OperatorMethod is { } method
            ? ConvertByMethod(value, method, conversion.Type!, conversion)
            : ConvertTo(value, conversion.Type!, conversion.IsChecked, conversion);
    }

    private object? ConvertByMethod(object? value, IMethodSymbol method, ITypeSymbol target, IOperation place)
    {
        if (value is null && target.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
            return null;
        value = ConvertTo(value, method.Parameters[0].Type, false, place);
        if (IsOurs(method.ContainingType, "Pair") || IsOurs(method.ContainingType, "Border"))
            return SizesOf(value, method.ContainingType.Name == "Pair" ? 2 : 4) ?? throw Unexpected(place);
        if (method.DeclaringSyntaxReferences.Length > 0)
            return CallMethod(method, [value], place.Syntax, null);
        return (method.ContainingType.Name, value) switch
        {
            ("Index", int index) => new IndexValue(index, false),
            ("Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory", ItemsValue items) => items,
            _ => throw NotUnderstood(place),
        };
    }

    /// <summary>One number for all, two for height and width, four as they are.</summary>
    private static SizesValue? SizesOf(object? value, int count)
    {
        int[]? numbers = value switch
        {
            int all => [all],
            SizesValue sizes => [.. sizes.Numbers],
            TupleValue tuple when tuple.Items.All(i => i is int) => [.. tuple.Items.Select(i => (int)i!)],
            _ => null,
        };
        return numbers is null || count % numbers.Length != 0 ? null : new SizesValue(Enumerable.Range(0, count).Select(i => numbers[i % numbers.Length]).ToEquatableArray());
    }

    /// <summary>The conversions that are not methods.</summary>
    private object? ConvertTo(object? value, ITypeSymbol target, bool isChecked, IOperation place)
    {
        if (target is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            return value is null ? null : ConvertTo(value, nullable.TypeArguments[0], isChecked, place);
        if (value is null)
            return target.IsValueType ? throw Fails(place.Syntax, $"this is null, which cannot be {target.ToDisplayString()}") : null;
        if (target is INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum)
        {
            if (value is EnumValue same && SymbolEqualityComparer.Default.Equals(same.Type, @enum))
                return same;
            return new EnumValue(@enum, Number(PlainNumber(value)!, @enum.EnumUnderlyingType!, isChecked, place));
        }
        if (target is INamedTypeSymbol { IsTupleType: true } tuple && value is TupleValue items && items.Items.Count == tuple.TupleElements.Length)
            return new TupleValue(items.Items.Select((item, i) => ConvertTo(item, tuple.TupleElements[i].Type, isChecked, place)).ToEquatableArray());
        bool isNumeric = target.SpecialType is >= SpecialType.System_Char and <= SpecialType.System_Double;
        if (isNumeric)
            return Number(PlainNumber(value)!, target, isChecked, place);
        // What is left keeps its identity: boxing, base types, interfaces, type parameters, spans of arrays.
        return target.SpecialType is SpecialType.System_Decimal or SpecialType.System_DateTime ? throw NotUnderstood(place) : value;
    }

    private object Number(object value, ITypeSymbol target, bool isChecked, IOperation place)
    {
        if (target.SpecialType == SpecialType.System_Decimal)
            throw NotUnderstood(place);
        try
        {
            return Arithmetic.Convert(value, target.SpecialType, isChecked)
                ?? throw (value is float or double
                    ? Fails(place.Syntax, $"{Arithmetic.Text(value)} does not fit {target.ToDisplayString()}; C# leaves the result open")
                    : NotUnderstood(place));
        }
        catch (OverflowException)
        {
            throw Fails(place.Syntax, $"{Arithmetic.Text(value)} does not fit {target.ToDisplayString()}");
        }
    }

    // foreach (long i in ints) converts each item; conversions by methods have been refused by then.
    private static object? ConvertItem(object? value, ITypeSymbol target) =>
        value is int or long or float or double && target.SpecialType is >= SpecialType.System_Int32 and <= SpecialType.System_Double
            ? Arithmetic.Convert(value, target.SpecialType, false)
            : value;

    private object? EvaluateCollection(CollectionExpressionSyntax collection, ITypeSymbol? type)
    {
        SemanticModel model = ModelOf(collection.SyntaxTree);
        type ??= model.GetTypeInfo(collection, cancellation).ConvertedType;
        var items = new List<object?>();
        foreach (CollectionElementSyntax element in collection.Elements)
        {
            switch (element)
            {
                case ExpressionElementSyntax { Expression: var expression }:
                    items.Add(EvaluateElement(expression, type, model));
                    break;
                case SpreadElementSyntax { Expression: var expression }:
                    object? spread = Evaluate(OperationOf(expression));
                    ITypeSymbol? itemType = ElementTypeOf(type);
                    foreach (object? item in ItemsOf(spread, expression))
                    {
                        Step(expression);
                        items.Add(itemType is null ? item : ConvertItem(item, itemType));
                    }
                    break;
                default:
                    throw Refuse(element, "this element is not understood in a definition; write a value or a spread '..values'");
            }
        }
        return type?.OriginalDefinition.Name is "List" or "IList" or "ICollection" ? new ListValue(items) : new ArrayValue([.. items]);
    }

    private object? EvaluateElement(ExpressionSyntax expression, ITypeSymbol? collectionType, SemanticModel model)
    {
        if (expression is CollectionExpressionSyntax nested)
            return EvaluateCollection(nested, ElementTypeOf(collectionType));
        IOperation operation = OperationOf(expression);
        object? value = Evaluate(operation);
        Conversion conversion = model.GetConversion(expression, cancellation);
        ITypeSymbol? target = ElementTypeOf(collectionType) ?? model.GetTypeInfo(expression, cancellation).ConvertedType;
        if (target is null || conversion.IsIdentity)
            return value;
        return conversion.IsUserDefined && conversion.MethodSymbol is { } method ? ConvertByMethod(value, method, target, operation) : ConvertTo(value, target, false, operation);
    }

    private static ITypeSymbol? ElementTypeOf(ITypeSymbol? collection) => collection switch
    {
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { TypeArguments.Length: 1 } named => named.TypeArguments[0],
        _ => null,
    };

    private IOperation OperationOf(ExpressionSyntax expression)
    {
        if (!_operations.TryGetValue(expression, out IOperation? operation))
        {
            operation = ModelOf(expression.SyntaxTree).GetOperation(expression, cancellation);
            _operations.Add(expression, operation);
        }
        return operation ?? throw Refuse(expression, $"'{Wording.Short(expression)}' is not understood here; put it into a local first");
    }
}
