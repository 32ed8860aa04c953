using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.FrontEnds.Definition;

internal sealed partial class Interpreter
{
    private object? Evaluate(IOperation operation)
    {
        Step(operation.Syntax);
        if (operation.ConstantValue.HasValue)
            return Constant(operation.ConstantValue.Value, operation.Type);
        switch (operation)
        {
            case ILocalReferenceOperation local:
                return local.IsDeclaration ? null : CellOf(local.Local, local).Value;
            case IParameterReferenceOperation parameter:
                return CellOf(parameter.Parameter, parameter).Value;
            case IInvocationOperation invocation:
                return Invoke(invocation);
            case IConversionOperation conversion:
                return EvaluateConversion(conversion);
            case IBinaryOperation binary:
                return EvaluateBinary(binary);
            case IUnaryOperation unary:
                return EvaluateUnary(unary);
            case IConditionalOperation condition:
                return Truth(condition.Condition) ? Evaluate(condition.WhenTrue) : Evaluate(condition.WhenFalse!);
            case ISimpleAssignmentOperation assignment:
                return EvaluateAssignment(assignment);
            case ICompoundAssignmentOperation compound:
                return EvaluateCompound(compound);
            case IIncrementOrDecrementOperation increment:
                return EvaluateIncrement(increment);
            case IDeconstructionAssignmentOperation deconstruction:
                return EvaluateDeconstruction(deconstruction);
            case ICoalesceAssignmentOperation coalesce:
                var place = Resolve(coalesce.Target);
                if (place.Get() is object present)
                    return present;
                object? assigned = Evaluate(coalesce.Value);
                place.Set(assigned);
                return assigned;
            case ICoalesceOperation coalesce:
                return Evaluate(coalesce.Value) ?? Evaluate(coalesce.WhenNull);
            case IInterpolatedStringOperation text:
                return Limit(EvaluateInterpolation(text), text.Syntax);
            case ITupleOperation tuple:
                return new TupleValue(tuple.Elements.Select(Evaluate).ToEquatableArray());
            case ITupleBinaryOperation tuples:
                return Arithmetic.AreEqual(Evaluate(tuples.LeftOperand), Evaluate(tuples.RightOperand)) == (tuples.OperatorKind == BinaryOperatorKind.Equals);
            case IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation:
                return Resolve(operation).Get();
            case IArrayCreationOperation array:
                return EvaluateArray(array);
            case IObjectCreationOperation creation:
                return EvaluateCreation(creation);
            case IWithOperation with:
                return EvaluateWith(with);
            case IFieldReferenceOperation field:
                return ReadField(field);
            case IPropertyReferenceOperation property:
                return EvaluateProperty(property);
            case IInstanceReferenceOperation self:
                return _frame.Self ?? throw NotUnderstood(self);
            case ISwitchExpressionOperation choice:
                return EvaluateSwitch(choice);
            case IIsPatternOperation test:
                return Matches(test.Pattern, Evaluate(test.Value));
            case IIsTypeOperation test:
                return IsOf(Evaluate(test.ValueOperand), test.TypeOperand, test) != test.IsNegated;
            case IDefaultValueOperation or ITypeParameterObjectCreationOperation:
                return DefaultOf(operation.Type, operation);
            case IRangeOperation range:
                return new RangeValue(IndexOf(range.LeftOperand) ?? new(0, false), IndexOf(range.RightOperand) ?? new(0, true));
            case IDelegateCreationOperation creation:
                return Evaluate(creation.Target);
            case IAnonymousFunctionOperation lambda:
                return new FunctionValue(lambda.Symbol, lambda.Body, _frame.Capture());
            case IMethodReferenceOperation { Method.IsStatic: true } method:
                return new FunctionValue(method.Method, null, method.Method.MethodKind == MethodKind.LocalFunction ? FrameOf(method.Method).Capture() : null);
            case IConditionalAccessOperation access:
                return EvaluateConditionalAccess(access);
            case IConditionalAccessInstanceOperation:
                return _frame.Receivers.Peek();
            case IThrowOperation thrown:
                throw Thrown(thrown);
            case IParenthesizedOperation inner:
                return Evaluate(inner.Operand);
            case IDeclarationExpressionOperation declaration:
                return Evaluate(declaration.Expression);
            // The interface of collection expressions came later than the compiler we support; their syntax says all.
            case var _ when operation.Syntax is CollectionExpressionSyntax collection:
                return EvaluateCollection(collection, operation.Type);
            default:
                throw NotUnderstood(operation);
        }
    }

    private Cell CellOf(ISymbol variable, IOperation place) => _frame.Find(variable) ?? throw Unexpected(place);

    // A value of a kind that the C# compiler would not have let through: its error to report, or ours.
    private static UnreadableException Unexpected(IOperation place) => new(place.Syntax);

    private object? EvaluateBinary(IBinaryOperation binary)
    {
        if (binary.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr)
        {
            bool left = Truth(binary.LeftOperand);
            return left == (binary.OperatorKind == BinaryOperatorKind.ConditionalOr) ? left : Truth(binary.RightOperand);
        }
        object? a = Evaluate(binary.LeftOperand);
        object? b = Evaluate(binary.RightOperand);
        if (binary.OperatorMethod is { } method && binary.Type?.SpecialType != SpecialType.System_String)
            return CallOperator(method, binary, a, b);
        return binary.Type?.SpecialType == SpecialType.System_String
            ? Limit(Arithmetic.Text(a) + Arithmetic.Text(b), binary.Syntax)
            : Compute(binary, binary.OperatorKind, a, b, binary.IsChecked, binary.IsLifted);
    }

    private object? Compute(IOperation place, BinaryOperatorKind kind, object? left, object? right, bool isChecked, bool isLifted = false)
    {
        bool isEquality = kind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals;
        if (isLifted && (left is null || right is null) && !isEquality)
            return kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual ? false : null;
        if (isEquality && (left is RecordValue || right is RecordValue))
            throw Refuse(place, "equality of records is not understood in a definition; compare their properties");
        EnumValue? member = left as EnumValue ?? right as EnumValue;
        if (member is not null && !isEquality)
        {
            (left, right) = (PlainNumber(left), PlainNumber(right));
            // Arithmetic on enums is that of at least int.
            if (left is byte or sbyte or short or ushort)
                left = Arithmetic.Convert(left, SpecialType.System_Int32, false);
            if (right is byte or sbyte or short or ushort)
                right = Arithmetic.Convert(right, SpecialType.System_Int32, false);
        }
        try
        {
            object? result = Arithmetic.Binary(kind, left, right, isChecked) ?? throw NotUnderstood(place);
            if (member is null || place.Type is not INamedTypeSymbol { TypeKind: TypeKind.Enum } type)
                return result;
            return new EnumValue(type, Arithmetic.Convert(result, type.EnumUnderlyingType!.SpecialType, isChecked)!);
        }
        catch (DivideByZeroException)
        {
            throw Fails(place.Syntax, $"{Arithmetic.Text(left)} is divided by zero");
        }
        catch (OverflowException)
        {
            throw Fails(place.Syntax, $"'{Wording.Short(place.Syntax)}' overflows {place.Type?.ToDisplayString()} for {Arithmetic.Text(left)} and {Arithmetic.Text(right)}");
        }
    }

    private static object? PlainNumber(object? value) => value is EnumValue member ? member.Number : value;

    private object? EvaluateUnary(IUnaryOperation unary)
    {
        object? operand = Evaluate(unary.Operand);
        if (unary.OperatorMethod is { } method)
            return CallOperator(method, unary, operand);
        if (unary.OperatorKind == UnaryOperatorKind.Hat)
            return new IndexValue((int)operand!, true);
        if (operand is null)
            return null;
        try
        {
            object result = Arithmetic.Unary(unary.OperatorKind, PlainNumber(operand), unary.IsChecked) ?? throw NotUnderstood(unary);
            return operand is EnumValue member ? new EnumValue(member.Type, result) : result;
        }
        catch (OverflowException)
        {
            throw Fails(unary.Syntax, $"'{Wording.Short(unary.Syntax)}' overflows for {Arithmetic.Text(operand)}");
        }
    }

    private object? CallOperator(IMethodSymbol method, IOperation place, params object?[] operands)
    {
        if (IsOurs(method.ContainingType, "Tensor"))
            return Layer(TensorLayers.LayerOf(method.Name), place.Syntax, [.. operands.Select(o => TensorOf(o, place.Syntax))], null, [], _ => null);
        // Records compare by value, strings by their text; both have the operator as a method.
        if (method.Name is "op_Equality" or "op_Inequality" && operands.All(o => o is null or string or SizesValue))
            return Arithmetic.AreEqual(operands[0], operands[1]) == (method.Name == "op_Equality");
        return method.DeclaringSyntaxReferences.Length > 0 && !method.IsImplicitlyDeclared ? CallMethod(method, operands, place.Syntax, null) : throw NotUnderstood(place);
    }

    private string EvaluateInterpolation(IInterpolatedStringOperation interpolated)
    {
        var text = new StringBuilder();
        foreach (IInterpolatedStringContentOperation part in interpolated.Parts)
        {
            switch (part)
            {
                case IInterpolatedStringTextOperation fixedText:
                    text.Append(Evaluate(fixedText.Text) as string);
                    break;
                case IInterpolationOperation hole:
                    string value = TextOf(Evaluate(hole.Expression), hole.FormatString is null ? null : Evaluate(hole.FormatString) as string, hole);
                    int alignment = hole.Alignment is null ? 0 : (int)Evaluate(hole.Alignment)!;
                    text.Append(alignment < 0 ? value.PadRight(-alignment) : value.PadLeft(alignment));
                    break;
                default:
                    throw NotUnderstood(part);
            }
        }
        return text.ToString();
    }

    private string TextOf(object? value, string? format, IOperation place)
    {
        if (value is ItemsValue or SequenceValue or FunctionValue or RecordValue or SizesValue)
            throw Refuse(place, $"the text of {(value is ItemsValue or SequenceValue ? "a collection" : "this value")} is not understood in a definition; write its parts");
        try
        {
            return Arithmetic.Text(value, format);
        }
        catch (FormatException)
        {
            throw Fails(place.Syntax, $"'{format}' is no format for {Show(value)}");
        }
    }

    private string Limit(string text, SyntaxNode place) => text.Length <= LongestText
        ? text
        : throw Problem(ProblemIds.RunsAway, $"this text has {text.Length} characters; does a loop end?", place.GetLocation());

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

    private IndexValue? IndexOf(IOperation? operation) => operation is null ? null : Evaluate(operation) switch
    {
        IndexValue index => index,
        int fromStart => new IndexValue(fromStart, false),
        _ => throw Unexpected(operation),
    };

    private object? DefaultOf(ITypeSymbol? type, IOperation place) => type switch
    {
        null or { IsReferenceType: true } => null,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } => null,
        INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum => new EnumValue(@enum, Arithmetic.Convert(0, @enum.EnumUnderlyingType!.SpecialType, false)!),
        INamedTypeSymbol { IsTupleType: true } tuple => new TupleValue(tuple.TupleElements.Select(e => DefaultOf(e.Type, place)).ToEquatableArray()),
        { SpecialType: SpecialType.System_Boolean } => false,
        _ when IsOurs(type, "Pair") => new SizesValue([0, 0]),
        _ when IsOurs(type, "Border") => new SizesValue([0, 0, 0, 0]),
        _ => Arithmetic.Convert(0, type.SpecialType, false) ?? throw Refuse(place, $"the default of {type.ToDisplayString()} is not understood in a definition; write the value"),
    };
}
