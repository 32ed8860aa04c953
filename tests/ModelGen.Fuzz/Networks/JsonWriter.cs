using System.Globalization;
using System.Text;
using ModelGen.Generator.Ops;

namespace ModelGen.Fuzz.Networks;

/// <summary>
/// Writes networks in JSON that are mostly right, then spoils some of them: values, keys, structure, and the text itself.
/// </summary>
internal sealed class JsonWriter(Random random)
{
    private static readonly string[] Values =
    [
        "0", "-1", "2147483647", "2147483648", "9223372036854775807", "1e308", "1e999", "-0", "0.5", "null", "true", "[]", "{}", "\"\"",
        "\"input\"", "\"${i}\"", "\"i + 1\"", "\"width\"",
        "\"1 / 0\"", "\"9223372036854775807 + 1\"", "\"((((((((((\"", "[1, 1, 1]", "[[[[]]]]", "\"\\u0000\"", "\"\\ud800\"", "\"\u202e\"",
        "{ \"a\": 1, \"a\": 2 }", "\"nobody\"",
    ];

    private readonly List<string> _names = [];
    private bool _isFlat;

    public static string Write(Random random)
    {
        string text = new JsonWriter(random).Network();
        for (int spoiled = random.Next(2) == 0 ? 0 : random.Next(1, 4); spoiled > 0; spoiled--)
            text = Spoil(random, text);
        return text;
    }

    private string Network()
    {
        _isFlat = random.Next(4) == 0;
        string input = _isFlat switch
        {
            true => $"[{Small(20)}]",
            _ => $"[{Small(6)}, {Small(14)}, {Small(14)}]",
        };
        var text =
            new StringBuilder(
                $"{{ \"name\": \"Net\", \"inputs\": {{ \"image\": {input}{(random.Next(12) == 0 ? ", \"other\": [4]" : "")} }}");
        text.Append(", \"parameters\": { \"width\": 8, \"n\": \"width / 4\" }");
        if (random.Next(3) == 0)
            text.Append(CultureInfo.InvariantCulture,
                $", \"blocks\": {{ \"basic\": {{ \"parameters\": {{ \"w\": null, \"s\": 1 }}, \"layers\": [{Layers(3, inBlock: true)}] "
                    + $"}} }}");
        text.Append(CultureInfo.InvariantCulture, $", \"layers\": [{Layers(random.Next(1, 8), inBlock: false)}]");
        if (random.Next(8) == 0)
            text.Append(CultureInfo.InvariantCulture, $", \"outputs\": {{ \"output\": \"{Known()}\", \"second\": \"{Known()}\" }}");
        if (random.Next(6) == 0)
            text.Append(CultureInfo.InvariantCulture, $", \"batch\": {Small(9)}");
        if (random.Next(8) == 0)
            text.Append(CultureInfo.InvariantCulture,
                $", \"trainable\": {{ \"batchSize\": "
                    + $"{Small(9)}{(random.Next(2) == 0 ? ", \"loss\": \"MeanSquaredError\"" : "")}"
                    + $"{(random.Next(3) == 0 ? ", \"checkpoint\": true" : "")} }}");
        if (random.Next(9) == 0)
            text.Append(", \"optimize\": \"memory\", \"profile\": true");
        return text.Append(" }").ToString();
    }

    private string Layers(int count, bool inBlock) =>
        string.Join(", ", Enumerable.Range(0, count).Select(_ => random.Next(inBlock ? 28 : 20) switch
    {
        0 => $"{{ \"repeat\": {(random.Next(30) == 0 ? RandomLayer.Extreme(random) : Small(4))}, \"index\": \"i\", \"layers\": "
            + $"[{Layers(2, inBlock)}] }}",
        1 => $"{{ \"if\": \"width > {Small(20)}\", \"layers\": [{Layers(1, inBlock)}], \"else\": [{Layers(1, inBlock)}] }}",
        2 => $"{{ \"block\": \"basic\", \"name\": \"b{Small(9)}\", \"w\": {Small(9)} }}",
        _ => Layer(inBlock),
    }));

    private string Layer(bool inBlock)
    {
        Operator op = RandomLayer.Pick(random, ref _isFlat);
        var keys = new List<string> { $"\"op\": \"{op.Name}\"" };
        if (random.Next(4) == 0)
        {
            string name = $"l{_names.Count}";
            _names.Add(name);
            keys.Add($"\"name\": \"{name}\"");
        }
        if (op.Layer!.MaxInputs > 1)
            keys.Add($"\"from\": [{string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"\"{Known()}\""))}]");
        else if (random.Next(10) == 0)
            keys.Add($"\"from\": \"{Known()}\"");
        foreach ((AttributeSpec spec, string[] values) in RandomLayer.Arguments(random, op))
        {
            string value = values.Length == 1 ? values[0] : $"[{string.Join(", ", values)}]";
            bool isExpression = spec.Kind == AttributeKind.Int && random.Next(6) == 0;
            keys.Add($"\"{spec.Name}\": {(isExpression ? inBlock ? "\"w\"" : "\"width + n\"" : value)}");
        }
        return "{ " + string.Join(", ", keys) + " }";
    }

    private string Known() => _names.Count == 0 || random.Next(4) == 0 ? "input" : _names[random.Next(_names.Count)];

    private string Small(int most) => random.Next(1, most + 1).ToString(CultureInfo.InvariantCulture);

    private static string Spoil(Random random, string text)
    {
        if (text.Length == 0)
            return Values[random.Next(Values.Length)];
        int at = random.Next(text.Length);
        switch (random.Next(8))
        {
            case 0: // Cut short.
                return random.Next(4) == 0 ? text[..at] : text;
            case 1: // A character more, less or other.
                char c = "{}[],:\"\\0-.e \n\0é"[random.Next(15)];
                return random.Next(3) switch { 0 => text.Insert(at, c.ToString()), 1 => text.Remove(at, 1),
                    _ => text[..at] + c + text[(at + 1)..] };
            case 2: // Very many of something.
                (int start, int end) = Part(text, at);
                int times = random.Next(40) == 0 ? 20_000 / Math.Max(1, end - start) : random.Next(2, 30);
                return text[..end] + string.Concat(Enumerable.Repeat(", " + text[start..end], times)) + text[end..];
            case 3: // Very deep.
                (int from, int to) = Part(text, at);
                int deep = random.Next(20) == 0 ? 5_000 : random.Next(1, 70);
                return text[..from] + new string('[', deep) + text[from..to] + new string(']', deep) + text[to..];
            default: // Another value.
                (int first, int last) = Part(text, at);
                return text[..first] + Values[random.Next(Values.Length)] + text[last..];
        }
    }

    // The value, key or list around a place, roughly: as far as its brackets match or to the next separator.
    private static (int Start, int End) Part(string text, int at)
    {
        int start = at;
        while (start > 0 && !",:[{".Contains(text[start - 1], StringComparison.Ordinal))
            start--;
        int end = start;
        for (int depth = 0; end < text.Length; end++)
        {
            if ("[{".Contains(text[end], StringComparison.Ordinal))
                depth++;
            else if ("]}".Contains(text[end], StringComparison.Ordinal) && --depth < 0)
                break;
            else if (depth == 0 && ",:".Contains(text[end], StringComparison.Ordinal))
                break;
        }
        return (start, end);
    }
}
