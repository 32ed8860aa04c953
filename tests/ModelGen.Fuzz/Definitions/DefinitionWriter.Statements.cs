namespace ModelGen.Fuzz.Definitions;

/// <summary>Statements: declarations, assignments of all kinds, and what logs values.</summary>
internal sealed partial class DefinitionWriter
{
    private void Statement(int depth)
    {
        _budget--;
        if (_isBeyond && Chance(5))
        {
            Beyond(depth);
            return;
        }
        switch (random.Next(22))
        {
            case < 4:
                Declaration(3);
                break;
            case < 7:
                Log(4);
                break;
            case < 9:
                Assignment();
                break;
            case 9:
                Deconstruction();
                break;
            case 10:
                ListChange();
                break;
            case 11:
                Lambda();
                break;
            case 12:
                ByReference();
                break;
            case 13 when depth > 0:
                LocalFunction(depth);
                break;
            case 14:
                Captures();
                break;
            case 15:
                Lazy();
                break;
            case 16 when _records.Count > 0:
                RecordStatement();
                break;
            case 17 or 18:
                Idiom();
                break;
            default:
                if (depth > 0)
                    Nesting(depth);
                else
                    Log(3);
                break;
        }
    }

    private void Declaration(int depth)
    {
        CodeType type = AnyType();
        string name = Name("v");
        string value = Expression(type, depth).Text;
        Line($"{(Chance(3) && type.Kind != TypeKind.Object && !value.StartsWith('[') ? "var" : type.Name)} {name} = {value};");
        _scope.Add(new Variable(name, type, IsAssignable: true));
    }

    private void Log(int depth)
    {
        if (_scope.Count > 0 && Chance(4))
            LogVariable(Pick(_scope.ToArray()));
        else
            LogValue(Expression(Chance(6) ? ValueType().Nullable() : PlainType(), depth).Text);
    }

    private void LogValue(string value) => Line($"r.Add({value});");

    private void LogVariable(Variable variable)
    {
        switch (variable.Type.Kind)
        {
            case TypeKind.Array or TypeKind.List:
                string name = Name("e");
                Line($"foreach (var {name} in {variable.Name}) r.Add({name});");
                break;
            case TypeKind.Tuple:
                for (int i = 1; i <= variable.Type.Of.Length; i++)
                    LogValue($"{variable.Name}.Item{Text(i)}");
                break;
            case TypeKind.Record:
                foreach (string property in _members[variable.Type.Name])
                    LogValue($"{variable.Name}.{property}");
                break;
            case TypeKind.Object:
                LogValue($"{variable.Name} is {Pick(CodeType.Numbers).Name} or string");
                break;
            default:
                LogValue(variable.Name);
                break;
        }
    }

    private void Assignment()
    {
        if (Find(v => v.Type.Kind is TypeKind.Array or TypeKind.List && v.Type.Of[0].IsPlain) is { } items && Chance(2))
        {
            CodeType item = items.Type.Of[0];
            string index = Index(items, 1);
            if (_logs && Chance(2) && !index.StartsWith('^'))
                index = $"Tr(r, {index})";
            string count = items.Type.Kind == TypeKind.List ? "Count" : "Length";
            string op = item.Kind switch
            {
                TypeKind.Integer => Pick("=", "+=", "-=", "*=", "^=", "|="),
                TypeKind.Real => Pick("=", "+=", "*=", "/="),
                TypeKind.Text => Pick("=", "+="),
                TypeKind.Bool => Pick("=", "&=", "|=", "^="),
                _ => "=",
            };
            Line(item.IsNumber && Chance(4)
                ? $"if ({items.Name}.{count} > 0) r.Add({items.Name}[{index}]{Pick("++", "--")});".Replace("r.Add(", _logs ? "r.Add("
                : "_ = (", StringComparison.Ordinal)
                : $"if ({items.Name}.{count} > 0) {items.Name}[{index}] {op} {Expression(item, 2)};");
            return;
        }
        if (Find(v => v.IsAssignable) is not { } target)
        {
            Declaration(2);
            return;
        }
        string value = Expression(target.Type, 3).Text;
        CodeType other = Pick(CodeType.Integers);
        Line(target.Type.Kind switch
        {
            TypeKind.Integer when Chance(3) => $"{target.Name} {Pick("<<=", ">>=", ">>>=")} {Expression(CodeType.Int, 2)};",
            TypeKind.Integer when Chance(3) => $"{target.Name} {Pick("/=", "%=")} {Divisor(target.Type, new(value))};",
            TypeKind.Integer when Chance(4) => Pick($"{target.Name}++;", $"--{target.Name};"),
            TypeKind.Integer when Chance(6) => $"{Pick("checked", "unchecked")} {{ {target.Name} {Pick("+=", "-=", "*=")} {value}; }}",
            TypeKind.Integer => $"{target.Name} {Pick("=", "+=", "-=", "*=", "&=", "|=", "^=")} {value};",
            TypeKind.Real => $"{target.Name} {Pick("=", "+=", "-=", "*=")} {(Chance(3) ? Expression(other, 2) : value)};",
            TypeKind.Text => $"{target.Name} {Pick("=", "+=")} {value};",
            TypeKind.Bool => $"{target.Name} {Pick("=", "&=", "|=", "^=")} {value};",
            TypeKind.Nullable => $"{target.Name} {Pick("=", "??=")} {value};",
            _ => $"{target.Name} = {value};",
        });
    }

    private void Deconstruction()
    {
        (CodeType a, CodeType b) = (PlainType(), PlainType());
        (string first, string second) = (Name("d"), Name("d"));
        Variable[] same = [.. _scope.Where(v => v.IsAssignable && v.Type == CodeType.Int)];
        switch (random.Next(5))
        {
            case 0 when same.Length > 1:
                Line($"({same[0].Name}, {same[^1].Name}) = ({same[^1].Name}, {Expression(CodeType.Int, 2)});");
                return;
            case 1 when same.Length > 0:
                Line($"({same[0].Name}, {b.Name} {second}) = ({Expression(Pick(CodeType.Int, CodeType.Int), 2)}, {Expression(b, 2)});");
                _scope.Add(new(second, b, IsAssignable: true));
                return;
            case 2 when Find(v => v.Type.Kind == TypeKind.Record && v.Type.Of.Length == 2) is { } record:
                Line($"var ({first}, {second}) = {record.Name};");
                // What a method of the project makes of it is not known here.
                Line($"r.Add({first}); r.Add({second});");
                return;
            case 3:
                Line($"var ({first}, (_, {second})) = ({Expression(a, 2)}, ({Leaf(CodeType.Int)}, {Expression(b, 2)}));");
                break;
            default:
                Line($"({a.Name} {first}, {b.Name} {second}) = ({Expression(a, 2)}, {Expression(b, 2)});");
                break;
        }
        _scope.Add(new(first, a, IsAssignable: true));
        _scope.Add(new(second, b, IsAssignable: true));
    }

    private void ListChange()
    {
        if (Find(v => v.Type.Kind == TypeKind.List) is not { } list)
        {
            Declaration(2);
            return;
        }
        CodeType item = list.Type.Of[0];
        string value = Expression(item, 2).Text;
        string name = Name("q");
        Line(random.Next(12) switch
        {
            0 => $"{list.Name}.AddRange({Expression(item.Array(), 2)});",
            1 => $"{list.Name}.Insert(0, {value});",
            2 => $"if ({list.Name}.Count > 1) {list.Name}.RemoveAt({Pick("0", "1", list.Name + ".Count - 1")});",
            3 => $"{list.Name}.Reverse();",
            4 when _logs => $"r.Add({list.Name}.Remove({value}));",
            5 when _logs => $"r.Add({list.Name}.IndexOf({value}));",
            6 when _logs => $"r.Add({list.Name}.RemoveAll({name} => {name} == {Leaf(item)}));",
            7 when item.IsNumber => $"{list.Name}.Sort();",
            8 => $"{list.Name}.Clear();",
            _ => $"{list.Name}.Add({value});",
        });
    }

    private void RecordStatement()
    {
        CodeType type = Pick(_records.ToArray());
        string value = RecordOf(type, 2).Text;
        string name = Name("v");
        string property = _members[type.Name][0];
        Line($"var {name} = {value};");
        if (Find(type) is { } other)
        {
            LogValue(Pick(
                $"{name} == {other.Name}", $"{name}.Equals({other.Name})", $"Equals({name}, {other.Name})",
                $"new List<{type.Name}> {{ {other.Name} }}.Contains({name})"));
        }
        _scope.Add(new(name, type, IsAssignable: true));
        if (Chance(2))
        {
            string copy = Name("v");
            Line($"var {copy} = {name} with {{ {property} = {Expression(type.Of[0], 2)} }};");
            _scope.Add(new(copy, type, IsAssignable: true));
            LogVariable(_scope[^1]);
        }
        LogVariable(new(name, type, IsAssignable: true));
        if (Chance(4))
            LogValue($"{name}.ToString()");
    }
}
