namespace ModelGen.Fuzz.Definitions;

/// <summary>Types and static members.</summary>
internal sealed partial class DefinitionWriter
{
    private void Enum()
    {
        string name = Name("E");
        bool isFlags = Chance(2);
        string underlying = Chance(3) ? " : " + Pick("byte", "long", "uint", "short", "sbyte", "ulong") : "";
        Line(isFlags
            ? $"[Flags] enum {name}{underlying} {{ {Pick("None = 0, ", "")}A = 1, B = 2, C = 4{Pick("", ", AB = A | B")} }}"
            : $"enum {name}{underlying} {{ {Pick("A, B, C", "A = 3, B, C = 9", "A = 1, B = A, C = B + 4", "C = 2, B = 1, A = 0")} }}");
        _members[name] = ["A", "B", "C"];
        _enums.Add(new(name, TypeKind.Enum));
    }

    private void Record(string language)
    {
        string name = Name("R");
        CodeType[] types = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => PlainType())];
        string[] names = [.. types.Select((_, i) => ((char)('A' + i)).ToString())];
        List<CodeType> all = [.. types];
        List<string> properties = [.. names];
        var body = new List<string>();
        var own = names.Select((n, i) => new Variable(n, types[i], IsAssignable: false)).ToArray();
        _scope.AddRange(own);
        bool isStruct = Chance(3);
        for (int i = random.Next(3); i > 0; i--)
        {
            (string property, CodeType type) = (Name("X"), PlainType());
            switch (random.Next(5))
            {
                case 0:
                    body.Add($"public {type.Name} {property} {{ get; init; }} = {Expression(type, 2)};");
                    break;
                case 1:
                    body.Add($"public {type.Name} {property} => {Expression(type, 2)};");
                    break;
                case 2:
                    body.Add($"public {type.Name} {property} {{ get {{ return {Expression(type, 2)}; }} }}");
                    break;
                case 3:
                    body.Add($"public {type.Name} {property} {{ get; }} = {Expression(type, 1)};");
                    break;
                default:
                    body.Add($"public {type.Name} Of{property}({type.Name} x) => {Using("x", type, 2)};");
                    body.Add($"public {type.Name} {property} => Of{property}({Leaf(type)});");
                    break;
            }
            all.Add(type);
            properties.Add(property);
        }
        if (Chance(4))
            body.Add($"public {types[0].Name} A {{ get; init; }} = {Expression(types[0], 2)};");
        else if (Chance(5) && language == "14")
            body.Add($"public {types[0].Name} A {{ get; init => field = {Using("value", types[0], 2)}; }} = A;");
        if (types.Length == 2 && Chance(5))
            body.Add($"public void Deconstruct(out {types[1].Name} a, out {types[0].Name} b) {{ a = B; b = A; }}");
        if (Chance(5))
            body.Add($"public static {name} operator +({name} a, {name} b) => a with {{ A = b.A }};");
        if (Chance(6))
            body.Add($"public static implicit operator {types[0].Name}({name} a) => a.A;");
        if (_isBeyond && Chance(3))
            body.Add("public override string ToString() => $\"<{A}>\";");
        _scope.RemoveAll(own.Contains);
        string parameters = string.Join(", ", types.Select((t, i) => $"{t.Name} {names[i]}"));
        Line($"{(isStruct ? Pick("record struct", "readonly record struct") : Pick("record", "sealed record", "record class"))} "
            + $"{name}({parameters})");
        Line(body.Count == 0 ? ";" : $"{{\n{string.Join("\n", body)}\n}}");
        _members[name] = [.. properties];
        var record = new CodeType(name, TypeKind.Record, [.. all]);
        _records.Add(record);
        _positional[name] = types.Length;
    }

    private Code RecordOf(CodeType type, int depth)
    {
        if (depth > 1 && Find(type) is { } other && Chance(3))
            return new($"({other.Name} with {{ A = {Expression(type.Of[0], depth - 1)} }})");
        int count = _positional[type.Name];
        string[] arguments = [.. type.Of.Take(count).Select(t => Expression(t, depth - 1).Text)];
        if (Chance(5))
            arguments = [.. arguments.Select((a, i) => $"{(char)('A' + i)}: {a}").Reverse()];
        string initializer = Chance(6) ? $" {{ A = {Leaf(type.Of[0])} }}" : "";
        return new($"(new {type.Name}({string.Join(", ", arguments)}){initializer})");
    }

    private void StaticMember()
    {
        (string name, CodeType type) = (Name("S"), PlainType());
        switch (random.Next(6))
        {
            case 0:
                Line($"const {type.Name} {name} = {Literal(type)};");
                _scope.Add(new(name, type, IsAssignable: false, IsConstant: true));
                return;
            case 1:
                Line($"static {type.Name} {name} => {Expression(type, 2)};");
                break;
            case 2:
                Line($"static {type.Name} {name} {{ get; }} = {Expression(type, 2)};");
                break;
            case 3:
                type = type.Array();
                Line($"static readonly {type.Name} {name} = {Expression(type, 2)};");
                break;
            case 4:
                // Reads a field that is initialised later.
                string later = Name("S");
                Line($"static readonly {type.Name} {name} = {later};");
                Line($"static readonly {type.Name} {later} = {Expression(type, 1)};");
                _scope.Add(new(later, type, IsAssignable: false));
                break;
            default:
                Line($"static readonly {type.Name} {name} = {Expression(type, 2)};");
                break;
        }
        _scope.Add(new(name, type, IsAssignable: false));
    }

    private void StaticMethod()
    {
        (string name, CodeType type) = (Name("M"), AnyType() is { Kind: not TypeKind.Object } any ? any : CodeType.Int);
        Variable[] parameters = [.. Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => new Variable(Name("x"), AnyType(), IsAssignable: true))];
        int optional = parameters[^1].Type.IsPlain && Chance(2) ? 1 : 0;
        int before = _scope.Count;
        _scope.AddRange(parameters);
        string value = Expression(type, 3).Text;
        _scope.RemoveRange(before, _scope.Count - before);
        switch (random.Next(6))
        {
            case 0:
                CodeType item = PlainType();
                (string many, string each) = (Name("x"), Name("e"));
                Line($"static int {name}(int start, params {item.Name}[] {many}) {{ foreach (var {each} in {many}) start = start * 3 + "
                    + $"({each} == {Leaf(item)} ? 1 : 2); "
                    + $"return start + {many}.Length; }}");
                _methods.Add(new(name, CodeType.Int,
                    [new("start", CodeType.Int, false), .. Enumerable.Range(0, random.Next(3)).Select(_ => new Variable("", item, false))],
                    0));
                return;
            case 1:
                Line($"static int {name}(int n) => n <= 1 ? 1 : "
                    + $"{Pick($"n * {name}(n - 1)", $"{name}(n - 1) + {name}(n - 2)", $"n % 2 + {name}(n / 2)")};");
                Line($"static int Of{name}(int n) => {name}(n & 7);");
                _methods.Add(new("Of" + name, CodeType.Int, [new("n", CodeType.Int, false)], 0));
                return;
            case 2:
                Line($"static bool {name}<T>(object? o) => o is T;");
                string typed = $"{name}<{Pick(PlainType().Name, ValueType().Name, "object")}>";
                _methods.Add(new(typed, CodeType.Bool, [new("o", CodeType.Object, false)], 0));
                return;
            case 3:
                Line($"static T {name}<T>(T a, T b, bool first) => first ? a : b;");
                _methods.Add(new(name, type, [new("a", type, false), new("b", type, false), new("first", CodeType.Bool, false)], 0));
                return;
            default:
                string written = string.Join(", ", parameters.Select((p, i) =>
                    $"{p.Type.Name} {p.Name}{(i >= parameters.Length - optional ? " = " + Literal(p.Type) : "")}"));
                Line(Chance(2)
                    ? $"static {type.Name} {name}({written}) => {value};"
                    : $"static {type.Name} {name}({written}) {{ if ({Truth(1)}) return {Leaf(type)}; return {value}; }}");
                _methods.Add(new(name, type, parameters, optional));
                return;
        }
    }
}
