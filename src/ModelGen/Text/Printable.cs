using System.Globalization;
using System.Text;

namespace ModelGen;

/// <summary>
/// Text from outside as a message may show it: what nobody sees, or what turns around what stands beside it (https://trojansource.codes),
/// is written as <c>\u202e</c>. The compiler's messages and the library's go through here.
/// </summary>
internal static class Printable
{
    /// <summary>The text, all of which can be seen.</summary>
    public static string Of(string text)
    {
        if (text.All(IsPlain))
            return text;
        var printable = new StringBuilder(text.Length);
        Append(printable, text);
        return printable.ToString();
    }

    /// <summary>Appends the text, all of which can be seen.</summary>
    public static void Append(StringBuilder printable, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (IsPlain(text[i]))
                printable.Append(text[i]);
            else if (IsPair(text, i))
                printable.Append(text[i]).Append(text[++i]);
            else
                AppendEscaped(printable, text[i]);
        }
    }

    /// <summary>
    /// Whether a character can be seen: letters, digits, punctuation, symbols and the space. Halves of surrogate pairs cannot, since they
    /// may stand alone.
    /// </summary>
    public static bool IsPlain(char c) => c is >= ' ' and < (char)127 || (c > 0xA0 && IsSeen(CharUnicodeInfo.GetUnicodeCategory(c)));

    /// <summary>Appends the number of a character: <c>\u202e</c>.</summary>
    public static void AppendEscaped(StringBuilder text, char c) =>
        text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));

    private static bool IsPair(string text, int i) =>
        char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
        && IsSeen(CharUnicodeInfo.GetUnicodeCategory(text, i));

    private static bool IsSeen(UnicodeCategory category) => category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
