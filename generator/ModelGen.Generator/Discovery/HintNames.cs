using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Discovery;

/// <summary>
/// File names of generated parts: <c>Namespace.Outer.Name.g.cs</c>. They must differ in more than case, or the generator stops.
/// </summary>
internal static class HintNames
{
    public static string Of(ClassDeclaration declaration)
    {
        var parts = new List<string>();
        if (declaration.Namespace.Length > 0)
            parts.Add(declaration.Namespace);
        parts.AddRange(declaration.ContainingTypes.Select(t => t.Substring(t.LastIndexOf(' ') + 1)));
        parts.Add(declaration.Name);
        var text = new StringBuilder();
        foreach (char c in string.Join(".", parts).Replace("@", ""))
        {
            if (c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' or '.')
                text.Append(c);
            else
                text.Append('-').Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    public static string Of(ClassDeclaration declaration, EquatableArray<string> clashes)
    {
        string name = Of(declaration);
        int position = clashes.ToList().IndexOf(name);
        return position < 0 ? name + ".g.cs" : $"{name}-{(position + 1).ToString(CultureInfo.InvariantCulture)}.g.cs";
    }

    /// <summary>The names that differ from another in case alone; in good order, so that each build numbers them alike.</summary>
    public static EquatableArray<string> Clashes(ImmutableArray<string> names) =>
        names.Distinct(StringComparer.Ordinal).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)
             .SelectMany(g => g).OrderBy(n => n, StringComparer.Ordinal).ToEquatableArray();
}
