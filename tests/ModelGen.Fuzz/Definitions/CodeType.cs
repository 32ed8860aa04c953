namespace ModelGen.Fuzz.Definitions;

/// <summary>What can be done with a type.</summary>
internal enum TypeKind
{
    Integer,
    Real,
    Bool,
    Char,
    Text,
    Enum,
    Nullable,
    Array,
    List,
    Tuple,
    Record,
    Object,
}

/// <summary>A type of a random program, known by its name in C#.</summary>
/// <param name="Of">Of what: the items' type, a tuple's parts, a record's properties.</param>
internal sealed record CodeType(string Name, TypeKind Kind, params CodeType[] Of)
{
    public static readonly CodeType Int = new("int", TypeKind.Integer);
    public static readonly CodeType Long = new("long", TypeKind.Integer);
    public static readonly CodeType UInt = new("uint", TypeKind.Integer);
    public static readonly CodeType ULong = new("ulong", TypeKind.Integer);
    public static readonly CodeType Float = new("float", TypeKind.Real);
    public static readonly CodeType Double = new("double", TypeKind.Real);
    public static readonly CodeType Bool = new("bool", TypeKind.Bool);
    public static readonly CodeType Char = new("char", TypeKind.Char);
    public static readonly CodeType Text = new("string", TypeKind.Text);
    public static readonly CodeType Object = new("object", TypeKind.Object);
    public static readonly CodeType[] Integers =
    [
        Int, Long, UInt, ULong, new("byte", TypeKind.Integer), new("sbyte", TypeKind.Integer), new("short", TypeKind.Integer),
        new("ushort", TypeKind.Integer),
    ];

    public static readonly CodeType[] Numbers = [.. Integers, Float, Double];

    public bool IsNumber => Kind is TypeKind.Integer or TypeKind.Real;

    /// <summary>Whether its values are written into the log as they are.</summary>
    public bool IsPlain => IsNumber || Kind is TypeKind.Bool or TypeKind.Char or TypeKind.Text or TypeKind.Enum;

    public bool IsSigned => Name is "int" or "long" or "sbyte" or "short";

    public CodeType Nullable() => new(Name + "?", TypeKind.Nullable, this);

    public CodeType Array() => new(Name + "[]", TypeKind.Array, this);

    public CodeType List() => new($"List<{Name}>", TypeKind.List, this);

    public static CodeType Tuple(params CodeType[] parts) =>
        new($"({string.Join(", ", parts.Select(p => p.Name))})", TypeKind.Tuple, parts);

    /// <summary>The type in which C# computes with two numbers; null where it refuses to.</summary>
    public static CodeType? Common(CodeType a, CodeType b)
    {
        if (a == Double || b == Double)
            return Double;
        if (a == Float || b == Float)
            return Float;
        if (a == ULong || b == ULong)
            return a.IsSigned || b.IsSigned ? null : ULong;
        if (a == Long || b == Long)
            return Long;
        if (a == UInt || b == UInt)
            return a.IsSigned || b.IsSigned ? Long : UInt;
        return Int;
    }

    public bool Equals(CodeType? other) => other?.Name == Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>An expression, which no operator binds tighter than.</summary>
/// <param name="IsConstant">Whether C# computes it when it compiles, and then refuses what overflows.</param>
internal readonly record struct Code(string Text, bool IsConstant = false)
{
    public override string ToString() => Text;
}

/// <summary>A variable, field or property in scope.</summary>
internal sealed record Variable(string Name, CodeType Type, bool IsAssignable, bool IsConstant = false);

/// <summary>A method that can be called.</summary>
internal sealed record Method(string Name, CodeType Result, IReadOnlyList<Variable> Parameters, int Optional);
