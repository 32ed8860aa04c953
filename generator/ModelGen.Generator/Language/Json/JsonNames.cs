using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Language.Json;

/// <summary>
/// What names from outside may be. They are not trusted: what becomes an identifier is refused unless it is plain ASCII, and what a message
/// quotes is printable and short.
/// </summary>
internal static class JsonNames
{
    public const int LongestIdentifier = 128;

    /// <summary>Longest name of a layer, with the names of the blocks around it.</summary>
    public const int LongestLayer = 512;

    /// <summary>An ASCII letter or underscore, then letters, digits and underscores.</summary>
    public static bool IsIdentifier(string name) =>
        name.Length is > 0 and <= LongestIdentifier && name[0] is not (>= '0' and <= '9')
        && name.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_');

    /// <summary>What a mistyped name was meant to be, as the end of a message; else what there is.</summary>
    public static string Suggest(string name, IEnumerable<string> candidates, string none)
    {
        const int MostCandidates = 1000;
        const int MostShown = 12;
        string[] known = [.. candidates.Take(MostCandidates)];
        IReadOnlyList<string> nearest = name.Length > LongestIdentifier
            ? [] : NearestNames.Find(name, known.Where(n => n.Length <= LongestIdentifier));
        if (nearest.Count > 0)
            return $"did you mean {string.Join(" or ", nearest.Take(6).Select(Quote))}?";
        return known.Length == 0
            ? none : $"there are {string.Join(", ", known.Take(MostShown).Select(Quote))}{(known.Length > MostShown ? ", …" : "")}";

        static string Quote(string candidate) => $"'{Printable(candidate)}'";
    }

    /// <summary>
    /// For messages and comments: on one line, without what could end a comment or change the direction of text, at most 64 characters.
    /// </summary>
    public static string Printable(string name) => Readable.Name(name);
}
