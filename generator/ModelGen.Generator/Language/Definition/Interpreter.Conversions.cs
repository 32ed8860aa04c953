using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Language.Definition;

// Conversions: which one it is the compiler has said; from which type to which follows from the operation, whose type parameters are
// replaced.
internal sealed partial class Interpreter
{
    private object? EvaluateConversion(IConversionOperation conversion)
    {
        ITypeSymbol target = TypeHere(conversion.Type!);
        if (conversion.Operand.Syntax is CollectionExpressionSyntax collection && conversion.Operand is not IConversionOperation)
        {
            Step(collection);
            return EvaluateCollection(collection, target);
        }
        object? value = Evaluate(conversion.Operand);
        ITypeSymbol? source = conversion.Operand.Type is { } type ? TypeHere(type) : null;
        if (conversion.OperatorMethod is { } method)
            return ConvertByMethod(value, method, source, target, conversion);
        Conversion kind = conversion.GetConversion();
        if (kind.IsInterpolatedString || kind.IsInterpolatedStringHandler)
            throw Refuse(conversion, $"interpolation into {target.ToDisplayString()} is not understood in a definition; make a string");
        if (conversion.IsTryCast)
            return value is null || !IsOf(value, target, conversion) ? null : ConvertTo(value, source, target, false, conversion);
        // The parts of a literal have been converted one by one.
        if (kind.IsTupleLiteralConversion && value is TupleValue literal)
            return new TupleValue(literal.Items, TupleOf(target));
        return ConvertTo(value, source, target, conversion.IsChecked || !kind.IsNumeric && IsCheckedAt(conversion.Syntax), conversion);
    }

    // The compiler says of conversions between plain numbers alone whether they are checked, not of those of enums, nullable numbers and
    // tuples.
    private bool IsCheckedAt(SyntaxNode node) => node.Ancestors().Select(outer => outer switch
    {
        CheckedExpressionSyntax expression => expression.IsKind(SyntaxKind.CheckedExpression),
        CheckedStatementSyntax statement => statement.IsKind(SyntaxKind.CheckedStatement),
        _ => (bool?)null,
    }).FirstOrDefault(isChecked => isChecked is not null) ?? compilation.Options.CheckOverflow;

    private object? ConvertByMethod(object? value, IMethodSymbol method, ITypeSymbol? source, ITypeSymbol target, IOperation place)
    {
        ITypeSymbol parameter = TypeHere(method.Parameters[0].Type);
        bool isLifted = IsNullable(source) && parameter.IsValueType && !IsNullable(parameter);
        if (isLifted && value is null)
            return IsNullable(target) ? null : throw Fails(place.Syntax, $"this is null, which cannot be {target.ToDisplayString()}");
        value = ConvertTo(value, source, parameter, false, place);
        object? result;
        if (IsOurs(method.ContainingType, "Pair") || IsOurs(method.ContainingType, "Border"))
            result = SizesOf(value, method.ContainingType.Name == "Pair" ? 2 : 4) ?? throw Unexpected(place);
        else if (HasSource(method))
            result = CallMethod(method, [value], place.Syntax, null);
        else
            result = ConvertByLibrary(value, method, place);
        return ConvertTo(result, TypeHere(method.ReturnType), target, false, place);
    }

    private object ConvertByLibrary(object? value, IMethodSymbol method, IOperation place) => (method.ContainingType.Name, value) switch
    {
        ("Index", int index) => index >= 0
            ? new IndexValue(index, false) : throw Fails(place.Syntax, $"an index of {Arithmetic.Text(index)}"),
        ("Span" or "ReadOnlySpan", null or ArrayValue or SpanValue) when method.ContainingType.ContainingNamespace.Name == "System" =>
            SpanValue.Of(value as ItemsValue, TypeHere(method.ContainingType.TypeArguments[0])),
        ("String", string text) when method.ReturnType.Name == "ReadOnlySpan" => Letters(text),
        _ => throw NotUnderstood(place),
    };

    private SpanValue Letters(string text) =>
        new(new ArraySegment<object?>([.. text.Select(c => (object?)c)]), Special(SpecialType.System_Char));

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
        return numbers is null || count % numbers.Length != 0
            ? null : new SizesValue(Enumerable.Range(0, count).Select(i => numbers[i % numbers.Length]).ToEquatableArray());
    }

    /// <summary>The conversions that are not methods.</summary>
    /// <param name="source">The type that the value has in the code; null where it has none, as a literal may.</param>
    private object? ConvertTo(object? value, ITypeSymbol? source, ITypeSymbol target, bool isChecked, IOperation place)
    {
        if (source is not null && SymbolEqualityComparer.Default.Equals(source, target))
            return value;
        if (target is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            return value is null ? null : ConvertTo(value, Underlying(source), nullable.TypeArguments[0], isChecked, place);
        if (IsSpan(target))
            return ToSpan(value, target, place);
        if (value is null)
            return target.IsValueType ? throw Fails(place.Syntax, $"this is null, which cannot be {target.ToDisplayString()}") : null;
        if (!target.IsValueType)
            return source is null ? value : source.IsValueType ? Box(value) : CheckReference(value, source, target, place);
        if (source is { IsReferenceType: true })
            return Unbox(value, target, place);
        if (target is INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum)
            return new EnumValue(@enum, Number(PlainNumber(value)!, @enum.EnumUnderlyingType!, isChecked, place));
        if (TupleOf(target) is { } tuple && value is TupleValue items)
            return ConvertTuple(items, TupleOf(source) ?? items.Type, tuple, isChecked, place);
        if (target.SpecialType is >= SpecialType.System_Char and <= SpecialType.System_Double)
            return Number(PlainNumber(value)!, target, isChecked, place);
        return TypeOf(value) is { } own && SymbolEqualityComparer.Default.Equals(own, target) ? value : throw NotUnderstood(place);
    }

    private TupleValue ConvertTuple(TupleValue value, INamedTypeSymbol? source, INamedTypeSymbol target, bool isChecked, IOperation place)
    {
        if (value.Items.Count != target.TupleElements.Length)
            throw Unexpected(place);
        return new TupleValue(
            value.Items.Select((item, i) => ConvertItem(
                item, source?.TupleElements[i].Type, target.TupleElements[i].Type, isChecked, place)).ToEquatableArray(), target);
    }

    /// <summary>Converts a part of something: which conversion it is the compiler is asked anew.</summary>
    private object? ConvertItem(object? value, ITypeSymbol? source, ITypeSymbol target, bool isChecked, IOperation place)
    {
        if (source is null || SymbolEqualityComparer.Default.Equals(source, target))
            return source is null ? ConvertTo(value, null, target, isChecked, place) : value;
        Conversion conversion = compilation.ClassifyConversion(source, target);
        return conversion is { IsUserDefined: true, MethodSymbol: { } method }
            ? ConvertByMethod(value, method, source, target, place) : ConvertTo(value, source, target, isChecked, place);
    }

    /// <summary>A new object each time, as boxing makes one.</summary>
    private static object Box(object value) => value switch
    {
        bool v => v,
        char v => v,
        byte v => v,
        sbyte v => v,
        short v => v,
        ushort v => v,
        int v => v,
        uint v => v,
        long v => v,
        ulong v => v,
        float v => v,
        double v => v,
        EnumValue v => v with { },
        SizesValue v => v with { },
        IndexValue v => v with { },
        RangeValue v => v with { },
        TupleValue v => new TupleValue(v.Items, v.Type),
        RecordValue { Type.IsValueType: true } v => CopyOf(v),
        _ => value,
    };

    // Unboxing takes the very type, or for an enum the type of its numbers, and the other way round.
    private object Unbox(object value, ITypeSymbol target, IOperation place)
    {
        if (IsOf(value, target, place))
            return value;
        ITypeSymbol? own = TypeOf(value);
        ITypeSymbol Plain(ITypeSymbol type) => type is INamedTypeSymbol { EnumUnderlyingType: { } underlying } ? underlying : type;
        if (own is not null && (own.TypeKind == TypeKind.Enum || target.TypeKind == TypeKind.Enum)
            && SymbolEqualityComparer.Default.Equals(Plain(own), Plain(target)))
            return target is INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum
                ? new EnumValue(@enum, PlainNumber(value)!) : PlainNumber(value)!;
        throw Fails(place.Syntax, $"a boxed {own?.ToDisplayString()} cannot be cast to {target.ToDisplayString()}");
    }

    private object CheckReference(object value, ITypeSymbol source, ITypeSymbol target, IOperation place)
    {
        if (target.SpecialType == SpecialType.System_Object || compilation.ClassifyConversion(source, target) is { IsImplicit: true }
            || IsOf(value, target, place))
            return value;
        throw Fails(place.Syntax, $"this {TypeOf(value)?.ToDisplayString()} cannot be cast to {target.ToDisplayString()}");
    }

    private object? ToSpan(object? value, ITypeSymbol target, IOperation place) => value switch
    {
        null or ArrayValue => SpanValue.Of(value as ArrayValue, ((INamedTypeSymbol)target).TypeArguments[0]),
        SpanValue => value,
        string text => Letters(text),
        _ => throw NotUnderstood(place),
    };

    private object Number(object value, ITypeSymbol target, bool isChecked, IOperation place)
    {
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

    private static bool IsNullable(ITypeSymbol? type) => type?.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    private static ITypeSymbol? Underlying(ITypeSymbol? type) => IsNullable(type) ? ((INamedTypeSymbol)type!).TypeArguments[0] : type;

    private static bool IsSpan(ITypeSymbol type) =>
        type is { Name: "Span" or "ReadOnlySpan", IsValueType: true,
        ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    private static INamedTypeSymbol? TupleOf(ITypeSymbol? type) => type is INamedTypeSymbol { IsTupleType: true } tuple ? tuple : null;
}
