using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

// Operators, each the one that the compiler chose, and lifted where it lifted it.
internal sealed partial class Interpreter
{
    private object? EvaluateBinary(IBinaryOperation binary)
    {
        if (binary.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr)
        {
            if (binary.OperatorMethod is not null)
                throw NotUnderstood(binary);
            bool left = Truth(binary.LeftOperand);
            return left == (binary.OperatorKind == BinaryOperatorKind.ConditionalOr) ? left : Truth(binary.RightOperand);
        }
        object? a = Evaluate(binary.LeftOperand);
        object? b = Evaluate(binary.RightOperand);
        if (binary.Type?.SpecialType == SpecialType.System_String && binary.OperatorKind == BinaryOperatorKind.Add
            && binary.OperatorMethod is null or { ContainingType.SpecialType: SpecialType.System_String })
            return Concatenate(a, b, binary);
        if (binary.OperatorMethod is { ContainingType.SpecialType: not SpecialType.System_String } method)
            return CallOperator(method, binary, binary.IsLifted, a, b);
        if (binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals && AreReferences(binary))
            return AreSame(a, b, binary) == (binary.OperatorKind == BinaryOperatorKind.Equals);
        return Compute(binary, binary.OperatorKind, a, b, binary.IsChecked, binary.IsLifted);
    }

    // Texts of one length are looked through, as far as they are equal.
    private void ChargeComparison(object? left, object? right, SyntaxNode place)
    {
        if (left is string a && right is string b && a.Length == b.Length)
            Charge(place, a.Length / Budget.CharactersOfStep);
    }

    private string Concatenate(object? left, object? right, IOperation place)
    {
        (string a, string b) = (TextOf(left, null, place), TextOf(right, null, place));
        ChargeText(place.Syntax, a.Length + (long)b.Length);
        return a + b;
    }

    // Texts are compared as such where both are texts in the code, not where they are objects or of a type parameter.
    private bool AreReferences(IBinaryOperation binary) =>
        binary.LeftOperand.Type is { SpecialType: not SpecialType.System_String } left && binary.RightOperand.Type is { } right
        && TypeHere(left).IsReferenceType && TypeHere(right).IsReferenceType;

    private bool AreSame(object? left, object? right, IOperation place) => (left, right) switch
    {
        _ when left is null || right is null => left is null && right is null,
        (string a, string b) => a == b && !ReferenceEquals(a, b)
            ? throw Refuse(place, "whether two equal texts are one object is not understood in a definition; compare them as strings")
            : ReferenceEquals(a, b),
        (FunctionValue, FunctionValue) => ReferenceEquals(left, right)
            ? true : throw Refuse(place, "equality of delegates is not understood in a definition; compare what they are made of"),
        _ => ReferenceEquals(left, right),
    };

    private object? Compute(IOperation place, BinaryOperatorKind kind, object? left, object? right, bool isChecked, bool isLifted = false)
    {
        bool isEquality = kind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals;
        if (isLifted && (left is null || right is null) && !isEquality)
            return Lifted(kind, left, right);
        ChargeComparison(left, right, place.Syntax);
        if (isEquality)
            return Arithmetic.AreEqual(left, right) == (kind == BinaryOperatorKind.Equals);
        EnumValue? member = left as EnumValue ?? right as EnumValue;
        if (member is not null)
        {
            (left, right) = (PlainNumber(left), PlainNumber(right));
            // Arithmetic on enums is that of at least int.
            if (left is byte or sbyte or short or ushort)
                left = Arithmetic.Convert(left, SpecialType.System_Int32, false);
            if (right is byte or sbyte or short or ushort)
                right = Arithmetic.Convert(right, SpecialType.System_Int32, false);
            if (left?.GetType() != right?.GetType() && left is not null)
                right = Arithmetic.Convert(right!, Arithmetic.TypeOf(left), false);
        }
        try
        {
            object? result = Arithmetic.Binary(kind, left, right, isChecked) ?? throw NotUnderstood(place);
            if (member is null || Underlying(place.Type) is not { } type || result is bool)
                return result;
            return type is INamedTypeSymbol { TypeKind: TypeKind.Enum } @enum
                ? new EnumValue(@enum, Arithmetic.Convert(result, @enum.EnumUnderlyingType!.SpecialType, isChecked)!)
                : Arithmetic.Convert(result, type.SpecialType, isChecked);
        }
        catch (DivideByZeroException)
        {
            throw Fails(place.Syntax, $"{Arithmetic.Text(left)} is divided by zero");
        }
        catch (OverflowException)
        {
            throw Fails(place.Syntax, $"'{Wording.Short(place.Syntax)}' overflows {place.Type?.ToDisplayString()} for "
                + $"{Arithmetic.Text(left)} and {Arithmetic.Text(right)}");
        }
    }

    // Of what is known, null | true is true and null & false is false.
    private static object? Lifted(BinaryOperatorKind kind, object? left, object? right) => (kind, left ?? right) switch
    {
        (BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan
            or BinaryOperatorKind.GreaterThanOrEqual, _) => false,
        (BinaryOperatorKind.Or, true) => true,
        (BinaryOperatorKind.And, false) => false,
        _ => null,
    };

    private static object? PlainNumber(object? value) => value is EnumValue member ? member.Number : value;

    private object? EvaluateUnary(IUnaryOperation unary)
    {
        object? operand = Evaluate(unary.Operand);
        if (unary.OperatorMethod is { } method)
            return CallOperator(method, unary, unary.IsLifted, operand);
        if (operand is null)
            return unary.IsLifted || unary.OperatorKind == UnaryOperatorKind.Hat ? null : throw Unexpected(unary);
        if (unary.OperatorKind == UnaryOperatorKind.Hat)
            return (int)operand >= 0
                ? new IndexValue((int)operand, true) : throw Fails(unary.Syntax, $"an index of {Arithmetic.Text(operand)} from the end");
        try
        {
            object? plain = PlainNumber(operand);
            if (operand is EnumValue && plain is byte or sbyte or short or ushort)
                plain = Arithmetic.Convert(plain, SpecialType.System_Int32, false);
            object result = Arithmetic.Unary(unary.OperatorKind, plain, unary.IsChecked) ?? throw NotUnderstood(unary);
            return operand is EnumValue member
                ? new EnumValue(member.Type, Arithmetic.Convert(result, member.Type.EnumUnderlyingType!.SpecialType, false)!) : result;
        }
        catch (OverflowException)
        {
            throw Fails(unary.Syntax, $"'{Wording.Short(unary.Syntax)}' overflows for {Arithmetic.Text(operand)}");
        }
    }

    private object? CallOperator(IMethodSymbol method, IOperation place, bool isLifted, params object?[] operands)
    {
        bool isEquality = method.Name is "op_Equality" or "op_Inequality";
        if (isLifted && operands.Any(o => o is null))
        {
            if (isEquality)
                return operands.All(o => o is null) == (method.Name == "op_Equality");
            return method.ReturnType.SpecialType == SpecialType.System_Boolean && operands.Length == 2 ? false : null;
        }
        if (IsOurs(method.ContainingType, "Tensor") && (operands.Length == 1 || operands.Any(o => o is double)))
            return WithNumber(method, place, operands);
        if (IsOurs(method.ContainingType, "Tensor"))
            return Layer(TensorLayers.LayerOf(method.Name), place.Syntax, [.. operands.Select(o => TensorOf(o, place.Syntax))], null,
                [], _ => null);
        if (HasSource(method))
            return CallMethod(method, operands, place.Syntax, null);
        if (isEquality && method.ContainingType.TypeKind is TypeKind.Class or TypeKind.Delegate && operands.Any(o => o is null))
            return operands.All(o => o is null) == (method.Name == "op_Equality");
        // What the compiler makes for records, and Pair and Border are some.
        if (isEquality && operands.All(o => o is null or SizesValue or RecordValue))
            return ValueEquals(operands[0], operands[1], place) == (method.Name == "op_Equality");
        throw NotUnderstood(place);
    }

    private TensorValue WithNumber(IMethodSymbol method, IOperation place, object?[] operands)
    {
        bool isLeft = operands[0] is double;
        double number = operands.OfType<double>().FirstOrDefault();
        TensorValue tensor = TensorOf(operands[isLeft ? 1 : 0], place.Syntax);
        foreach ((string layer, LayerArgument[] arguments) in
            TensorLayers.OfNumber(method.Name, number, isLeft) ?? throw NotUnderstood(place))
            tensor = Layer(layer, place.Syntax, [tensor], null, [.. arguments], _ => null);
        return tensor;
    }

    private bool EvaluateTupleBinary(ITupleBinaryOperation tuples)
    {
        object? left = Evaluate(tuples.LeftOperand);
        object? right = Evaluate(tuples.RightOperand);
        return TuplesAreEqual(left, tuples.LeftOperand.Type, right, tuples.RightOperand.Type,
            tuples) == (tuples.OperatorKind == BinaryOperatorKind.Equals);
    }

    // Each part is compared by the operator == of its type; the operation does not say which, so that only those are understood where that
    // is plain.
    private bool TuplesAreEqual(object? left, ITypeSymbol? leftType, object? right, ITypeSymbol? rightType, IOperation place)
    {
        if (left is not TupleValue a || right is not TupleValue b)
            return left is null && right is null;
        for (int i = 0; i < a.Items.Count; i++)
        {
            Step(place.Syntax);
            ITypeSymbol? l = TupleOf(Underlying(leftType))?.TupleElements[i].Type,
            r = TupleOf(Underlying(rightType))?.TupleElements[i].Type;
            if (!PartsAreEqual(a.Items[i], l is null ? null : TypeHere(l), b.Items[i], r is null ? null : TypeHere(r), place))
                return false;
        }
        return true;
    }

    private bool PartsAreEqual(object? left, ITypeSymbol? leftType, object? right, ITypeSymbol? rightType, IOperation place)
    {
        if (left is TupleValue || right is TupleValue)
            return TuplesAreEqual(left, leftType, right, rightType, place);
        if (left is null || right is null)
            return left is null && right is null;
        (leftType, rightType) = (Underlying(leftType), Underlying(rightType));
        if (left is RecordValue record && SymbolEqualityComparer.Default.Equals(leftType, record.Type)
            && SymbolEqualityComparer.Default.Equals(rightType, record.Type))
            return ValueEquals(left, right, place);
        if (leftType is { IsReferenceType: true } && leftType.SpecialType != SpecialType.System_String && left is not TensorValue)
            throw Refuse(place, $"equality of {leftType.ToDisplayString()} in tuples is not understood in a definition; compare the "
                + "parts one by one");
        if (left.GetType() == right.GetType() && left is not RecordValue)
            return Arithmetic.AreEqual(left, right);
        return Arithmetic.Promote(left, right) is (object wideLeft, object wideRight)
            ? Arithmetic.AreEqual(wideLeft, wideRight)
            : throw Refuse(place, "equality of these parts of tuples is not understood in a definition; compare the parts one by one");
    }

    /// <summary>Equality as collections and tuples ask for it: EqualityComparer's, by which NaN equals itself.</summary>
    internal bool ValueEquals(object? left, object? right, IOperation place)
    {
        Step(place.Syntax);
        ChargeComparison(left, right, place.Syntax);
        switch (left, right)
        {
            case (null, _) or (_, null):
                return left is null && right is null;
            case (TupleValue a, TupleValue b):
                return a.Items.Count == b.Items.Count && a.Items.Zip(b.Items, (x, y) => ValueEquals(x, y, place)).All(same => same);
            case (RecordValue a, RecordValue b):
                return RecordsAreEqual(a, b, place);
            case (FunctionValue, FunctionValue):
                return AreSame(left, right, place);
            case (ItemsValue or SequenceValue or FunctionValue or RecordValue or TupleValue, _):
                return ReferenceEquals(left, right);
            default:
                return left.Equals(right);
        }
    }
}
