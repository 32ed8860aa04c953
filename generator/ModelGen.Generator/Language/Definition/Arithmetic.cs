using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ModelGen.Generator.Language.Definition;

/// <summary>
/// C#'s operators on numbers, to the bit: overflow wraps or throws, float stays float. Operands come converted to one type, as the compiler
/// does it.
/// </summary>
internal static class Arithmetic
{
    /// <summary>The result; null where the operator does not exist for these operands.</summary>
    /// <exception cref="DivideByZeroException"/>
    /// <exception cref="OverflowException"/>
    public static object? Binary(BinaryOperatorKind kind, object? left, object? right, bool isChecked)
    {
        if (kind is BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift)
            return right is int count ? Shift(kind, left, count) : null;
        return (left, right) switch
        {
            (int a, int b) => Int(kind, a, b, isChecked),
            (long a, long b) => Long(kind, a, b, isChecked),
            (uint a, uint b) => UInt(kind, a, b, isChecked),
            (ulong a, ulong b) => ULong(kind, a, b, isChecked),
            (float a, float b) => Real(kind, a, b) is double real ? (float)real : Compare(kind, a, b),
            (double a, double b) => Real(kind, a, b) ?? Compare(kind, a, b),
            (bool a, bool b) => Bool(kind, a, b),
            _ => null,
        };
    }

    /// <summary>Equality of values; references are equal when they are the same.</summary>
    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        // Not Equals: NaN differs from itself.
        (double a, double b) => a == b,
        (float a, float b) => a == b,
        (ItemsValue or SequenceValue or FunctionValue or TensorValue or RecordValue or TupleValue, _) => ReferenceEquals(left, right),
        _ => left.Equals(right),
    };

    public static object? Unary(UnaryOperatorKind kind, object? operand, bool isChecked) => (kind, operand) switch
    {
        (UnaryOperatorKind.Plus, int or long or uint or ulong or float or double) => operand,
        (UnaryOperatorKind.Minus, int a) => isChecked ? checked(-a) : unchecked(-a),
        (UnaryOperatorKind.Minus, long a) => isChecked ? checked(-a) : unchecked(-a),
        (UnaryOperatorKind.Minus, float a) => -a,
        (UnaryOperatorKind.Minus, double a) => -a,
        (UnaryOperatorKind.BitwiseNegation, int a) => ~a,
        (UnaryOperatorKind.BitwiseNegation, long a) => ~a,
        (UnaryOperatorKind.BitwiseNegation, uint a) => ~a,
        (UnaryOperatorKind.BitwiseNegation, ulong a) => ~a,
        (UnaryOperatorKind.Not, bool a) => !a,
        _ => null,
    };

    /// <summary>
    /// Conversion between numbers; null where the target is no number, or the result of converting a real number is not defined.
    /// </summary>
    /// <exception cref="OverflowException"/>
    public static object? Convert(object value, SpecialType target, bool isChecked)
    {
        if (value is float or double)
        {
            double real = System.Convert.ToDouble(value, CultureInfo.InvariantCulture);
            switch (target)
            {
                case SpecialType.System_Single:
                    return (float)real;
                case SpecialType.System_Double:
                    return real;
                default:
                    real = Math.Truncate(real);
                    // Beyond the range of long, and for NaN, C# leaves the result open.
                    if (!(real >= long.MinValue && real < 9223372036854775808.0))
                        return isChecked ? throw new OverflowException() : null;
                    value = (long)real;
                    if (!isChecked && !Fits((long)real, target))
                        return null;
                    break;
            }
        }
        if (value is not (int or long or uint or ulong or short or ushort or byte or sbyte or char))
            return null;
        if (target == SpecialType.System_Double)
            return value is char letter ? (double)letter : System.Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (target == SpecialType.System_Single)
            return value is char letter ? (float)letter : System.Convert.ToSingle(value, CultureInfo.InvariantCulture);
        bool isLarge = value is ulong and > long.MaxValue;
        long bits = value switch
        {
            ulong a => unchecked((long)a),
            char a => a,
            _ => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
        };
        if (isChecked && (isLarge ? target != SpecialType.System_UInt64 : !Fits(bits, target)))
            throw new OverflowException();
        return target switch
        {
            SpecialType.System_Int32 => unchecked((int)bits),
            SpecialType.System_Int64 => bits,
            SpecialType.System_UInt32 => unchecked((uint)bits),
            SpecialType.System_UInt64 => unchecked((ulong)bits),
            SpecialType.System_Int16 => unchecked((short)bits),
            SpecialType.System_UInt16 => unchecked((ushort)bits),
            SpecialType.System_Byte => unchecked((byte)bits),
            SpecialType.System_SByte => unchecked((sbyte)bits),
            SpecialType.System_Char => unchecked((char)bits),
            _ => null,
        };
    }

    /// <summary>The type of a number.</summary>
    public static SpecialType TypeOf(object? value) => value switch
    {
        int => SpecialType.System_Int32,
        long => SpecialType.System_Int64,
        uint => SpecialType.System_UInt32,
        ulong => SpecialType.System_UInt64,
        float => SpecialType.System_Single,
        double => SpecialType.System_Double,
        byte => SpecialType.System_Byte,
        sbyte => SpecialType.System_SByte,
        short => SpecialType.System_Int16,
        ushort => SpecialType.System_UInt16,
        char => SpecialType.System_Char,
        _ => SpecialType.None,
    };

    /// <summary>Two numbers in the type in which C# computes with them; null where it does not.</summary>
    public static (object Left, object Right)? Promote(object left, object right)
    {
        bool Either<T>() => left is T || right is T;
        if (TypeOf(left) == SpecialType.None || TypeOf(right) == SpecialType.None)
            return null;
        bool hasSigned = left is int or long or short or sbyte || right is int or long or short or sbyte;
        SpecialType common = Either<double>() ? SpecialType.System_Double
            : Either<float>() ? SpecialType.System_Single
            : Either<ulong>() ? hasSigned ? SpecialType.None : SpecialType.System_UInt64
            : Either<long>() ? SpecialType.System_Int64
            : Either<uint>() ? hasSigned ? SpecialType.System_Int64 : SpecialType.System_UInt32
            : SpecialType.System_Int32;
        return common == SpecialType.None ? null : (Convert(left, common, false)!, Convert(right, common, false)!);
    }

    /// <summary>The text of a plain value, in the invariant culture; for messages also of others.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        // The shortest text that reads back the same, on every runtime.
        double or float => ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        TensorValue tensor => tensor.Shape.ToString(),
        TupleValue tuple => "(" + string.Join(", ", tuple.Items.Select(Text)) + ")",
        _ => value.ToString() ?? "",
    };

    private static bool Fits(long value, SpecialType target) => target switch
    {
        SpecialType.System_Int32 => value is >= int.MinValue and <= int.MaxValue,
        SpecialType.System_UInt32 => value is >= 0 and <= uint.MaxValue,
        SpecialType.System_UInt64 => value >= 0,
        SpecialType.System_Int16 => value is >= short.MinValue and <= short.MaxValue,
        SpecialType.System_UInt16 or SpecialType.System_Char => value is >= 0 and <= ushort.MaxValue,
        SpecialType.System_Byte => value is >= 0 and <= byte.MaxValue,
        SpecialType.System_SByte => value is >= sbyte.MinValue and <= sbyte.MaxValue,
        _ => true,
    };

    private static object? Shift(BinaryOperatorKind kind, object? left, int count) => (kind, left) switch
    {
        (BinaryOperatorKind.LeftShift, int a) => a << count,
        (BinaryOperatorKind.LeftShift, long a) => a << count,
        (BinaryOperatorKind.LeftShift, uint a) => a << count,
        (BinaryOperatorKind.LeftShift, ulong a) => a << count,
        (BinaryOperatorKind.RightShift, int a) => a >> count,
        (BinaryOperatorKind.RightShift, long a) => a >> count,
        (_, uint a) => a >> count,
        (_, ulong a) => a >> count,
        (_, int a) => a >>> count,
        (_, long a) => a >>> count,
        _ => null,
    };

    private static object? Int(BinaryOperatorKind kind, int a, int b, bool isChecked) => kind switch
    {
        BinaryOperatorKind.Add => isChecked ? checked(a + b) : unchecked(a + b),
        BinaryOperatorKind.Subtract => isChecked ? checked(a - b) : unchecked(a - b),
        BinaryOperatorKind.Multiply => isChecked ? checked(a * b) : unchecked(a * b),
        BinaryOperatorKind.Divide => a / b,
        BinaryOperatorKind.Remainder => a % b,
        BinaryOperatorKind.And => a & b,
        BinaryOperatorKind.Or => a | b,
        BinaryOperatorKind.ExclusiveOr => a ^ b,
        _ => Compare(kind, a, b),
    };

    private static object? Long(BinaryOperatorKind kind, long a, long b, bool isChecked) => kind switch
    {
        BinaryOperatorKind.Add => isChecked ? checked(a + b) : unchecked(a + b),
        BinaryOperatorKind.Subtract => isChecked ? checked(a - b) : unchecked(a - b),
        BinaryOperatorKind.Multiply => isChecked ? checked(a * b) : unchecked(a * b),
        BinaryOperatorKind.Divide => a / b,
        BinaryOperatorKind.Remainder => a % b,
        BinaryOperatorKind.And => a & b,
        BinaryOperatorKind.Or => a | b,
        BinaryOperatorKind.ExclusiveOr => a ^ b,
        _ => Compare(kind, a, b),
    };

    private static object? UInt(BinaryOperatorKind kind, uint a, uint b, bool isChecked) => kind switch
    {
        BinaryOperatorKind.Add => isChecked ? checked(a + b) : unchecked(a + b),
        BinaryOperatorKind.Subtract => isChecked ? checked(a - b) : unchecked(a - b),
        BinaryOperatorKind.Multiply => isChecked ? checked(a * b) : unchecked(a * b),
        BinaryOperatorKind.Divide => a / b,
        BinaryOperatorKind.Remainder => a % b,
        BinaryOperatorKind.And => a & b,
        BinaryOperatorKind.Or => a | b,
        BinaryOperatorKind.ExclusiveOr => a ^ b,
        _ => Compare(kind, a, b),
    };

    private static object? ULong(BinaryOperatorKind kind, ulong a, ulong b, bool isChecked) => kind switch
    {
        BinaryOperatorKind.Add => isChecked ? checked(a + b) : unchecked(a + b),
        BinaryOperatorKind.Subtract => isChecked ? checked(a - b) : unchecked(a - b),
        BinaryOperatorKind.Multiply => isChecked ? checked(a * b) : unchecked(a * b),
        BinaryOperatorKind.Divide => a / b,
        BinaryOperatorKind.Remainder => a % b,
        BinaryOperatorKind.And => a & b,
        BinaryOperatorKind.Or => a | b,
        BinaryOperatorKind.ExclusiveOr => a ^ b,
        _ => Compare(kind, a, b),
    };

    private static double? Real(BinaryOperatorKind kind, double a, double b) => kind switch
    {
        BinaryOperatorKind.Add => a + b,
        BinaryOperatorKind.Subtract => a - b,
        BinaryOperatorKind.Multiply => a * b,
        BinaryOperatorKind.Divide => a / b,
        BinaryOperatorKind.Remainder => a % b,
        _ => null,
    };

    private static object? Bool(BinaryOperatorKind kind, bool a, bool b) => kind switch
    {
        BinaryOperatorKind.And => a & b,
        BinaryOperatorKind.Or => a | b,
        BinaryOperatorKind.ExclusiveOr => a ^ b,
        _ => null,
    };

    // Not CompareTo for real numbers: NaN is neither less nor greater.
    private static object? Compare<T>(BinaryOperatorKind kind, T a, T b)
        where T : IComparable<T>
    {
        if (a is double and double.NaN or float and float.NaN || b is double and double.NaN or float and float.NaN)
            return kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan
                or BinaryOperatorKind.GreaterThanOrEqual ? false : null;
        int order = a.CompareTo(b);
        return kind switch
        {
            BinaryOperatorKind.LessThan => order < 0,
            BinaryOperatorKind.LessThanOrEqual => order <= 0,
            BinaryOperatorKind.GreaterThan => order > 0,
            BinaryOperatorKind.GreaterThanOrEqual => order >= 0,
            _ => null,
        };
    }
}
