using System.Globalization;
using System.Text;
using ModelGen.Generator.Language;
using ModelGen.Generator.Ops;

namespace ModelGen.Fuzz.Networks;

/// <summary>Writes networks as attributes of a class, mostly right, with extreme numbers, odd names and changed text.</summary>
internal sealed class AttributesWriter(Random random)
{
    private bool _isFlat = random.Next(4) == 0;

    private static readonly string[] Names = ["\"a\"", "\"a.b\"", "\"conv1\"", "\"\"", "\"a b\"", "\"input\"", "null!", "\"\\0\"",
        "\"\\u202e\"", "\"é\"", "nameof(Net)", "\"a\" + \"b\"", "Text"];

    private static readonly string[] Numbers = ["Size", "1 + 1", "int.MaxValue", "-1", "unchecked(int.MaxValue + 1)", "(int)1.5", "'a'",
        "1 / 0", "(((((3)))))", "0x10", "missing"];

    public static string Write(Random random)
    {
        string text = new AttributesWriter(random).Network();
        for (int changes = random.Next(3) == 0 ? random.Next(1, 4) : 0; changes > 0; changes--)
            text = Change(random, text);
        return text;
    }

    private string Network()
    {
        var text = new StringBuilder("using ModelGen;\n[Network");
        if (random.Next(5) == 0)
            text.Append(CultureInfo.InvariantCulture, $"(Batch = {Number(9)}{(random.Next(3) == 0 ? ", Profile = true" : "")})");
        text.Append(", Input(");
        text.Append(_isFlat ? Number(20) : $"{Number(6)}, {Number(14)}, {Number(14)}").Append(')');
        if (random.Next(8) == 0)
            text.Append(CultureInfo.InvariantCulture,
                $", Trainable(BatchSize = "
                    + $"{Number(9)}{(random.Next(3) == 0 ? ", Loss = Loss.MeanSquaredError" : "")}"
                    + $"{(random.Next(5) == 0 ? ", Checkpoint = true" : "")})");
        text.Append("]\n[");
        text.AppendJoin(", ", Enumerable.Range(0, random.Next(1, 10)).Select(_ => Layer()));
        return text.Append("]\npartial class Net { const int Size = 3; const string Text = \"t\"; }\n").ToString();
    }

    private string Layer()
    {
        Operator op = RandomLayer.Pick(random, ref _isFlat);
        var required = new List<string>();
        var properties = new List<string>();
        if (LayerSyntax.TakesSeveralInputs(op))
            required.AddRange(Enumerable.Range(0, random.Next(1, 4))
                .Select(_ => random.Next(2) == 0 ? "\"input\"" : Names[random.Next(Names.Length)]));
        foreach ((AttributeSpec spec, string[] values) in RandomLayer.Arguments(random, op))
        {
            if (spec.Kind == AttributeKind.Ints)
            {
                if (LayerSyntax.IsRequired(spec))
                    required.AddRange(values);
                else
                    properties.Add($"{LayerSyntax.Property(spec)} = new int[] {{ {string.Join(", ", values)} }}");
                continue;
            }
            string value = spec.Kind == AttributeKind.Word ? $"({LayerSyntax.WordEnum(spec)}){random.Next(-1, spec.Words.Count + 1)}"
                : values[0];
            if (spec.Kind is AttributeKind.Int or AttributeKind.Pair or AttributeKind.Border && random.Next(40) == 0)
                value = Numbers[random.Next(Numbers.Length)];
            if (LayerSyntax.IsRequired(spec))
                required.Add(values.Length == 2 ? $"{values[0]}, {values[1]}" : value);
            else if (values.Length > 1 && LayerSyntax.PluralProperty(spec) is string plural)
                properties.Add($"{plural} = new[] {{ {string.Join(", ", values)} }}");
            else
                properties.Add($"{LayerSyntax.Property(spec)} = {value}");
        }
        if (random.Next(24) == 0)
            properties.Add($"Name = {Names[random.Next(Names.Length)]}");
        if (!LayerSyntax.TakesSeveralInputs(op) && random.Next(16) == 0)
            properties.Add($"From = {Names[random.Next(Names.Length)]}");
        string arguments = string.Join(", ", required.Concat(properties));
        return arguments.Length == 0 ? op.Name : $"{op.Name}({arguments})";
    }

    private string Number(int most) => random.Next(50) switch
    {
        0 => RandomLayer.Extreme(random),
        1 => Numbers[random.Next(Numbers.Length)],
        _ => random.Next(1, most + 1).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A text with a piece taken out, doubled or exchanged.</summary>
    public static string Change(Random random, string text)
    {
        int start = random.Next(text.Length);
        int length = Math.Min(text.Length - start, random.Next(1, 12));
        string piece = text.Substring(random.Next(text.Length - length + 1), length);
        return random.Next(3) switch
        {
            0 => text.Remove(start, length),
            1 => text.Insert(start, piece),
            _ => text.Remove(start, length).Insert(start, piece),
        } + " ";
    }
}
