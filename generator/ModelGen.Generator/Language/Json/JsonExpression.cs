using System.Globalization;
using System.Text;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// The arithmetic of attribute values and names, in 64-bit integers where truth is 1 or 0: + - * / % (division towards zero), comparisons,
/// !, &amp;&amp;, ||, ?:, parentheses, and names of parameters and indices. It is C#'s, precedence included; what C# would not evaluate is
/// not evaluated here.
/// </summary>
internal sealed class JsonExpression
{
    public const int LongestText = 1000;
    private const int DeepestNesting = 64;

    // Operators of two operands, the loosest first; of those with a common beginning the longer first.
    private static readonly string[][] Levels = [["||"], ["&&"], ["==", "!="], ["<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];

    private readonly string _text;
    private readonly int _offset;
    private readonly IReadOnlyDictionary<string, long> _names;
    private int _position;
    private int _depth;

    private JsonExpression(string text, int offset, IReadOnlyDictionary<string, long> names) =>
        (_text, _offset, _names) = (text, offset, names);

    /// <summary>The value of a whole text; <c>${…}</c> around it is taken off.</summary>
    /// <exception cref="ExpressionException">It is not an expression, or has no value.</exception>
    public static long Evaluate(string text, IReadOnlyDictionary<string, long> names) =>
        text.StartsWith("${", StringComparison.Ordinal) && text.EndsWith("}", StringComparison.Ordinal)
            ? Evaluate(text.Substring(2, text.Length - 3), 2, names)
            : Evaluate(text, 0, names);

    /// <summary>A text with the value of each <c>${expression}</c> in its place.</summary>
    /// <exception cref="ExpressionException">An expression is not one, or has no value.</exception>
    public static string Interpolate(string text, IReadOnlyDictionary<string, long> names)
    {
        var result = new StringBuilder();
        int end = 0;
        for (int start = text.IndexOf("${", StringComparison.Ordinal); start >= 0; start = text.IndexOf(
            "${", end, StringComparison.Ordinal))
        {
            int close = text.IndexOf('}', start);
            if (close < 0)
                throw new ExpressionException("'${' has no '}' after it", start, 2);
            long value = Evaluate(text.Substring(start + 2, close - start - 2), start + 2, names);
            result.Append(text, end, start - end).Append(value.ToString(CultureInfo.InvariantCulture));
            end = close + 1;
            if (result.Length > JsonReader.LargestString)
                throw new ExpressionException("the text becomes too long", 0, text.Length);
        }
        return result.Append(text, end, text.Length - end).ToString();
    }

    private static long Evaluate(string text, int offset, IReadOnlyDictionary<string, long> names)
    {
        var expression = new JsonExpression(text, offset, names);
        if (text.Length > LongestText)
            throw expression.Error($"an expression has at most {LongestText.ToString(CultureInfo.InvariantCulture)} characters", 0,
                text.Length);
        long value = expression.Choice(isUsed: true);
        expression.SkipSpace();
        if (expression._position < text.Length)
            throw expression.Error($"expected an operator or the end, got '{JsonNames.Printable(text.Substring(expression._position, 1))}'",
                expression._position, 1);
        return value;
    }

    private long Choice(bool isUsed)
    {
        if (++_depth > DeepestNesting)
            throw Error("the expression is nested too deep", _position, 1);
        long condition = Binary(0, isUsed);
        if (TryTake("?"))
        {
            long first = Choice(isUsed && condition != 0);
            SkipSpace();
            if (!TryTake(":"))
                throw Error("expected ':' and what the value is otherwise", _position, 1);
            long second = Choice(isUsed && condition == 0);
            condition = condition != 0 ? first : second;
        }
        _depth--;
        return condition;
    }

    private long Binary(int level, bool isUsed)
    {
        if (level == Levels.Length)
            return Unary(isUsed);
        long left = Binary(level + 1, isUsed);
        while (true)
        {
            SkipSpace();
            int at = _position;
            string? op = Array.Find(Levels[level], TryTake);
            if (op is null)
                return left;
            bool rightIsUsed = isUsed && (op == "&&" ? left != 0 : op != "||" || left == 0);
            long right = Binary(level + 1, rightIsUsed);
            left = isUsed ? Apply(op, left, right, at) : 0;
        }
    }

    private long Apply(string op, long left, long right, int at)
    {
        if (op is "/" or "%" && right == 0)
            throw Error($"{Text(left)} {op} 0 has no value", at, op.Length);
        try
        {
            return checked(op switch
            {
                "||" => Truth(left != 0 || right != 0),
                "&&" => Truth(left != 0 && right != 0),
                "==" => Truth(left == right),
                "!=" => Truth(left != right),
                "<=" => Truth(left <= right),
                ">=" => Truth(left >= right),
                "<" => Truth(left < right),
                ">" => Truth(left > right),
                "+" => left + right,
                "-" => left - right,
                "*" => left * right,
                "/" => left / right,
                _ => right == -1 ? 0 : left % right,
            });
        }
        catch (OverflowException)
        {
            throw Error($"{Text(left)} {op} {Text(right)} is beyond 64 bits", at, op.Length);
        }
    }

    private long Unary(bool isUsed)
    {
        SkipSpace();
        int at = _position;
        if (++_depth > DeepestNesting)
            throw Error("the expression is nested too deep", at, 1);
        long value = TryTake("-") ? Negate(Unary(isUsed), isUsed, at)
            : TryTake("+") ? Unary(isUsed)
            : TryTake("!") ? Truth(Unary(isUsed) == 0)
            : Primary(isUsed);
        _depth--;
        return value;
    }

    private long Negate(long value, bool isUsed, int at) => isUsed ? Apply("-", 0, value, at) : 0;

    private long Primary(bool isUsed)
    {
        int start = _position;
        if (TryTake("("))
        {
            long inner = Choice(isUsed);
            SkipSpace();
            return TryTake(")") ? inner : throw Error("expected ')'", _position, 1);
        }
        while (_position < _text.Length && (JsonNames.IsIdentifier(_text[_position].ToString()) || _text[_position] is >= '0' and <= '9'))
            _position++;
        string word = _text.Substring(start, _position - start);
        if (word.Length == 0)
            throw Error(start < _text.Length ? $"expected a number or a name, got '{JsonNames.Printable(_text.Substring(start, 1))}'"
                : "expected a number or a name", start, 1);
        if (word[0] is >= '0' and <= '9')
        {
            return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                ? number
                : throw Error($"'{JsonNames.Printable(word)}' is not an integer of 64 bits", start, word.Length);
        }
        if (word is "true" or "false")
            return Truth(word == "true");
        if (_names.TryGetValue(word, out long value))
            return value;
        string remedy = JsonNames.Suggest(
            word, _names.Keys.OrderBy(n => n, StringComparer.Ordinal), "there are no parameters or indices here");
        throw Error($"nothing is called '{JsonNames.Printable(word)}'; {remedy}", start, word.Length);
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && _text[_position] == ' ')
            _position++;
    }

    private bool TryTake(string token)
    {
        SkipSpace();
        if (string.CompareOrdinal(_text, _position, token, 0, token.Length) != 0)
            return false;
        _position += token.Length;
        return true;
    }

    private ExpressionException Error(string message, int start, int length) => new(message, _offset + start, length);

    private static long Truth(bool holds) => holds ? 1 : 0;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An expression is not one, or has no value.</summary>
internal sealed class ExpressionException(string message, int start, int length) : Exception(message)
{
    /// <summary>Where in the text, in characters.</summary>
    public int Start { get; } = start;

    public int Length { get; } = length;
}
