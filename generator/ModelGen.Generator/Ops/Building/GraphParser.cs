using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Reads what <see cref="GraphPrinter"/> writes. The type of an operation may be left out (the shape rule gives it), and attributes that
/// have defaults too; a type that is written must be the one the rule gives. Errors are <see cref="FormatException"/> with line and column.
/// </summary>
internal static class GraphParser
{
    public static Graph Parse(string text)
    {
        GraphBuilder? builder = null;
        var ids = new Dictionary<int, int>();
        string[] lines = text.Replace("\r", "").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd();
            if (line.Length == 0 || line.TrimStart().StartsWith("#", StringComparison.Ordinal))
                continue;
            var cursor = new Cursor(line, i + 1);
            if (cursor.TryTake("graph "))
                builder = new GraphBuilder(cursor.TakeWord());
            else if (builder is null)
                throw cursor.Error("'graph NAME' first");
            else if (cursor.TryTake("output "))
            {
                string name = cursor.TakeQuoted();
                builder.Output(name, cursor.TakeKnown(ids));
            }
            else
            {
                ParseNode(builder, ids, cursor);
            }
            cursor.TakeEnd();
        }
        return (builder ?? throw new FormatException("line 1: expected 'graph NAME', the text is empty")).Build();
    }

    private static void ParseNode(GraphBuilder builder, Dictionary<int, int> ids, Cursor cursor)
    {
        int id = cursor.TakeReference();
        cursor.Take("=");
        string op = cursor.TakeWord();
        if (op is not (OpNames.Input or OpNames.Parameter) && !OperatorTable.TryGet(op, out _))
            throw cursor.Error($"the name of an operator instead of {op}");
        var inputs = new List<int>();
        if (cursor.TryTake("("))
        {
            do
                inputs.Add(cursor.TakeKnown(ids));
            while (cursor.TryTake(","));
            cursor.Take(")");
        }
        string nodeName = cursor.Peek('"') ? cursor.TakeQuoted() : "";
        AttributeMap attributes = cursor.TryTake("{") ? ParseAttributes(cursor) : AttributeMap.Empty;
        Implementation? implementation = cursor.TryTake("[") ? ParseImplementation(op, cursor) : null;
        TensorType? type = cursor.TryTake(":") ? ParseType(cursor) : null;
        int added = op is OpNames.Input or OpNames.Parameter
            ? builder.AddLeaf(op, nodeName, type ?? throw cursor.Error("a type after ':'"), attributes)
            : Add(builder, op, [.. inputs], attributes, nodeName, implementation, cursor);
        if (type is TensorType written && builder.TypeOf(added) != written)
            throw cursor.Error($"type {builder.TypeOf(added)}, which {op} gives, instead of {written}");
        if (ids.ContainsKey(id))
            throw cursor.Error($"an id that is not taken instead of %{id}");
        ids.Add(id, added);
    }

    private static int Add(GraphBuilder builder, string op, int[] inputs, AttributeMap attributes, string name,
        Implementation? implementation, Cursor cursor)
    {
        try
        {
            return builder.Add(op, inputs, attributes, name, implementation);
        }
        catch (Exception e) when (e is ShapeException or KeyNotFoundException)
        {
            throw cursor.Error($"a node that fits its operator ({e.Message})");
        }
    }

    // Words between commas, which may have commas in parentheses, to the closing bracket.
    private static Implementation ParseImplementation(string op, Cursor cursor)
    {
        FormatException error = cursor.Error($"how {op} is done");
        string[] words = cursor.TakeWords(']');
        return (OperatorTable.TryGet(op, out Operator known) ? known.ReadImplementation(words) : null) ?? throw error;
    }

    private static AttributeMap ParseAttributes(Cursor cursor)
    {
        var entries = new List<(string, AttributeValue)>();
        do
        {
            string name = cursor.TakeWord();
            cursor.Take("=");
            entries.Add((name, ParseValue(cursor)));
        }
        while (cursor.TryTake(","));
        cursor.Take("}");
        return AttributeMap.Of([.. entries]);
    }

    private static AttributeValue ParseValue(Cursor cursor)
    {
        if (cursor.TryTake("["))
        {
            var ints = new List<int>();
            if (cursor.TryTake("]"))
                return ints.ToEquatableArray();
            do
                ints.Add(cursor.TakeInt());
            while (cursor.TryTake(","));
            cursor.Take("]");
            return ints.ToEquatableArray();
        }
        string word = cursor.TakeWord();
        if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int integer))
            return integer;
        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? real : word;
    }

    private static TensorType ParseType(Cursor cursor)
    {
        string element = cursor.TakeWord();
        cursor.Take("[");
        bool perSample = false;
        var dimensions = new List<int>();
        while (!cursor.TryTake("]"))
        {
            if (cursor.TryTake("N"))
                perSample = true;
            else
                dimensions.Add(cursor.TakeSize());
            cursor.TryTake(",");
        }
        return new TensorType(new Shape(dimensions.ToEquatableArray()), perSample, element switch
        {
            "f32" => ElementType.F32,
            "i32" => ElementType.I32,
            _ => throw cursor.Error($"f32 or i32 instead of {element}"),
        });
    }

    private sealed class Cursor(string text, int line)
    {
        private int _position;

        public FormatException Error(string expected) => new($"line {line}, column {_position + 1}: expected {expected} in: {text}");

        public bool Peek(char c)
        {
            SkipSpace();
            return _position < text.Length && text[_position] == c;
        }

        public bool TryTake(string token)
        {
            SkipSpace();
            if (string.CompareOrdinal(text, _position, token, 0, token.Length) != 0)
                return false;
            _position += token.Length;
            return true;
        }

        public void Take(string token)
        {
            if (!TryTake(token))
                throw Error($"'{token}'");
        }

        public string TakeWord()
        {
            SkipSpace();
            int start = _position;
            while (_position < text.Length && (char.IsLetterOrDigit(text[_position]) || "_.+-".IndexOf(text[_position]) >= 0))
                _position++;
            return _position > start ? text.Substring(start, _position - start) : throw Error("a word");
        }

        /// <summary>What stands between commas, outside parentheses, up to a closing character, which is taken too.</summary>
        public string[] TakeWords(char close)
        {
            var words = new List<string>();
            int depth = 0, start = _position;
            for (; _position < text.Length; _position++)
            {
                char c = text[_position];
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (depth != 0 || (c != ',' && c != close))
                    continue;
                words.Add(text.Substring(start, _position - start).Trim());
                start = _position + 1;
                if (c != close)
                    continue;
                _position++;
                return [.. words];
            }
            throw Error($"a closing '{close}'");
        }

        public int TakeInt() =>
            int.TryParse(TakeWord(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                ? value : throw Error("an integer");

        public int TakeSize() => TakeInt() is int size and > 0 ? size : throw Error("a size of at least 1");

        public int TakeKnown(Dictionary<int, int> ids)
        {
            int id = TakeReference();
            return ids.TryGetValue(id, out int known) ? known : throw Error($"a value defined above instead of %{id}");
        }

        public void TakeEnd()
        {
            SkipSpace();
            if (_position < text.Length)
                throw Error("the end of the line");
        }

        public int TakeReference()
        {
            Take("%");
            return TakeInt();
        }

        public string TakeQuoted()
        {
            Take("\"");
            int end = text.IndexOf('"', _position);
            if (end < 0)
                throw Error("a closing '\"'");
            string value = text.Substring(_position, end - _position);
            _position = end + 1;
            return value;
        }

        private void SkipSpace()
        {
            while (_position < text.Length && text[_position] == ' ')
                _position++;
        }
    }
}
