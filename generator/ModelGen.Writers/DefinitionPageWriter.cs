using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Language.Definition.Library;

namespace ModelGen.Writers;

/// <summary>Writes what docs/definitions.md says of the C# that is understood, from the interpreter's tables.</summary>
internal static class DefinitionPageWriter
{
    private const string Begin = "<!-- Written from the interpreter's tables: -->\n";
    private const string End = "<!-- Up to here. -->\n";

    // As C# orders them; a method that exists for all of them is written once.
    private static readonly string[] Numbers = ["byte", "sbyte", "short", "ushort", "int", "uint", "long", "ulong", "float", "double"];

    /// <summary>The page, with its written part anew.</summary>
    public static string Write(string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidDataException("docs/definitions.md has lost the marks between which it is written");
        return page[..(begin + Begin.Length)] + Understood() + page[end..];
    }

    private static string Understood()
    {
        string language = $"""
            - **Statements**: {Words(Interpreter.StatementTable.Select(r => r.Words))}.
            - **Expressions**: {Words(Interpreter.ExpressionTable.Select(r => r.Words))}.
            - **Patterns**: {Words(Interpreter.PatternTable.Select(r => r.Words))}.

            """;
        string table = "\nOf .NET and of this library, beside constants and enums (T is any type):\n\n| type | members |\n|---|---|\n";
        foreach (IGrouping<string, string> type in LibraryTable.Signatures.GroupBy(ContainerOf).OrderBy(g => g.Key, StringComparer.Ordinal))
            table += $"| `{type.Key}` | {string.Join(", ", Members(type).Select(m => $"`{m}`"))} |\n";
        return LongLines.BreakPage((language + table).ReplaceLineEndings("\n"));
    }

    private static string Words(IEnumerable<string> words) => string.Join(", ", words.Distinct());

    private static string ContainerOf(string signature)
    {
        int depth = 0;
        for (int i = 0; i < signature.Length; i++)
        {
            depth += signature[i] == '<' ? 1 : signature[i] == '>' ? -1 : 0;
            if (depth == 0 && signature[i] is '.' or '(')
                return signature[..i];
        }
        return signature;
    }

    // Overloads that differ in nothing but the type of number are one entry.
    private static IEnumerable<string> Members(IGrouping<string, string> type)
    {
        var entries = new List<(string Text, List<string> Numbers)>();
        foreach (string signature in type)
        {
            string member = signature[type.Key.Length..].TrimStart('.');
            if (member.StartsWith('('))
                member = "new" + member;
            string[] parameters = member.Contains('(') ? member[(member.IndexOf('(') + 1)..^1].Split(", ") : [];
            bool isAlike = parameters.Length > 0 && parameters.All(p => p == parameters[0]) && Numbers.Contains(parameters[0]);
            string text = isAlike ? $"{member[..member.IndexOf('(')]}({string.Join(", ", parameters.Select(_ => "number"))})" : member;
            int known = isAlike ? entries.FindIndex(e => e.Text == text && e.Numbers.Count > 0) : -1;
            if (known >= 0)
                entries[known].Numbers.Add(parameters[0]);
            else
                entries.Add((text, isAlike ? [parameters[0]] : []));
        }
        return entries.OrderBy(e => e.Text, StringComparer.Ordinal).Select(e => e.Numbers.Count == 0 ? e.Text
            : e.Numbers.Count == 1 ? e.Text.Replace("number", e.Numbers[0])
            : e.Numbers.Count == Numbers.Length ? e.Text
            : $"{e.Text.Replace("number", "N")} for {string.Join(", ", Numbers.Where(e.Numbers.Contains))}");
    }
}
