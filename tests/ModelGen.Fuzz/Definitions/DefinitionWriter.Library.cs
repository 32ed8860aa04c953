namespace ModelGen.Fuzz.Definitions;

/// <summary>Text, collections and what .NET offers for them.</summary>
internal sealed partial class DefinitionWriter
{
    private Code TextOf(int depth)
    {
        if (depth <= 0)
            return Leaf(CodeType.Text);
        string text = Expression(CodeType.Text, depth - 1).Text;
        string other = Leaf(CodeType.Text).Text;
        switch (random.Next(14))
        {
            case < 3:
                return Interpolated(depth);
            case 3:
                CodeType added = Pick(PlainType(), AnyType() is { Kind: TypeKind.Nullable } optional ? optional : CodeType.Int);
                return Chance(2) ? new($"({text} + {Expression(added, depth - 1)})") : new($"({Expression(added, depth - 1)} + {text})");
            case 4:
                CodeType shown = PlainType();
                return new($"{Unfixed(shown, depth - 1)}.ToString({(shown.IsNumber && Chance(3) ? $"\"{Format(shown)}\"" : "")})");
            case 5:
                return new(
                    $"{text}.{Pick("ToUpperInvariant()", "ToLowerInvariant()", "Trim()", "TrimStart()", "TrimEnd()", "ToString()", "Trim('a', ' ')")}");
            case 6:
                return new($"{text}.{Pick("PadLeft", "PadRight")}({Pick("3", "7, '_'", "0", "6")})");
            case 7:
                return new($"{text}.Replace({Pick("'a', 'b'", "\"a\", \"bb\"", "\"1\", \"\"", "\".\", \"_\"")})");
            case 8:
                return new($"{text}[{Pick("..", "..0")}]");
            case 9:
                return new(
                    $"({text} + \"abc\")"
                        + $"{Pick(".Substring(1)", ".Substring(1, 2)", "[1..]", "[..^1]", "[^2..]", ".Remove(1)", ".Insert(1, \"-\")", ".Remove(0, 1)")}");
            case 10:
                CodeType item = PlainType();
                return new(
                    $"string.Join({Pick("\"_\"", "'-'", "\", \"", "\"\"")}, {Expression(Pick(item.Array(), item.List()), depth - 1)})");
            case 11:
                return new($"string.Concat({text}, {Expression(PlainType(), depth - 1)}{Pick("", ", " + other)})");
            case 12:
                return new(
                    $"string.Format({(Chance(4) ? "" : "System.Globalization.CultureInfo.InvariantCulture, ")}\"{{0}}_{{1,4}}\", {text}, "
                    + $"{Expression(PlainType(), depth - 1)})");
            default:
                return new(Pick($"(Id((string?){Pick("null", text)}) ?? {other})", $"string.Join(\"+\", {text}, {other})",
                    $"new string('x', {Pick("0", "3")})",
                    $"{text}.Split('.')[0]", $"nameof(List<int>.Count)"));
        }
    }

    private Code Interpolated(int depth)
    {
        string text = "";
        for (int parts = random.Next(1, 5); parts > 0; parts--)
        {
            CodeType type = Chance(8) ? ValueType().Nullable() : PlainType();
            CodeType plain = type.Kind == TypeKind.Nullable ? type.Of[0] : type;
            string value = Expression(type, depth - 1).Text;
            if (value.Contains('"', StringComparison.Ordinal))
                value = Leaf(type).Text;
            string alignment = Chance(5) ? Pick(",6", ",-4", ",2") : "";
            string format = Chance(4) && (plain.IsNumber || plain.Kind == TypeKind.Enum) ? ":" + Format(plain) : "";
            text += Pick("", "a", "_", "x{{", ".")
                + (value.Contains('"', StringComparison.Ordinal) ? "q" : $"{{({value}){alignment}{format}}}");
        }
        return new($"$\"{text}\"");
    }

    private string Format(CodeType type) => type.Kind switch
    {
        TypeKind.Enum => Pick("D", "G", "X", "F", "d"),
        TypeKind.Integer => Pick("D", "D3", "000", "X", "x4", "N0", "00", "#,0", "E2", "F1"),
        _ => Pick("F2", "0.00", "E3", "G", "R", "N1", "0.#", "G5", "P0"),
    };

    private Code Letter(int depth) => random.Next(6) switch
    {
        0 => new($"((char)({Expression(CodeType.Int, depth - 1)} & 127))"),
        1 => new($"({Expression(CodeType.Text, depth - 1)} + \"z\")[{Pick("0", "^1")}]"),
        2 => new($"char.{Pick("ToUpperInvariant", "ToLowerInvariant")}({Expression(CodeType.Char, depth - 1)})"),
        3 when Find(CodeType.Char, assignable: true) is { } target => new($"({target.Name}{Pick("++", "--", " += (char)1")})"),
        4 => new($"((char)({Unfixed(CodeType.Char, depth - 1)} + 1))"),
        _ => Leaf(CodeType.Char),
    };

    private Code NumberOfLibrary(int depth)
    {
        string text = Expression(CodeType.Text, depth - 1).Text;
        string number = Expression(CodeType.Int, depth - 1).Text;
        return new(random.Next(9) switch
        {
            0 => $"Math.Abs({number} % 1000)",
            1 => $"Math.Sign({Expression(Pick(CodeType.Int, CodeType.Long, CodeType.Double), depth - 1)})".Replace("double.NaN", "2.0",
                StringComparison.Ordinal),
            2 => $"Math.Clamp({number}, {Pick("-5, 5", "0, 255")})",
            3 => $"{text}.Length",
            4 => $"{text}.IndexOf({Pick("'a'", "'_'", "\"b\", StringComparison.Ordinal")})",
            5 => $"int.Parse({Pick("\"12\"", "\"-7\"", "\"300\"")})",
            6 => $"Math.{Pick("Max", "Min")}(val2: {number}, val1: {Expression(CodeType.Int, depth - 1)})",
            7 => $"(int)Math.{Pick("Round", "Floor", "Ceiling", "Truncate")}({number} % 1000 / {Pick("4.0", "2.0", "3.0")})",
            _ => $"{Unfixed(CodeType.Int, depth - 1)}.CompareTo({Expression(CodeType.Int, depth - 1)})",
        });
    }

    private Code TruthOfLibrary(int depth)
    {
        string text = Expression(CodeType.Text, depth - 1).Text;
        CodeType item = PlainType();
        string items = Expression(Pick(item.Array(), item.List()), depth - 1).Text;
        string name = Name("q");
        return new(random.Next(10) switch
        {
            0 => $"{text}.{Pick("StartsWith", "EndsWith", "Contains")}("
                + $"{Pick("'a'", "\"a\", StringComparison.Ordinal", "\"_\", StringComparison.Ordinal")})",
            1 => $"string.{Pick("IsNullOrEmpty", "IsNullOrWhiteSpace")}({text})",
            2 => $"{items}.Contains({Expression(item, depth - 1)})",
            3 => $"{items}.{Pick("Any", "All")}({name} => {name} == {Leaf(item)})",
            4 => $"char.{Pick("IsDigit", "IsLetter", "IsUpper", "IsWhiteSpace", "IsLetterOrDigit")}("
                + $"{Expression(CodeType.Char, depth - 1)})",
            5 => $"double.{Pick("IsNaN", "IsInfinity", "IsNegative")}({Expression(CodeType.Double, depth - 1)})",
            6 => $"({Expression(CodeType.Tuple(item, CodeType.Int), depth - 1)} {Pick("==", "!=")} "
                + $"{Expression(CodeType.Tuple(item, CodeType.Int), depth - 1)})",
            7 => $"Equals({Expression(PlainType(), depth - 1)}, {Expression(PlainType(), depth - 1)})",
            8 => $"{items}.SequenceEqual({Expression(item.Array(), depth - 1)})",
            _ => $"{Expression(ValueType().Nullable(), depth - 1)}.HasValue",
        });
    }

    private Code NumberOfCollection(int depth)
    {
        CodeType item = PlainType();
        string items = Expression(Pick(item.Array(), item.List()), depth - 1).Text;
        string ints = Expression(Pick(CodeType.Int.Array(), CodeType.Int.List()), depth - 1).Text;
        string name = Name("q");
        return new(random.Next(7) switch
        {
            0 => $"{items}.Count()",
            1 => $"{ints}.Select({name} => {name} % 100).Sum()",
            2 => $"{ints}.Append({Leaf(CodeType.Int)}).{Pick("Max", "Min", "First", "Last")}()",
            3 => $"{items}.Count({name} => {name} == {Leaf(item)})",
            4 => $"{ints}.Aggregate({Leaf(CodeType.Int)}, (s{name}, {name}) => s{name} {Pick("+", "*", "^", "-")} {name})",
            5 => $"{ints}.Sum({name} => {name} & 15)",
            _ => $"Array.IndexOf({Expression(item.Array(), depth - 1)}, {Leaf(item)})",
        });
    }

    private Code Collection(CodeType type, int depth)
    {
        CodeType item = type.Of[0];
        bool isArray = type.Kind == TypeKind.Array;
        string end = isArray ? ".ToArray()" : ".ToList()";
        string name = Name("q");
        if (depth > 1 && Chance(2))
        {
            string source = Expression(Pick(item.Array(), item.List()), depth - 1).Text;
            string linq = random.Next(14) switch
            {
                0 => $".Where({name} => {name} != {Leaf(item)})",
                1 => $".Select({name} => {Using(name, item, depth - 2)})",
                2 => $".Take({Pick("0", "1", "2", "9")})",
                3 => $".Skip({Pick("0", "1", "2", "9")})",
                4 => ".AsEnumerable().Reverse()",
                5 => $".Concat({Expression(item.Array(), depth - 2)})",
                6 => $".Prepend({Expression(item, depth - 2)})",
                7 => ".Distinct()",
                8 when item.IsNumber => $".OrderBy({name} => {name})",
                9 when item.IsNumber => $".OrderByDescending({name} => {name} % ({item.Name})3)",
                10 => $".Zip({Expression(item.Array(), depth - 2)}, ({name}, z{name}) => {Pick(name, "z" + name)})",
                11 => $".SelectMany({name} => new[] {{ {name}, {Leaf(item)} }})",
                12 => $".Select(({name}, i{name}) => i{name} > 0 ? {name} : {Leaf(item)})",
                _ => $".{Pick("TakeWhile", "SkipWhile")}({name} => {name} == {Leaf(item)})",
            };
            return new($"{source}{linq}{end}");
        }
        string values = string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(_ => Expression(item, depth - 1)));
        if (Find(item.Array()) is { } spread && Chance(4))
            return new($"(({type.Name})[{values}{(values.Length > 0 ? ", " : "")}..{spread.Name}])");
        return random.Next(4) switch
        {
            0 when isArray && values.Length > 0 => new($"(new {item.Name}[] {{ {values} }})"),
            0 when !isArray => new($"(new {type.Name} {{ {values} }})"),
            1 when isArray => new($"(new {item.Name}[{Pick("1", "2", "3")}])"),
            2 when item == CodeType.Int => new($"Enumerable.Range({Pick("0", "-2", "5")}, {Pick("0", "3", "4")}){end}"),
            3 => new($"Enumerable.Repeat({Expression(item, depth - 1)}, {Pick("0", "2", "3")}){end}"),
            _ => new($"(({type.Name})[{values}])"),
        };
    }

    /// <summary>An expression that may read one more variable.</summary>
    private string Using(string name, CodeType type, int depth)
    {
        _scope.Add(new Variable(name, type, IsAssignable: false));
        string text = Expression(type, depth).Text;
        _scope.RemoveAll(v => v.Name == name);
        return text;
    }

    /// <summary>An index that is mostly inside.</summary>
    private string Index(Variable items, int depth)
    {
        string count = items.Name + (items.Type.Kind == TypeKind.List ? ".Count" : ".Length");
        return Chance(12) ? Pick("0", "^1") : $"({Expression(CodeType.Int, Math.Min(depth, 1))} & 7) % Math.Max(1, {count})";
    }
}
