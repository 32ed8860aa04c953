using System.Text;

namespace ModelGen.Generator.Diagnostics;

/// <summary>
/// Makes text from outside fit to be shown. Names and strings are their authors': they may be as long as a file, end a line, or hold
/// characters that nobody sees and that turn around what stands beside them (https://trojansource.codes). Every message goes through here,
/// so that no check has to think of it.
/// </summary>
internal static class Readable
{
    /// <summary>Longer words than this are cut.</summary>
    public const int LongestWord = 160;

    /// <summary>Longer messages than this lose their middle: what is wrong stands at the beginning, the remedy at the end.</summary>
    public const int LongestMessage = 1600;

    private const int ShownOfWord = 64;
    private const int Beginning = 1000;
    private const int End = 500;

    /// <summary>A message on one line, of bounded length, with what cannot be seen written as <c>\u202e</c>.</summary>
    public static string Message(string text)
    {
        if (text.Length <= LongestMessage && text.All(Printable.IsPlain) && !HasLongWord(text))
            return text;
        if (text.Length <= LongestMessage)
            return Printable.Of(CutWords(text));
        return Printable.Of(CutWords(text.Substring(0, Beginning)) + " … " + CutWords(text.Substring(text.Length - End)));
    }

    /// <summary>
    /// One name or string as part of a message or a comment: letters, digits and ASCII, nothing that could end a comment, at most 64
    /// characters.
    /// </summary>
    public static string Name(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (text.Length >= ShownOfWord)
                return text.Append('…').ToString();
            bool isPlain = c is >= ' ' and < (char)127 || (c > 0xA0 && char.IsLetterOrDigit(c));
            if (isPlain && !(c == '/' && text.Length > 0 && text[text.Length - 1] == '*'))
                text.Append(c);
            else
                Printable.AppendEscaped(text, c);
        }
        return text.ToString();
    }

    private static bool HasLongWord(string text)
    {
        int word = 0;
        foreach (char c in text)
        {
            word = c == ' ' ? 0 : word + 1;
            if (word > LongestWord)
                return true;
        }
        return false;
    }

    private static string CutWords(string text) =>
        string.Join(" ", text.Split(' ').Select(word => word.Length <= LongestWord
            ? word : word.Substring(0, ShownOfWord) + "…" + word.Substring(word.Length - ShownOfWord / 4)));
}
