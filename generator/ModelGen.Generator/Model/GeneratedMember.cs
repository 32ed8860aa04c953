using System.Text;

namespace ModelGen.Generator.Model;

/// <summary>A member of a generated class as C# declares it.</summary>
/// <param name="Name">Its name; <see cref="Model.ClassPart.Constructors"/> of constructors.</param>
/// <param name="Parameters">The types of the parameters, without nullability; null of what has none.</param>
/// <param name="Head">Its declaration up to the body; null where it is private and a stub does without.</param>
/// <param name="Body">The rest of it in a stub, which throws.</param>
internal sealed record GeneratedMember(string Name, string? Parameters, string? Head, string Body)
{
    private const string Throws = "throw new global::System.InvalidOperationException(\"This network was compiled with errors.\")";

    /// <summary>What another member must not be equal to.</summary>
    public string Key => KeyOf(Name, Parameters);

    public static string KeyOf(string name, string? parameters) => parameters is null ? name : $"{name}({parameters})";

    /// <summary>The member of a stub; null where it does without.</summary>
    public string? Stub => Head is null ? null : Head + Body;

    // One, not zero: code that divides by a constant zero would be an error of its own.
    public static GeneratedMember Constant(string type, string name) => new(name, null, $"public const {type} {name}", " = 1;");

    public static GeneratedMember Property(string type, string name, bool isStatic = false) =>
        new(name, null, $"public {(isStatic ? "static " : "")}{type} {name}", $" => {Throws};");

    public static GeneratedMember Setting(string type, string name) =>
        new(name, null, $"public {type} {name}", $" {{ get => {Throws}; set => {Throws}; }}");

    public static GeneratedMember Method(string type, string name, string parameters, bool isStatic = false) =>
        new(name, TypesOf(parameters), $"public {(isStatic ? "static " : "")}{type} {name}({parameters})", $" => {Throws};");

    public static GeneratedMember Constructor(string className, string parameters) =>
        new(ClassPart.Constructors, TypesOf(parameters), $"public {className}({parameters})", $" => {Throws};");

    public static GeneratedMember Private(string name) => new(name, null, null, "");

    public static GeneratedMember PrivateMethod(string name, string parameters) => new(name, TypesOf(parameters), null, "");

    // "global::System.Span<float> x, string? y = null" is "System.Span<float>, string".
    private static string TypesOf(string parameters)
    {
        var types = new StringBuilder();
        foreach (string parameter in SplitAtTop(parameters))
        {
            string declared = parameter.Split([" = "], StringSplitOptions.None)[0].Trim();
            string type = declared.Substring(0, declared.LastIndexOf(' '));
            types.Append(types.Length == 0 ? "" : ", ").Append(type.Replace("global::", "").Replace("?", ""));
        }
        return types.ToString();
    }

    private static IEnumerable<string> SplitAtTop(string list)
    {
        (int depth, int start) = (0, 0);
        for (int i = 0; i < list.Length; i++)
        {
            depth += list[i] switch { '<' or '(' => 1, '>' or ')' => -1, _ => 0 };
            if (list[i] != ',' || depth > 0)
                continue;
            yield return list.Substring(start, i - start);
            start = i + 1;
        }
        if (list.Length > 0)
            yield return list.Substring(start);
    }
}
