namespace ModelGen.Fuzz.Definitions;

/// <summary>Control flow, functions, and what lies beyond definitions.</summary>
internal sealed partial class DefinitionWriter
{
    private void Block(int depth)
    {
        Line("{");
        int before = _scope.Count;
        int methods = _methods.Count;
        for (int i = random.Next(1, 4); i > 0; i--)
            Statement(depth - 1);
        _scope.RemoveRange(before, _scope.Count - before);
        _methods.RemoveRange(methods, _methods.Count - methods);
        Line("}");
    }

    private void Nesting(int depth)
    {
        switch (random.Next(9))
        {
            case < 2:
                If(depth);
                break;
            case 2:
                Switch(depth);
                break;
            case 3:
                string counter = Name("i");
                Loop($"for (int {counter} = {Pick("0", "-1", "2")}; {counter} < {Pick("2", "3", "4")}; "
                    + $"{Pick("++" + counter, counter + "++", counter + " += 2")})",
                    [new(counter, CodeType.Int, IsAssignable: false)], depth);
                break;
            case 4:
                CodeType item = PlainType();
                string each = Name("e");
                Loop($"foreach ({Pick("var", item.Name)} {each} in {Expression(Pick(item.Array(), item.List()), 2)})",
                    [new(each, item, IsAssignable: false)], depth);
                break;
            case 5:
                (string a, string b) = (Name("e"), Name("e"));
                (CodeType left, CodeType right) = (PlainType(), PlainType());
                Loop($"foreach (var ({a}, {b}) in new[] {{ ({Expression(left, 2)}, {Expression(right, 2)}), ({Expression(left, 1)}, "
                    + $"{Expression(right, 1)}) }})",
                    [new(a, left, IsAssignable: true), new(b, right, IsAssignable: true)], depth);
                break;
            case 6:
                string letter = Name("e");
                Loop($"foreach (char {letter} in {Expression(CodeType.Text, 2)})", [new(letter, CodeType.Char, IsAssignable: false)],
                    depth);
                break;
            case 7:
                string rounds = Name("w");
                Line($"int {rounds} = {Pick("0", "1")};");
                if (Chance(2))
                {
                    Loop($"while ({rounds}++ < 3)", [], depth);
                    break;
                }
                Line("do");
                Loop("", [], depth);
                Line($"while ({rounds}++ < 2 && {Truth(2)});");
                break;
            default:
                Line(Pick("", "checked", "unchecked"));
                Block(depth);
                break;
        }
    }

    private void If(int depth)
    {
        int before = _scope.Count;
        CodeType type = AnyType();
        Line(Chance(2) ? $"if ({Truth(3)})" : $"if ({Unfixed(type, 2)} is {PatternOf(type, 2, declares: true)})");
        Block(depth);
        // What a pattern declares is assigned where it matches only.
        _scope.RemoveRange(before, _scope.Count - before);
        if (Chance(2))
        {
            Line("else");
            Block(depth);
        }
    }

    private void Switch(int depth)
    {
        CodeType type = AnyType();
        Line($"switch ({Unfixed(type, 2)})");
        Line("{");
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int before = _scope.Count;
            bool isAlone = Chance(2);
            Line($"case {PatternOf(type, 2, declares: isAlone)}{(Chance(4) ? $" when {Truth(2)}" : "")}:");
            if (!isAlone)
                Line($"case {PatternOf(type, 2, declares: false)}:");
            Block(depth);
            Line(_loops > 0 && Chance(4) ? "continue;" : "break;");
            _scope.RemoveRange(before, _scope.Count - before);
        }
        if (Chance(2))
        {
            Line("default:");
            Block(depth);
            Line("break;");
        }
        Line("}");
    }

    private void Loop(string head, Variable[] variables, int depth)
    {
        Line(head);
        Line("{");
        int before = _scope.Count;
        _scope.AddRange(variables);
        _loops++;
        for (int i = random.Next(1, 4); i > 0; i--)
            Statement(depth - 1);
        if (Chance(4))
            Line($"if ({Truth(2)}) {Pick("break", "continue")};");
        if (Chance(3))
            Log(2);
        _loops--;
        _scope.RemoveRange(before, _scope.Count - before);
        Line("}");
    }

    private void Lambda()
    {
        CodeType type = PlainType();
        (string function, string parameter) = (Name("f"), Name("x"));
        string body = Using(parameter, type, 3);
        Line($"Func<{type.Name}, {type.Name}> {function} = {Pick($"{parameter} =>", $"({type.Name} {parameter}) =>")} {body};");
        _methods.Add(new(function, type, [new("", type, IsAssignable: false)], 0));
        if (_logs && Chance(2))
            LogValue(Call(_methods[^1], 2).Text);
    }

    private void LocalFunction(int depth)
    {
        CodeType result = PlainType();
        string name = Name("L");
        Variable parameter = new(Name("x"), PlainType(), IsAssignable: true);
        Variable second = new(Name("x"), PlainType(), IsAssignable: true);
        int loops = _loops;
        _loops = 0;
        string body = Nested(() =>
        {
            _scope.Add(parameter);
            _scope.Add(second);
            for (int i = random.Next(3); i > 0; i--)
                Statement(Math.Min(depth - 1, 1));
            Line($"return {Expression(result, 3)};");
        });
        _loops = loops;
        bool isOptional = second.Type.Kind != TypeKind.Nullable && Chance(2);
        Line($"{result.Name} {name}({parameter.Type.Name} {parameter.Name}, {second.Type.Name} "
            + $"{second.Name}{(isOptional ? " = " + Literal(second.Type) : "")})");
        Line($"{{\n{body}}}");
        _methods.Add(new(name, result, [parameter, second], isOptional ? 1 : 0));
        LogValue(Call(_methods[^1], 2).Text);
    }

    private Code Call(Method method, int depth)
    {
        List<string> arguments = [.. method.Parameters.Select(p =>
            (_logs && p.Type.IsPlain && Chance(4) ? $"Tr(r, {Expression(p.Type, depth - 1)})"
            : Expression(p.Type, depth - 1).Text))];
        bool isNamed = method.Parameters.All(p => p.Name.Length > 0) && Chance(3);
        if (isNamed)
            arguments = [.. arguments.Select((a, i) => $"{method.Parameters[i].Name}: {a}")];
        if (method.Optional > 0 && Chance(2))
            arguments.RemoveRange(arguments.Count - method.Optional, method.Optional);
        if (isNamed && Chance(2))
            arguments.Reverse();
        return new($"{method.Name}({string.Join(", ", arguments)})");
    }

    private void ByReference()
    {
        CodeType type = PlainType();
        (string variable, string method) = (Name("v"), Name("B"));
        bool isOut = Chance(2);
        string value = Expression(type, 2).Text;
        Line($"{type.Name} {variable} = {Expression(type, 2)};");
        Line($"{type.Name} {method}({(isOut ? "out" : "ref")} {type.Name} x{method}) {{ x{method} = {value}; return x{method}; }}");
        string passed = isOut && Chance(2) ? $"out var o{method}" : $"{(isOut ? "out" : "ref")} {variable}";
        LogValue($"{method}({passed})");
        LogValue(passed.Contains(" var ", StringComparison.Ordinal) ? "o" + method : variable);
        _scope.Add(new(variable, type, IsAssignable: true));
    }

    /// <summary>Lambdas that see the variables of a loop, called behind it.</summary>
    private void Captures()
    {
        (string all, string i, string k) = (Name("c"), Name("i"), Name("k"));
        string source = Pick($"for (int {i} = 0; {i} < 3; {i}++)", $"foreach (int {i} in new[] {{ 4, 5 }})");
        Line($"var {all} = new List<Func<int>>();");
        Line($"{source} {{ int {k} = {i} * 2; {all}.Add(() => {Pick($"{k} + {i}", $"{k}++", $"{i}", $"{k} += {i}")}); "
            + $"{Pick("", k + "++;")} }}");
        Line($"foreach (var f{all} in {all}) {{ r.Add(f{all}()); r.Add(f{all}()); }}");
    }

    /// <summary>A lazy sequence, whose side effects come when it is enumerated.</summary>
    private void Lazy()
    {
        (string lazy, string x) = (Name("z"), Name("x"));
        Line($"var {lazy} = "
            + $"{Expression(CodeType.Int.Array(), 2)}.{Pick($"Select({x} => Tr(r, {x}) + 1)", $"Where({x} => Tr(r, {x}) > 0)")};");
        LogValue(Pick("\"lazy\"", Leaf(CodeType.Int).Text));
        // Neither Any() nor Append(…).Last(): whether they ask for the items is the runtime's to say.
        LogValue(
            $"{lazy}.{Pick("Count()", "Sum(x => x % 10)", "FirstOrDefault()", "ToList().Count", "Take(2).Count()", "Contains(3)", "ToArray().Length")}");
    }

    /// <summary>What definitions refuse: it must be refused, or come to the same.</summary>
    private void Beyond(int depth)
    {
        (string name, CodeType type) = (Name("y"), PlainType());
        string value = Expression(type, 2).Text;
        switch (random.Next(12))
        {
            case 0:
                Line($"try {{ r.Add({value}); }} finally {{ r.Add(1); }}");
                break;
            case 1:
                Line($"try {{ r.Add(checked(int.MaxValue - Id(-1))); }} catch (OverflowException) {{ r.Add({value}); }}");
                break;
            case 2:
                Line($"var {name} = new Dictionary<int, {type.Name}> {{ [1] = {value} }}; r.Add({name}[1]); r.Add({name}.Count);");
                break;
            case 3:
                Line($"decimal {name} = {Expression(CodeType.Int, 2)}; r.Add({name} / 3m == {name} * 0.5m); r.Add($\"{{{name} * "
                    + "1.10m}\");");
                break;
            case 4:
                Line($"var {name} = new int[2, 2]; {name}[1, 0] = {Expression(CodeType.Int, 2)}; r.Add({name}[1, 0]); "
                    + $"r.Add({name}.Length);");
                break;
            case 5:
                Line($"var {name} = ({value}, 2); {name}.Item2 += 5; r.Add({name}.Item2);");
                break;
            case 6:
                Line($"Span<int> {name} = new[] {{ 1, 2, 3 }}; var s{name} = {name}[1..]; s{name}[0] = {Expression(CodeType.Int, 2)}; "
                    + $"r.Add({name}[1]);");
                break;
            case 7:
                Line($"var {name} = new {{ A = {value}, B = 2 }}; r.Add({name}.A); r.Add({name}.B);");
                break;
            case 8:
                Line($"var {name} = new System.Text.StringBuilder(); {name}.Append({value}).Append('x'); r.Add({name}.ToString());");
                break;
            case 9:
                Line($"var {name} = new HashSet<{type.Name}> {{ {value} }}; r.Add({name}.Count);");
                break;
            case 10:
                Line($"object {name} = {value}; r.Add({name}.ToString()); r.Add({name}.Equals({value})); r.Add({name}.GetType().Name);");
                break;
            default:
                Line($"int {name} = 0; l{name}: if ({name}++ < 2) goto l{name}; r.Add({name});");
                break;
        }
    }
}
