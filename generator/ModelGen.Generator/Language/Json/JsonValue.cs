namespace ModelGen.Generator.Language.Json;

/// <summary>A stretch of a text, in characters from its start.</summary>
internal readonly record struct TextRange(int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>The six kinds of JSON values (RFC 8259, §3), true and false being one.</summary>
internal enum JsonKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>
/// A JSON value and where it stands. Numbers stay text until somebody asks for one of a certain kind, so that none is rounded on the way.
/// </summary>
internal sealed class JsonValue(JsonKind kind, TextRange range, string text)
{
    public JsonKind Kind { get; } = kind;

    /// <summary>From the first to the last character; quotes, brackets and braces included.</summary>
    public TextRange Range { get; internal set; } = range;

    /// <summary>The decoded string, the number as written, or <c>true</c> or <c>false</c>.</summary>
    public string Text { get; } = text;

    /// <summary>The elements of an array.</summary>
    public List<JsonValue> Items { get; } = [];

    /// <summary>The members of an object, in their order.</summary>
    public List<JsonMember> Members { get; } = [];

    public JsonValue? this[string name] => Members.Find(m => m.Name == name)?.Value;

    public bool IsTrue => Kind == JsonKind.Boolean && Text == "true";

    /// <summary>Where a part of a string's text stands; the whole string where escapes have shifted it.</summary>
    public TextRange RangeOf(int start, int length) =>
        Text.Length + 2 == Range.Length ? new TextRange(
            Range.Start + 1 + Math.Min(start, Text.Length), Math.Min(length, Text.Length - Math.Min(start, Text.Length))) : Range;

    /// <summary>What the value is, for errors: <c>a string</c>, <c>an array</c>.</summary>
    public string Describe() => Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.Boolean => Text,
        JsonKind.Number => "the number " + (Text.Length <= 32 ? Text : Text.Substring(0, 32) + "…"),
        JsonKind.String => "a string",
        JsonKind.Array => "an array",
        _ => "an object",
    };
}

/// <summary>One member of an object.</summary>
internal sealed record JsonMember(string Name, TextRange NameRange, JsonValue Value);

/// <summary>Why a text is not JSON, or not JSON that we are willing to read.</summary>
/// <param name="IsClear">
/// True where it is plain what was meant, a comma too many for instance, so that the rest is what its author wrote.
/// </param>
internal sealed record JsonError(string Message, TextRange Range, bool IsClear);

/// <summary>What could be read of a text.</summary>
/// <param name="Root">As much as could be; null where not even a value begins.</param>
/// <param name="Errors">None where the whole text is JSON. Behind one that is not clear no other is told.</param>
internal sealed record JsonDocument(JsonValue? Root, IReadOnlyList<JsonError> Errors)
{
    /// <summary>The first; null where the whole text is JSON.</summary>
    public JsonError? Error => Errors.Count == 0 ? null : Errors[0];

    /// <summary>True where all that the author wrote is known.</summary>
    public bool IsWhole => Errors.All(e => e.IsClear);
}
