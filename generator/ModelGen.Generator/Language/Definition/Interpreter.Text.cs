using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using ModelGen.Generator.Language.Definition.Library;

namespace ModelGen.Generator.Language.Definition;

// Texts of values, in the invariant culture.
internal sealed partial class Interpreter
{
    // 0.1 and −0 as .NET writes them since version 3; older runtimes have other digits, and no sign.
    private static readonly bool WritesRealNumbersExactly =
        0.1.ToString("F20", CultureInfo.InvariantCulture) == "0.10000000000000000555"
            && (-0.0).ToString(CultureInfo.InvariantCulture) == "-0";

    private string EvaluateInterpolation(IInterpolatedStringOperation interpolated)
    {
        var text = new StringBuilder();
        foreach (IInterpolatedStringContentOperation part in interpolated.Parts)
        {
            string more = part switch
            {
                IInterpolatedStringTextOperation fixedText => (string)Evaluate(fixedText.Text)!,
                IInterpolationOperation hole => EvaluateHole(hole),
                _ => throw NotUnderstood(part),
            };
            ChargeText(interpolated.Syntax, text.Length + (long)more.Length, more.Length);
            text.Append(more);
        }
        return text.ToString();
    }

    private string EvaluateHole(IInterpolationOperation hole)
    {
        object? value = Evaluate(hole.Expression);
        string text = TextOf(value, hole.FormatString is null ? null : Evaluate(hole.FormatString) as string, hole);
        if (hole.Alignment is null)
            return text;
        long width = (int)Evaluate(hole.Alignment)!;
        ChargeText(hole.Syntax, Math.Abs(width));
        return width < 0 ? text.PadRight((int)-width) : text.PadLeft((int)width);
    }

    /// <summary>What ToString makes of a value; formats are for numbers and enums, other values ignore them.</summary>
    internal string TextOf(object? value, string? format, IOperation place)
    {
        ChargeFormat(format, place.Syntax);
        try
        {
            switch (value)
            {
                case null:
                    return "";
                case string or char or bool:
                    return value.ToString()!;
                case EnumValue member:
                    Charge(place.Syntax, member.Type.GetMembers().Length);
                    return EnumText.Of(member, format)
                        ?? throw Refuse(place, $"several members of {member.Type.Name} are {Arithmetic.Text(member.Number)}, so that "
                            + ".NET does not say which name it is; write the name");
                case TensorValue tensor:
                    return tensor.Shape.ToString();
                case TupleValue tuple:
                    Step(place.Syntax);
                    return Limited("(" + string.Join(", ", tuple.Items.Select(i => TextOf(i, null, place))) + ")", place.Syntax);
                case RecordValue record when record.Type.GetMembers("ToString").OfType<IMethodSymbol>()
                    .FirstOrDefault(m => m.Parameters.Length == 0 && HasSource(m)) is { } own:
                    return CallMethod(own, [], place.Syntax, record) as string ?? "";
                case float or double when !WritesRealNumbersExactly && (format is not null || !IsWrittenAlike(value)):
                    throw Refuse(place, "the text of this real number is not the same on every runtime and not understood here; "
                        + "write an integer");
                case IFormattable when Arithmetic.TypeOf(value) != SpecialType.None:
                    return ((IFormattable)value).ToString(format, CultureInfo.InvariantCulture);
                default:
                    throw Refuse(place, $"the text of {(value is ItemsValue or SequenceValue ? "a collection" : "this value")} is not "
                        + "understood in a definition; write its parts");
            }
        }
        catch (FormatException)
        {
            throw Fails(place.Syntax, $"'{format}' is no format for {Shown.Of(value)}");
        }
    }

    // Parts of tuples may be the same tuple, so that a few make a text of any length.
    private string Limited(string text, SyntaxNode place)
    {
        ChargeText(place, text.Length);
        return text;
    }

    // D999999999 asks for as many digits.
    private void ChargeFormat(string? format, SyntaxNode place)
    {
        if (format is { Length: > 1 } && char.IsLetter(format[0])
            && long.TryParse(format.Substring(1), NumberStyles.None, CultureInfo.InvariantCulture, out long digits))
            ChargeText(place, digits);
    }

    // Up to 15 digits (6 of float) all runtimes agree.
    private static bool IsWrittenAlike(object value) => value switch
    {
        double a => a != 0 && double.Parse(a.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) == a || a == 0
            && !RealNumbers.IsNegative(a),
        float a => a != 0 && float.Parse(a.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) == a || a == 0
            && !RealNumbers.IsNegative(a),
        _ => true,
    };
}
