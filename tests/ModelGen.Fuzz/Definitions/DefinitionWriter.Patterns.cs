namespace ModelGen.Fuzz.Definitions;

/// <summary>Patterns of all kinds, and the switches that they are for.</summary>
internal sealed partial class DefinitionWriter
{
    /// <summary>A pattern for values of a type.</summary>
    /// <param name="declares">Whether it may declare variables, which are then in scope.</param>
    private string PatternOf(CodeType type, int depth, bool declares)
    {
        if (depth > 0 && Chance(4))
        {
            return random.Next(3) switch
            {
                0 => $"not {Parenthesised(PatternOf(type, depth - 1, declares: false))}",
                1 => $"({PatternOf(type, depth - 1, declares: false)} or {PatternOf(type, depth - 1, declares: false)})",
                _ => $"({PatternOf(type, depth - 1, declares: false)} and {PatternOf(type, depth - 1, declares)})",
            };
        }
        if (declares && Chance(4))
        {
            string name = Name("p");
            _scope.Add(new Variable(name, type, IsAssignable: false));
            return $"var {name}";
        }
        switch (type.Kind)
        {
            case TypeKind.Integer or TypeKind.Real or TypeKind.Char:
                string literal = Literal(type).Text;
                return Chance(2) && !literal.Contains("NaN", StringComparison.Ordinal) ? $"{Pick("<", ">", "<=", ">=")} {literal}"
                    : literal;
            case TypeKind.Bool:
                return Pick("true", "false");
            case TypeKind.Text:
                return Chance(3) ? $"{{ Length: {PatternOf(CodeType.Int, depth - 1, declares)} }}" : Literal(type).Text;
            case TypeKind.Enum:
                return $"{type.Name}.{Pick(_members[type.Name])}";
            case TypeKind.Nullable:
                return Chance(3) ? Pick("null", "not null", "{ }") : PatternOf(type.Of[0], depth - 1, declares);
            case TypeKind.Array or TypeKind.List:
                return ListPattern(type, depth, declares);
            case TypeKind.Tuple:
                return $"({string.Join(", ", type.Of.Select(t => Chance(3) ? "_" : PatternOf(t, depth - 1, declares)))})";
            case TypeKind.Record:
                return Chance(2) && _positional[type.Name] > 1
                    ? $"({string.Join(", ", type.Of.Take(_positional[type.Name]).Select(t => Chance(3) ? "_" : PatternOf(t, depth - 1, declares)))})"
                    : $"{{ {_members[type.Name][0]}: {PatternOf(type.Of[0], depth - 1, declares)} }}";
            default:
                return ObjectPattern(depth, declares);
        }
    }

    private string ObjectPattern(int depth, bool declares)
    {
        CodeType type = Pick([CodeType.Int, CodeType.Text, .. CodeType.Numbers, CodeType.Bool, CodeType.Char, .. _enums, .. _records]);
        switch (random.Next(5))
        {
            case 0:
                return Pick("null", "not null");
            case 1 when type.IsPlain:
                return Literal(type).Text;
            case 2 when declares:
                string name = Name("p");
                _scope.Add(new Variable(name, type, IsAssignable: false));
                return $"{type.Name} {name}";
            case 3 when type.IsPlain && type.Kind is not (TypeKind.Text or TypeKind.Bool or TypeKind.Enum):
                return $"{type.Name} and {PatternOf(type, depth - 1, declares: false)}";
            default:
                return type.Name;
        }
    }

    private string ListPattern(CodeType type, int depth, bool declares)
    {
        CodeType item = type.Of[0];
        var parts = new List<string>();
        for (int i = random.Next(3); i > 0; i--)
            parts.Add(Chance(3) ? "_" : PatternOf(item, depth - 1, declares));
        if (!Chance(3))
        {
            string rest = "..";
            if (declares && type.Kind == TypeKind.Array && Chance(2))
            {
                string name = Name("p");
                _scope.Add(new Variable(name, type, IsAssignable: false));
                rest = $".. var {name}";
            }
            parts.Insert(random.Next(parts.Count + 1), rest);
        }
        return $"[{string.Join(", ", parts)}]";
    }

    private Code SwitchExpression(CodeType type, int depth)
    {
        CodeType governing = AnyType();
        string text = $"({Unfixed(governing, depth - 1)} switch {{ ";
        for (int arms = random.Next(1, 4); arms > 0; arms--)
        {
            int before = _scope.Count;
            string pattern = PatternOf(governing, depth - 1, declares: true);
            string guard = Chance(4) ? $" when {Truth(depth - 1)}" : "";
            text += $"{pattern}{guard} => {Expression(type, depth - 1)}, ";
            _scope.RemoveRange(before, _scope.Count - before);
        }
        return new($"{text}_ => {Expression(type, depth - 1)} }})");
    }

    private static string Parenthesised(string pattern) => pattern.Contains(' ', StringComparison.Ordinal) && !pattern.StartsWith('(')
        ? $"({pattern})" : pattern;
}
