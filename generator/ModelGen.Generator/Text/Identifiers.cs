using System.Text;

namespace ModelGen.Generator.Text;

/// <summary>From names of others to identifiers.</summary>
internal static class Identifiers
{
    private static readonly HashSet<string> Keywords = Words("""
        abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event
        explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null
        object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static
        string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while
        __arglist __makeref __reftype __refvalue
        """);

    // Of later versions of C# too: an @ too many harms nobody.
    private static readonly HashSet<string> Contextual = Words("""
        _ add alias allows and ascending assembly async await by descending equals extension field file from get global group init into
        join let managed method module nameof not on or orderby param partial property record remove required scoped select set type
        typevar unmanaged var when where with yield
        """);

    /// <summary>Whether C# has the word for itself everywhere.</summary>
    public static bool IsKeyword(string identifier) => Keywords.Contains(identifier);

    /// <summary>With <c>@</c> where C# has the word for itself, everywhere or in some places.</summary>
    public static string Escape(string identifier) =>
        Keywords.Contains(identifier) || Contextual.Contains(identifier) ? "@" + identifier : identifier;

    /// <summary>
    /// Letters and digits of ASCII in a name; everything else becomes <c>_</c>. The one way from outside names to identifiers.
    /// </summary>
    public static string Of(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
            text.Append(c < 128 && char.IsLetterOrDigit(c) ? c : '_');
        string result = text.ToString();
        return result.Length == 0 || char.IsDigit(result[0]) ? "_" + result : result;
    }

    private static HashSet<string> Words(string text) =>
        new(text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
}
