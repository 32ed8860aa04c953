using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// What code does beside its result, as far as that can be seen from the code alone; whatever is not known here may do anything.
/// </summary>
internal static class Effects
{
    // Operations that do nothing but what their parts do, and read variables and elements.
    private static readonly HashSet<OperationKind> PureKinds =
    [
        OperationKind.Block, OperationKind.Return, OperationKind.Literal, OperationKind.LocalReference, OperationKind.ParameterReference,
        OperationKind.Parenthesized, OperationKind.Conditional, OperationKind.Coalesce, OperationKind.Tuple, OperationKind.Argument,
        OperationKind.ArrayElementReference, OperationKind.DefaultValue, OperationKind.InterpolatedString,
        OperationKind.InterpolatedStringText, OperationKind.SwitchExpression, OperationKind.SwitchExpressionArm, OperationKind.IsType,
        OperationKind.IsPattern, OperationKind.TypePattern, OperationKind.DiscardPattern, OperationKind.ConstantPattern,
        OperationKind.RelationalPattern, OperationKind.NegatedPattern,
        OperationKind.BinaryPattern,
    ];

    /// <summary>True for a value that is made without throwing and without changing anything, whatever the value is.</summary>
    public static bool HasNone(IOperation value, SemanticModel model) => value switch
    {
        { ConstantValue.HasValue: true } or IDefaultValueOperation or ITypeOfOperation or INameOfOperation => true,
        IDelegateCreationOperation { Target: IAnonymousFunctionOperation or IMethodReferenceOperation { Instance: null } } => true,
        IConversionOperation { Operand.Syntax: CollectionExpressionSyntax collection } conversion =>
            IsCollection(conversion.Type) && AreConstants(collection, model),
        IConversionOperation { OperatorMethod: null, Conversion: { IsImplicit: true, IsUserDefined: false } } conversion =>
            HasNone(conversion.Operand, model),
        ITupleOperation tuple => tuple.Elements.All(e => HasNone(e, model)),
        IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues.All(e => HasNone(e, model)),
        IArrayInitializerOperation initializer => initializer.ElementValues.All(e => HasNone(e, model)),
        IObjectCreationOperation creation => IsHarmless(creation, model),
        { Syntax: CollectionExpressionSyntax collection } => IsCollection(value.Type) && AreConstants(collection, model),
        _ => false,
    };

    /// <summary>True for a function that changes nothing and makes no layers: how often it is called cannot be seen.</summary>
    public static bool IsPure(FunctionValue function) => function.Body is { } body
        ? body.DescendantsAndSelf().All(IsPure)
        : function.Self is null && IsOfPlainValues(function.Method);

    private static bool IsHarmless(IObjectCreationOperation creation, SemanticModel model)
    {
        if (creation.Type is { SpecialType: SpecialType.System_Object })
            return true;
        if (IsOfSystem(creation.Type, "Random"))
            return creation.Initializer is null && creation.Arguments.All(a => HasNone(a.Value, model));
        if (!IsCollection(creation.Type) || creation.Arguments.Length > 0)
            return false;
        ImmutableArray<IOperation> parts = creation.Initializer?.Initializers ?? ImmutableArray<IOperation>.Empty;
        // A dictionary throws for a key that it has.
        var keys = new HashSet<object>();
        return parts.All(part => part switch
        {
            IInvocationOperation { TargetMethod: { Name: "Add", IsStatic: false, IsExtensionMethod: false }, Arguments: var added } =>
                added.Length is 1 or 2 && KeyOf(added[0]) is { } key
                && (added.Length == 1 || (keys.Add(key) && HasNone(added[1].Value, model))),
            ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.IsIndexer: true } element } assigned =>
                creation.Type!.Name == "Dictionary" && KeyOf(element.Arguments[0]) is not null && HasNone(assigned.Value, model),
            _ => false,
        });

        static object? KeyOf(IArgumentOperation argument) =>
            argument.Value.ConstantValue is { HasValue: true } constant ? constant.Value : null;
    }

    // Those of .NET that take any values, compared by themselves.
    private static bool IsCollection(ITypeSymbol? type) =>
        type is { Name: "List" or "HashSet" or "Dictionary" or "Queue" or "Stack" or "LinkedList", ContainingNamespace.Name: "Generic" }
        && type.ContainingNamespace.ContainingNamespace is { Name: "Collections", ContainingNamespace.Name: "System" };

    private static bool AreConstants(CollectionExpressionSyntax collection, SemanticModel model) => collection.Elements.All(element =>
        element is ExpressionElementSyntax { Expression: var item } && model.GetConstantValue(item) is { HasValue: true, Value: not null });

    // One operation by itself, beside those that it is made of.
    private static bool IsPure(IOperation operation) => operation switch
    {
        { ConstantValue.HasValue: true } => true,
        IBinaryOperation { Type.SpecialType: SpecialType.System_String } text =>
            IsPlain(Inside(text.LeftOperand)) && IsPlain(Inside(text.RightOperand)),
        IBinaryOperation { OperatorMethod: null or { ContainingType.SpecialType: SpecialType.System_String } } => true,
        IUnaryOperation { OperatorMethod: null } or IConversionOperation { OperatorMethod: null } => true,
        ICoalesceOperation { ValueConversion.MethodSymbol: not null } => false,
        IInterpolationOperation part => IsPlain(part.Expression.Type),
        IFieldReferenceOperation { Field: var field } => field.IsConst || field.ContainingType.IsTupleType,
        IPropertyReferenceOperation { Property: var property } => IsStored(property),
        IInvocationOperation invocation => IsOfPlainValues(invocation.TargetMethod),
        _ => PureKinds.Contains(operation.Kind),
    };

    // Of .NET, of a tensor, or a parameter of a record that is kept as it is. Behind an interface there may be a record's own.
    private static bool IsStored(IPropertySymbol property) => property.DeclaringSyntaxReferences.Length == 0
        ? property.ContainingType.TypeKind != TypeKind.Interface
        : property.DeclaringSyntaxReferences[0].GetSyntax() is ParameterSyntax;

    private static bool IsOfPlainValues(IMethodSymbol method) => method.DeclaringSyntaxReferences.Length == 0
        && (IsPlain(method.ContainingType) || IsOfSystem(method.ContainingType, "Math")) && method.Parameters.All(p => IsPlain(p.Type));

    private static ITypeSymbol? Inside(IOperation operand) =>
        operand is IConversionOperation { OperatorMethod: null } conversion ? conversion.Operand.Type : operand.Type;

    private static bool IsPlain(ITypeSymbol? type) => type?.SpecialType is
        (>= SpecialType.System_Boolean and <= SpecialType.System_Double and not SpecialType.System_Decimal) or SpecialType.System_String;

    private static bool IsOfSystem(ITypeSymbol? type, string name) =>
        type?.Name == name && type.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true };
}
