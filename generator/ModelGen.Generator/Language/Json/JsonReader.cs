using System.Globalization;
using System.Text;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// Reads JSON as RFC 8259 has it and nothing else: no comments, no trailing commas, no NaN. What the standard leaves open is refused where
/// it could hide a mistake or an attack: names that come twice, halves of surrogate pairs, texts that are too large or too deep. It never
/// throws, and reads on after a mistake, so that what a file says elsewhere is known. The generator ships no dependency, and no other
/// reader says where each value stands.
/// </summary>
internal sealed class JsonReader
{
    public const int LargestText = 16 << 20;
    public const int LargestString = 1 << 16;
    public const int MostValues = 1 << 18;
    public const int MostNames = 1 << 10;
    public const int DeepestNesting = 64;
    public const int MostErrors = 20;

    private readonly string _text;
    private readonly List<JsonError> _errors = [];
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
        }
        catch (InvalidJsonException e)
        {
            reader.Add(e.Error);
        }
        return new JsonDocument(reader._root, reader._errors);
    }

    // Behind a mistake of which it is open what was meant, others may follow from it.
    private void Add(JsonError error)
    {
        if (_errors.Count < MostErrors && _errors.All(e => e.IsClear))
            _errors.Add(error);
    }

    private void ReadDocument()
    {
        if (_text.Length > LargestText)
            throw Limit(0, 1, $"the text has {Number(_text.Length)} characters; at most {Number(LargestText)} are read");
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
            throw Limit(_position, 1, $"there are more than {Number(MostValues)} values");
        if (depth > DeepestNesting)
            throw Limit(_position, 1, $"arrays and objects are nested more than {Number(DeepestNesting)} deep");
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
        while (!TryTake('}') && !IsAtEnd(']', "'}'"))
        {
            Recovering(() => ReadMember(value, names, depth));
            SkipSpace();
            if (!EndsElement('}', c => c == '"'))
                return End(value);
        }
        return End(value);
    }

    private void ReadMember(JsonValue value, HashSet<string> names, int depth)
    {
        int start = _position;
        if (_text[_position] != '"')
            throw Error(_position, 1, $"expected a name in double quotes, got {Here()}");
        string name = ReadString();
        TextRange range = From(start);
        if (!names.Add(name))
            throw new InvalidJsonException($"the name {Quote(name)} comes twice in one object", range);
        if (names.Count > MostNames)
            throw Limit(range.Start, range.Length, $"an object has more than {Number(MostNames)} names");
        int position = value.Members.Count;
        SkipSpace();
        try
        {
            if (!TryTake(':'))
                throw Error(_position, 1, $"expected ':' after the name {Quote(name)}, got {Here()}");
            SkipSpace();
            value.Members.Add(new JsonMember(name, range, ReadValue(depth + 1)));
        }
        catch (InvalidJsonException) when (value.Members.Count == position)
        {
            // That there is such a member is known.
            value.Members.Add(new JsonMember(name, range, new JsonValue(JsonKind.Null, From(start), "null")));
            throw;
        }
    }

    private JsonValue ReadArray(JsonValue value, int depth)
    {
        SkipSpace();
        while (!TryTake(']') && !IsAtEnd('}', "']'"))
        {
            Recovering(() => value.Items.Add(ReadValue(depth + 1)));
            SkipSpace();
            if (!EndsElement(']', c => c is '{' or '[' or '"' or '-' or (>= '0' and <= '9')))
                return End(value);
        }
        return End(value);
    }

    /// <summary>Takes the comma behind an element; false behind the last one, whose list is closed.</summary>
    private bool EndsElement(char close, Func<char, bool> begins)
    {
        if (TryTake(','))
        {
            SkipSpace();
            if (Peek(close))
                Add(new JsonError($"a comma before '{close}' is one too many", From(_position, 1), IsClear: true));
            return !TryTake(close);
        }
        if (TryTake(close))
            return false;
        bool isForgotten = _position < _text.Length && begins(_text[_position]);
        Add(new JsonError($"expected ',' or '{close}', got {Here()}", From(_position, 1), IsClear: isForgotten));
        if (!isForgotten)
            SkipElement();
        return isForgotten || TryTake(',') || !TryTake(close);
    }

    // Where a list is not closed but what is around it is, or the text ends.
    private bool IsAtEnd(char other, string expected)
    {
        if (_position < _text.Length && !Peek(other))
            return false;
        Add(new JsonError(expected == "'}'" && !Peek(other) ? $"expected a name in double quotes, got {Here()}"
            : $"expected ',' or {expected}, got {Here()}", From(_position, 1), IsClear: false));
        return true;
    }

    private void Recovering(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidJsonException e) when (!e.IsLimit)
        {
            Add(e.Error);
            SkipElement();
        }
    }

    // To the comma or bracket that ends the element, whatever stands there.
    private void SkipElement()
    {
        for (int depth = 0; _position < _text.Length; _position++)
        {
            char c = _text[_position];
            if (depth == 0 && c is ',' or '}' or ']')
                return;
            depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
            if (c != '"')
                continue;
            while (_position + 1 < _text.Length && _text[_position + 1] is not ('"' or '\n' or '\r'))
                _position += _text[_position + 1] == '\\' && _position + 2 < _text.Length ? 2 : 1;
            _position += _position + 1 < _text.Length && _text[_position + 1] == '"' ? 1 : 0;
        }
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
                throw Error(_position, 1, $"a string may not contain the control character {Here()}; write "
                    + $"\\u{((int)c).ToString("x4", CultureInfo.InvariantCulture)}");
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
                && ushort.TryParse(_text.Substring(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                    out ushort code):
                _position += 4;
                return (char)code;
            default:
                throw Error(start, 2, kind == 'u' ? "\\u takes 4 hexadecimal digits"
                    : "there is no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with 4 digits");
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
                throw Error(start, 1, _position < _text.Length && _text[start] == '/'
                    ? "JSON has no comments" : $"expected a value, got {Here()}");
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
        if (!Peek('/'))
            return;
        bool isLine = _position + 1 < _text.Length && _text[_position + 1] == '/';
        bool isBlock = _position + 1 < _text.Length && _text[_position + 1] == '*';
        int end = isLine ? _text.IndexOf('\n', _position) : isBlock ? _text.IndexOf("*/", _position + 2, StringComparison.Ordinal) : -1;
        if (!isLine && end < 0)
            throw Error(_position, 1, "JSON has no comments");
        Add(new JsonError("JSON has no comments", From(_position, 1), IsClear: true));
        _position = end < 0 ? _text.Length : isBlock ? end + 2 : end;
        SkipSpace();
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

    // Kept inside the text, so that it can be shown.
    private TextRange From(int start, int length) => new(start, Math.Min(length, _text.Length - start));

    private string Here()
    {
        if (_position >= _text.Length)
            return "the end of the text";
        char c = _text[_position];
        return c is > ' ' and < (char)127 ? $"'{c}'" : "U+" + ((int)c).ToString("X4", CultureInfo.InvariantCulture);
    }

    private static string Quote(string name) => "'" + JsonNames.Printable(name) + "'";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private InvalidJsonException Error(int start, int length, string message) => new(message, From(start, length));

    // Reading on would take as long as what the limit is against.
    private InvalidJsonException Limit(int start, int length, string message) => new(message, From(start, length)) { IsLimit = true };

    private sealed class InvalidJsonException(string message, TextRange range) : Exception(message)
    {
        public JsonError Error { get; } = new(message, range, IsClear: false);

        public bool IsLimit { get; init; }
    }
}
