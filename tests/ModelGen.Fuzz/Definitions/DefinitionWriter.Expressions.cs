using System.Globalization;

namespace ModelGen.Fuzz.Definitions;

/// <summary>Expressions of a wanted type.</summary>
internal sealed partial class DefinitionWriter
{
    private Code Expression(CodeType type, int depth)
    {
        if (depth <= 0)
            return Leaf(type);
        if (Chance(12))
            return General(type, depth);
        return type.Kind switch
        {
            TypeKind.Integer => Integer(type, depth),
            TypeKind.Real => Real(type, depth),
            TypeKind.Bool => Truth(depth),
            TypeKind.Char => Letter(depth),
            TypeKind.Text => TextOf(depth),
            TypeKind.Enum => Member(type, depth),
            TypeKind.Nullable => Lifted(type, depth),
            TypeKind.Array or TypeKind.List => Collection(type, depth),
            TypeKind.Tuple => new($"({string.Join(", ", type.Of.Select(t => Expression(t, depth - 1)))})"),
            TypeKind.Record => RecordOf(type, depth),
            _ => new($"(object){Expression(PlainType(), depth - 1)}"),
        };
    }

    /// <summary>What there is for every type.</summary>
    private Code General(CodeType type, int depth)
    {
        switch (random.Next(11))
        {
            case 0:
                return new($"({Truth(depth - 1)} ? {Expression(type, depth - 1)} : {Expression(type, depth - 1)})");
            case 1 when _logs && type.IsPlain:
                return new($"Tr(r, {Expression(type, depth - 1)})");
            case 2 when _logs:
                return new($"Tag(r, \"{Name("t")}\", {Expression(type, depth - 1)})");
            case 3 when Find(type, assignable: true) is { } target:
                return new($"({target.Name} = {Expression(type, depth - 1)})");
            case 4 when _methods.Where(m => m.Result == type).ToArray() is { Length: > 0 } methods:
                return Call(Pick(methods), depth);
            case 5:
                return SwitchExpression(type, depth);
            case 6 when Find(v => v.Type.Kind == TypeKind.Tuple && v.Type.Of.Contains(type)) is { } tuple:
                return new($"{tuple.Name}.Item{Text(Array.IndexOf(tuple.Type.Of, type) + 1)}");
            case 7 when Find(v => v.Type.Kind == TypeKind.Record && v.Type.Of.Contains(type)) is { } record:
                return new($"{record.Name}.{_members[record.Type.Name][Array.IndexOf(record.Type.Of, type)]}");
            case 8 when Find(v => v.Type.Kind is TypeKind.Array or TypeKind.List && v.Type.Of[0] == type) is { } items:
                return new($"{items.Name}[{Index(items, depth - 1)}]");
            case 9 when type.Kind != TypeKind.Nullable
                && Find(v => v.Type.Kind == TypeKind.Nullable && v.Type.Of[0] == type) is { } optional:
                return Chance(2) ? new($"({optional.Name} ?? {Expression(type, depth - 1)})") : new($"{optional.Name}.GetValueOrDefault()");
            case 10 when Find(CodeType.Object) is { } boxed && type.IsPlain:
                string name = Name("p");
                return new($"({boxed.Name} is {type.Name} {name} ? {name} : {Expression(type, depth - 1)})");
            default:
                return new($"Id({Expression(type, depth - 1)})");
        }
    }

    private Code Leaf(CodeType type)
    {
        if (!Chance(3) && Find(type) is { } variable)
            return new(variable.Name, variable.IsConstant);
        return type.Kind switch
        {
            TypeKind.Nullable => Chance(3) ? new($"({type.Name})null") : new($"({type.Name}){Leaf(type.Of[0])}"),
            TypeKind.Array or TypeKind.List => Collection(type, 1),
            TypeKind.Tuple => new($"({string.Join(", ", type.Of.Select(Leaf))})"),
            TypeKind.Record => RecordOf(type, 1),
            TypeKind.Object => new($"(object){Leaf(PlainType())}"),
            _ => Literal(type),
        };
    }

    private Code Literal(CodeType type)
    {
        string text = LiteralText(type);
        return new(text.StartsWith('-') || text.StartsWith('(') ? $"({text})" : text, IsConstant: true);
    }

    private string LiteralText(CodeType type) => type.Name switch
    {
        "int" => Pick("0", "1", "2", "3", "5", "7", "12", "-1", "-6", "100", "int.MaxValue", "int.MinValue", "0x1F"),
        "long" => Pick("0L", "1L", "3L", "-7L", "1000000007L", "long.MaxValue", "long.MinValue", "int.MaxValue + 1L"),
        "uint" => Pick("0u", "1u", "9u", "uint.MaxValue", "0x80000000u"),
        "ulong" => Pick("0UL", "1UL", "77UL", "ulong.MaxValue", "0x8000000000000000UL"),
        "byte" => $"(byte){Pick("0", "1", "7", "200", "255")}",
        "sbyte" => $"(sbyte){Pick("0", "1", "5", "(-3)", "127", "(-128)")}",
        "short" => $"(short){Pick("0", "2", "(-9)", "32767", "(-32768)")}",
        "ushort" => $"(ushort){Pick("0", "4", "65535")}",
        "float" => Pick("0f", "1f", "0.1f", "-2.5f", "1e10f", "float.NaN", "float.PositiveInfinity", "3.4e38f", "16777217f", "-0f"),
        "double" => Pick("0.0", "1.0", "0.1", "-2.5", "1e17", "double.NaN", "double.NegativeInfinity", "1e300", "2.5", "-0.0", "3.5"),
        "bool" => Pick("true", "false"),
        "char" => Pick("'a'", "'Z'", "'5'", "' '", "'é'", "'_'", "'\\n'"),
        "string" => Pick("\"\"", "\"a\"", "\"Ab_3\"", "\" x y \"", "\"conv\"", "\"12\"", "\"é{}\"", "\"stage1.block\""),
        _ => Chance(5) ? $"({type.Name}){Pick("0", "1", "3", "6", "9")}" : $"{type.Name}.{Pick(_members[type.Name])}",
    };

    private Code Integer(CodeType type, int depth)
    {
        switch (random.Next(16))
        {
            case < 4:
                return Cast(type, Binary(type, depth));
            case 4:
                return Cast(type, Mixed(depth));
            case 5:
                CodeType shifted = Pick(CodeType.Int, CodeType.UInt, CodeType.Long, CodeType.ULong, type);
                return Cast(type, new($"({Unfixed(shifted, depth - 1)} {Pick("<<", ">>", ">>>")} {Expression(CodeType.Int, depth - 1)})"));
            case 6 when Find(type, assignable: true) is { } target:
                return new($"({Pick($"{target.Name}++", $"{target.Name}--", $"++{target.Name}", $"--{target.Name}")})");
            case 7 when Find(type, assignable: true) is { } target:
                return new($"({target.Name} {Pick("+=", "-=", "*=", "^=", "|=", "&=")} {Expression(type, depth - 1)})");
            case 8:
                return Cast(type, new($"({Pick("-", "~", "+")}{Unfixed(type == CodeType.ULong ? CodeType.Int : type, depth - 1)})"));
            case 9:
                return new($"{Pick("unchecked", "unchecked", "checked")}({Cast(type, Binary(type, depth))})");
            case 10:
                return Cast(type, Unfixed(Pick([.. CodeType.Integers, CodeType.Char, .. _enums]), depth - 1));
            case 11:
                return Cast(type, NumberOfLibrary(depth));
            case 12 when type == CodeType.Int:
                return NumberOfCollection(depth);
            case 13:
                return Cast(type, new($"Math.{Pick("Max", "Min")}({Expression(type, depth - 1)}, {Expression(type, depth - 1)})"));
            case 14:
                // A real number that fits; what does not fit is left open by C#.
                return new($"({type.Name})({Expression(CodeType.Int, depth - 1)} % 100 * 0.75{Pick("", "f")} + 90)");
            default:
                return Leaf(type);
        }
    }

    private Code Binary(CodeType type, int depth)
    {
        Code left = Unfixed(type, depth - 1);
        Code right = Expression(type, depth - 1);
        return Chance(5)
            ? new($"({left} {Pick("/", "%")} {Divisor(type, right)})")
            : new($"({left} {Pick("+", "-", "*", "&", "|", "^", "+", "-")} {right})");
    }

    // Mostly not zero, so that most programs get to their end.
    private string Divisor(CodeType type, Code right) => Chance(20) && !right.IsConstant ? right.Text : type.IsSigned ? $"({right} | 1)"
        : $"(({type.Name})({right} | 1u))";

    /// <summary>Numbers of two types, in the type in which C# computes them.</summary>
    private Code Mixed(int depth)
    {
        (CodeType a, CodeType b) = (Pick(CodeType.Integers), Pick(CodeType.Integers));
        return CodeType.Common(a, b) is null
            ? Unfixed(a, depth - 1)
            : new($"({Unfixed(a, depth - 1)} {Pick("+", "-", "*", "&", "|", "^")} {Expression(b, depth - 1)})");
    }

    private static Code Cast(CodeType type, Code value) => new($"(({type.Name}){value})", value.IsConstant);

    /// <summary>An expression that C# does not compute when it compiles.</summary>
    private Code Unfixed(CodeType type, int depth)
    {
        Code code = Expression(type, depth);
        if (!code.IsConstant)
            return code;
        return Find(v => v.Type == type && !v.IsConstant) is { } variable ? new(variable.Name) : new($"Id({code})");
    }

    private Code Real(CodeType type, int depth)
    {
        string f = type == CodeType.Float ? "F" : "";
        switch (random.Next(11))
        {
            case < 4:
                return new($"({Unfixed(type, depth - 1)} {Pick("+", "-", "*", "/", "%")} {Expression(type, depth - 1)})");
            case 4:
                return Cast(type, Unfixed(Pick([.. CodeType.Numbers, CodeType.Char]), depth - 1));
            case 5:
                return new($"(-{Expression(type, depth - 1)})");
            case 6:
                return new(
                    $"Math{f}.{Pick("Sqrt", "Floor", "Ceiling", "Truncate", "Abs", "Round", "Exp", "Log", "Log2", "Log10", "Sin", "Cos", "Tanh", "Cbrt")}"
                    + $"({Expression(type, depth - 1)})");
            case 7:
                return new(
                    $"Math{f}.{Pick("Pow", "Max", "Min", "Atan2", "CopySign", "IEEERemainder")}({Expression(type, depth - 1)}, "
                        + $"{Expression(type, depth - 1)})");
            case 8 when Find(type, assignable: true) is { } target:
                return new($"({target.Name} {Pick("+=", "-=", "*=", "/=")} {Expression(Pick(type, CodeType.Int), depth - 1)})");
            case 9 when Find(type, assignable: true) is { } target:
                return new($"({target.Name}{Pick("++", "--")})");
            case 10 when Find(type.Array()) is { } items:
                return new($"{items.Name}.{Pick("Sum", "DefaultIfEmpty().Max", "DefaultIfEmpty().Min")}()");
            default:
                return Leaf(type);
        }
    }

    private Code Truth(int depth)
    {
        if (depth <= 0)
            return Leaf(CodeType.Bool);
        CodeType type;
        switch (random.Next(12))
        {
            case < 4:
                (type, CodeType other) = (Pick(CodeType.Numbers), Pick(CodeType.Numbers));
                if (CodeType.Common(type, other) is null)
                    other = type;
                return new($"({Unfixed(type, depth - 1)} {Comparison()} {Expression(other, depth - 1)})");
            case 4:
                type = Pick([CodeType.Bool, CodeType.Text, .. _enums, .. _records]);
                return new($"({Unfixed(type, depth - 1)} {Pick("==", "!=")} {Expression(type, depth - 1)})");
            case 5:
                return new(
                    $"({Unfixed(CodeType.Bool, depth - 1)} {Pick("&&", "||", "&", "|", "^")} {Expression(CodeType.Bool, depth - 1)})");
            case 6:
                return new($"(!{Expression(CodeType.Bool, depth - 1)})");
            case 7:
                type = ValueType().Nullable();
                string comparison = type.Of[0].Kind is TypeKind.Bool ? Pick("==", "!=") : Comparison();
                return new($"({Expression(type, depth - 1)} {comparison} {Expression(Pick(type, type.Of[0]), depth - 1)})");
            case < 10:
                type = AnyType();
                return new($"({Unfixed(type, depth - 1)} is {PatternOf(type, depth - 1, declares: false)})");
            case 10:
                return TruthOfLibrary(depth);
            default:
                return new($"({Expression(CodeType.Object, depth - 1)}).Equals({Expression(PlainType(), depth - 1)})");
        }
    }

    private string Comparison() => Pick("<", "<=", ">", ">=", "==", "!=");

    private Code Member(CodeType type, int depth) => random.Next(6) switch
    {
        0 => new($"({Unfixed(type, depth - 1)} {Pick("|", "&", "^")} {Expression(type, depth - 1)})"),
        1 => new($"(~{Unfixed(type, depth - 1)})"),
        2 => Cast(type, new($"({Expression(CodeType.Int, depth - 1)} & 7)")),
        3 => new($"({Unfixed(type, depth - 1)} {Pick("+", "-")} 1)"),
        4 when Find(type, assignable: true) is { } target =>
            new($"({target.Name}{Pick("++", "--", " |= " + Leaf(type), " ^= " + Leaf(type))})"),
        _ => Leaf(type),
    };

    private Code Lifted(CodeType type, int depth)
    {
        CodeType plain = type.Of[0];
        switch (random.Next(8))
        {
            case 0 when plain.Name is "int" or "long" or "float" or "double" or "uint":
                return new($"({Expression(type, depth - 1)} {Pick("+", "-", "*")} {Expression(Pick(type, plain), depth - 1)})");
            case 1 when plain == CodeType.Bool:
                return new($"({Expression(type, depth - 1)} {Pick("&", "|", "^")} {Expression(Pick(type, plain), depth - 1)})");
            case 2 when plain == CodeType.Bool:
                return new($"(!{Expression(type, depth - 1)})");
            case 3 when Find(type, assignable: true) is { } target && plain.IsNumber:
                return new($"({target.Name}{Pick("++", "--", " += " + Leaf(plain), " ??= " + Leaf(plain))})");
            case 4:
                return new($"({Expression(type, depth - 1)} ?? {Expression(type, depth - 1)})");
            case 5 when plain == CodeType.Int:
                return new($"({Pick("(string?)null", "((string?)" + Expression(CodeType.Text, depth - 1) + ")")}?.Length)");
            case 6 when plain.IsNumber:
                return new($"(({type.Name}){Expression(Pick(CodeType.Int, CodeType.Long).Nullable(), depth - 1)})");
            default:
                return Chance(2) ? Leaf(type) : new($"(({type.Name}){Expression(plain, depth - 1)})");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
