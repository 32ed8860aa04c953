using System.Globalization;
using System.Text;

namespace ModelGen.Generator.FrontEnds.Json;

/// <summary>
/// Reads JSON as RFC 8259 has it and nothing else: no comments, no trailing commas, no NaN. What the standard leaves open is refused where it could hide a
/// mistake or an attack: names that come twice, halves of surrogate pairs, texts that are too large or too deep. It never throws. The analyzer ships no
/// dependency, and no other reader says where each value stands.
/// </summary>
internal sealed class JsonReader
{
    public const int LargestText = 16 << 20;
    public const int LargestString = 1 << 16;
    public const int MostValues = 1 << 18;
    public const int MostNames = 1 << 10;
    public const int DeepestNesting = 64;

    private readonly string _text;
    private int _position;
    private int _values;
    private JsonValue? _root;

    private JsonReader(string text) => _text = text;

    public static JsonDocument Read(string text)
    {
        var reader = new JsonReader(text);
        try
        {
            reader.ReadDocument();
            return new JsonDocument(reader._root, null);
        }
        catch (InvalidJsonException e)
        {
            return new JsonDocument(reader._root, new JsonError(e.Message, e.Range));
        }
    }

    private void ReadDocument()
    {
        if (_text.Length > LargestText)
            throw Error(0, 1, $"the text has {Number(_text.Length)} characters; at most {Number(LargestText)} are read");
        SkipSpace();
        if (_position == _text.Length)
            throw Error(_position, 0, "the text is empty");
        ReadValue(depth: 0, isRoot: true);
        SkipSpace();
        if (_position < _text.Length)
            throw Error(_position, 1, $"expected nothing after the value, got {Here()}");
    }

    private JsonValue ReadValue(int depth, bool isRoot = false)
    {
        if (++_values > MostValues)
            throw Error(_position, 1, $"there are more than {Number(MostValues)} values");
        if (depth > DeepestNesting)
            throw Error(_position, 1, $"arrays and objects are nested more than {Number(DeepestNesting)} deep");
        int start = _position;
        switch (_position < _text.Length ? _text[_position] : '\0')
        {
            case '{':
                return ReadObject(Begin(JsonKind.Object, isRoot), depth);
            case '[':
                return ReadArray(Begin(JsonKind.Array, isRoot), depth);
            case '"':
                string text = ReadString();
                return Keep(new JsonValue(JsonKind.String, From(start), text), isRoot);
            case '-' or (>= '0' and <= '9'):
                return Keep(ReadNumber(), isRoot);
            default:
                return Keep(ReadWord(), isRoot);
        }
    }

    // The root is known before it is whole, so that what was read before an error can be used.
    private JsonValue Begin(JsonKind kind, bool isRoot) => Keep(new JsonValue(kind, new TextRange(_position++, 1), ""), isRoot);

    private JsonValue Keep(JsonValue value, bool isRoot)
    {
        if (isRoot)
            _root = value;
        return value;
    }

    private JsonValue ReadObject(JsonValue value, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        SkipSpace();
        if (TryTake('}'))
            return End(value);
        do
        {
            SkipSpace();
            int start = _position;
            if (_position >= _text.Length || _text[_position] != '"')
                throw Error(_position, 1, value.Members.Count > 0 && Peek('}') ? "a comma before '}' is one too many" : $"expected a name in double quotes, got {Here()}");
            string name = ReadString();
            TextRange range = From(start);
            if (!names.Add(name))
                throw new InvalidJsonException($"the name {Quote(name)} comes twice in one object", range);
            if (names.Count > MostNames)
                throw new InvalidJsonException($"an object has more than {Number(MostNames)} names", range);
            SkipSpace();
            if (!TryTake(':'))
                throw Error(_position, 1, $"expected ':' after the name {Quote(name)}, got {Here()}");
            SkipSpace();
            value.Members.Add(new JsonMember(name, range, ReadValue(depth + 1)));
            SkipSpace();
        }
        while (TryTake(','));
        if (!TryTake('}'))
            throw Error(_position, 1, $"expected ',' or '}}', got {Here()}");
        return End(value);
    }

    private JsonValue ReadArray(JsonValue value, int depth)
    {
        SkipSpace();
        if (TryTake(']'))
            return End(value);
        do
        {
            SkipSpace();
            if (value.Items.Count > 0 && Peek(']'))
                throw Error(_position, 1, "a comma before ']' is one too many");
            value.Items.Add(ReadValue(depth + 1));
            SkipSpace();
        }
        while (TryTake(','));
        if (!TryTake(']'))
            throw Error(_position, 1, $"expected ',' or ']', got {Here()}");
        return End(value);
    }

    private string ReadString()
    {
        int start = _position++;
        var text = new StringBuilder();
        while (true)
        {
            if (_position >= _text.Length || _text[_position] is '\n' or '\r')
                throw Error(start, 1, "a string does not end on its line; a line break is written \\n");
            char c = _text[_position];
            if (c == '"')
                break;
            if (c < ' ')
                throw Error(_position, 1, $"a string may not contain the control character {Here()}; write \\u{((int)c).ToString("x4", CultureInfo.InvariantCulture)}");
            int at = _position;
            if (c == '\\')
                c = ReadEscape();
            else
                _position++;
            bool followsHigh = text.Length > 0 && char.IsHighSurrogate(text[text.Length - 1]);
            if (followsHigh != char.IsLowSurrogate(c))
                throw Error(at, 1, "half a surrogate pair stands alone");
            text.Append(c);
            if (text.Length > LargestString)
                throw Error(start, 1, $"a string has more than {Number(LargestString)} characters");
        }
        if (text.Length > 0 && char.IsHighSurrogate(text[text.Length - 1]))
            throw Error(_position - 1, 1, "half a surrogate pair stands alone");
        _position++;
        return text.ToString();
    }

    private char ReadEscape()
    {
        int start = _position;
        char kind = _position + 1 < _text.Length ? _text[_position + 1] : '\0';
        _position += 2;
        switch (kind)
        {
            case '"' or '\\' or '/':
                return kind;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _position + 4 <= _text.Length
                && ushort.TryParse(_text.Substring(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                _position += 4;
                return (char)code;
            default:
                throw Error(start, 2, kind == 'u' ? "\\u takes 4 hexadecimal digits" : "there is no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with 4 digits");
        }
    }

    private JsonValue ReadNumber()
    {
        int start = _position;
        if (Peek('-'))
            _position++;
        int integer = _position;
        TakeDigits(start);
        if (_position - integer > 1 && _text[integer] == '0')
            throw new InvalidJsonException("a number may not begin with 0", From(start));
        if (TryTake('.'))
            TakeDigits(start);
        if (Peek('e') || Peek('E'))
        {
            _position++;
            if (Peek('+') || Peek('-'))
                _position++;
            TakeDigits(start);
        }
        if (_position - start > LargestString)
            throw Error(start, 1, $"a number has more than {Number(LargestString)} characters");
        return new JsonValue(JsonKind.Number, From(start), _text.Substring(start, _position - start));
    }

    private void TakeDigits(int start)
    {
        int first = _position;
        while (_position < _text.Length && _text[_position] is >= '0' and <= '9')
            _position++;
        if (_position == first)
            throw new InvalidJsonException($"expected a digit, got {Here()}", From(start));
    }

    private JsonValue ReadWord()
    {
        int start = _position;
        while (_position < _text.Length && _position - start < 16 && _text[_position] is >= 'a' and <= 'z' or >= 'A' and <= 'Z')
            _position++;
        string word = _text.Substring(start, _position - start);
        TextRange range = From(start);
        switch (word)
        {
            case "true" or "false":
                return new JsonValue(JsonKind.Boolean, range, word);
            case "null":
                return new JsonValue(JsonKind.Null, range, word);
            case "":
                throw Error(start, 1, _position < _text.Length && _text[start] == '/' ? "JSON has no comments" : $"expected a value, got {Here()}");
            case "NaN" or "Infinity":
                throw new InvalidJsonException($"{word} is not a JSON number", range);
            default:
                throw new InvalidJsonException($"expected a value, got '{word}'; strings stand in double quotes", range);
        }
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\n' or '\r')
            _position++;
        if (Peek('/'))
            throw Error(_position, 1, "JSON has no comments");
    }

    private bool Peek(char c) => _position < _text.Length && _text[_position] == c;

    private bool TryTake(char c)
    {
        if (!Peek(c))
            return false;
        _position++;
        return true;
    }

    private JsonValue End(JsonValue value)
    {
        value.Range = From(value.Range.Start);
        return value;
    }

    private TextRange From(int start) => new(start, _position - start);

    private string Here()
    {
        if (_position >= _text.Length)
            return "the end of the text";
        char c = _text[_position];
        return c is > ' ' and < (char)127 ? $"'{c}'" : "U+" + ((int)c).ToString("X4", CultureInfo.InvariantCulture);
    }

    private static string Quote(string name) => "'" + JsonNames.Printable(name) + "'";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Kept inside the text, so that it can be shown.
    private InvalidJsonException Error(int start, int length, string message) => new(message, new TextRange(start, Math.Min(length, _text.Length - start)));

    private sealed class InvalidJsonException(string message, TextRange range) : Exception(message)
    {
        public TextRange Range { get; } = range;
    }
}
