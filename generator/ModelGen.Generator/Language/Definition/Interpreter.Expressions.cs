using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Language.Definition;

internal sealed partial class Interpreter
{
    // A collection that the compiler makes for a parameter with params; the name for it came later than the compiler we support.
    private const OperationKind ImplicitCollection = (OperationKind)127;

    private object? Evaluate(IOperation operation)
    {
        Step(operation.Syntax);
        if (operation.ConstantValue.HasValue)
            return Constant(operation.ConstantValue.Value, operation.Type);
        if (Understood.Find(Expressions, operation.Kind) is { } does)
            return does(this, operation);
        throw NotUnderstood(operation);
    }

    private object? EvaluateCoalesceAssignment(ICoalesceAssignmentOperation coalesce)
    {
        var place = Resolve(coalesce.Target);
        if (place.Get() is object present)
            return present;
        object? assigned = Evaluate(coalesce.Value);
        place.Set(assigned);
        return assigned;
    }

    private Cell CellOf(ISymbol variable, IOperation place) => _frame.Find(variable) ?? throw Unexpected(place);

    // A value of a kind that the C# compiler would not have let through: its error to report, or ours.
    private static UnreadableException Unexpected(IOperation place) => new(place.Syntax);

    private object? EvaluateConditionalAccess(IConditionalAccessOperation access)
    {
        object? receiver = Evaluate(access.Operation);
        if (receiver is null)
            return null;
        _frame.Receivers.Push(receiver);
        object? result = Evaluate(access.WhenNotNull);
        _frame.Receivers.Pop();
        return result;
    }

    // The value, if there is one, is converted to the type of the whole: int? ?? double is a double.
    private object? EvaluateCoalesce(ICoalesceOperation coalesce)
    {
        if (Evaluate(coalesce.Value) is not { } value)
            return Evaluate(coalesce.WhenNull);
        ITypeSymbol? source = coalesce.Value.Type is { } type ? TypeHere(type) : null;
        ITypeSymbol target = TypeHere(coalesce.Type!);
        if (!IsNullable(target))
            source = Underlying(source);
        return coalesce.ValueConversion.MethodSymbol is { } method
            ? ConvertByMethod(value, method, source, target, coalesce)
            : ConvertTo(value, source, target, false, coalesce);
    }

    private object? EvaluateDelegate(IDelegateCreationOperation creation)
    {
        object? function = Evaluate(creation.Target);
        if (function is FunctionValue { Type: null } made && creation.Type is { } type)
            made.Type = TypeHere(type);
        return function;
    }

    private FunctionValue EvaluateMethodGroup(IMethodReferenceOperation reference)
    {
        IMethodSymbol method = reference.Method;
        if (method.MethodKind == MethodKind.LocalFunction)
            return new FunctionValue(method, null, FrameOf(method).Capture());
        bool isBound = !method.IsStatic || method.ReducedFrom is not null
            || reference.Instance is not null and not IInstanceReferenceOperation;
        object? self = isBound && reference.Instance is not null
            ? Evaluate(reference.Instance) ?? throw Fails(reference.Syntax, $"{method.Name} of null") : null;
        return new FunctionValue(
            method.ReducedFrom is { } whole ? Reconstruct(method, whole) : method, null, _frame) { Self = self, Place = reference };
    }

    private static IMethodSymbol Reconstruct(IMethodSymbol reduced, IMethodSymbol whole) =>
        whole.TypeParameters.Length == 0 ? whole
        : whole.Construct(
            [.. whole.TypeParameters.Select(p => reduced.GetTypeInferredDuringReduction(p)
            ?? reduced.TypeArguments[reduced.OriginalDefinition.TypeParameters.IndexOf(p)])]);

    private IndexValue? IndexOf(IOperation? operation) => operation is null ? null : Evaluate(operation) switch
    {
        IndexValue index => index,
        int fromStart => new IndexValue(fromStart, false),
        _ => throw Unexpected(operation),
    };

    internal object? DefaultOf(ITypeSymbol? type, IOperation place) => type switch
    {
        null or { IsReferenceType: true } => null,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } => null,
        INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum => new EnumValue(
            @enum, Arithmetic.Convert(0, @enum.EnumUnderlyingType!.SpecialType, false)!),
        INamedTypeSymbol { IsTupleType: true } tuple => new TupleValue(
            tuple.TupleElements.Select(e => DefaultOf(e.Type, place)).ToEquatableArray(), tuple),
        INamedTypeSymbol { IsRecord: true, IsValueType: true } record when HasSource(record) => NewRecord(record, place),
        { SpecialType: SpecialType.System_Boolean } => false,
        _ when IsOurs(type, "Pair") => new SizesValue([0, 0]),
        _ when IsOurs(type, "Border") => new SizesValue([0, 0, 0, 0]),
        _ when IsSpan(type) => SpanValue.Of(null, ((INamedTypeSymbol)type).TypeArguments[0]),
        { Name: "Index", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => new IndexValue(0, false),
        _ => Arithmetic.Convert(0, type.SpecialType, false)
            ?? throw Refuse(place, $"the default of {type.ToDisplayString()} is not understood in a definition; write the value"),
    };
}
