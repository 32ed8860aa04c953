using System.Text.RegularExpressions;

namespace ModelGen.Writers;

/// <summary>
/// Breaks lines that are too long to read: prose and comments between words, code behind its arrow, its first parenthesis or a comma.
/// </summary>
internal static class LongLines
{
    /// <summary>The most columns of a line.</summary>
    public const int Most = 140;

    private const string Comment = "/// ";

    // What stands for a space that a line must not end at.
    private const char Glue = '\u0001';

    /// <summary>A page whose lines of prose are broken; tables, headings and code stay as they are.</summary>
    public static string BreakPage(string page)
    {
        bool isCode = false;
        return string.Join('\n', page.Split('\n').SelectMany(line =>
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            return isCode || line.Length <= Most || line[0] is '|' or '#' ? [line]
                : Fill("", line.StartsWith("- ", StringComparison.Ordinal) ? "  " : "", line);
        }));
    }

    /// <summary>Code, of which no line is too long.</summary>
    public static string Break(string text) => string.Join("\n", text.Split('\n').SelectMany(BreakLine));

    private static IEnumerable<string> BreakLine(string line)
    {
        if (line.Length <= Most)
            return [line];
        string indent = line[..^line.TrimStart().Length];
        return line.AsSpan(indent.Length).StartsWith(Comment) ? BreakComment(indent + Comment, line[(indent.Length + Comment.Length)..])
            : BreakCode(indent, line);
    }

    // A summary or remarks on a line of its own gets its tags on theirs.
    private static IEnumerable<string> BreakComment(string prefix, string text)
    {
        Match element = Regex.Match(text, "^<(summary|remarks)>(.*)</\\1>$");
        return element.Success
            ? [$"{prefix}<{element.Groups[1].Value}>", .. Fill(prefix, prefix, element.Groups[2].Value),
            $"{prefix}</{element.Groups[1].Value}>"]
            : Fill(prefix, prefix, text);
    }

    // A tag stays on one line.
    private static IEnumerable<string> Fill(string first, string further, string text)
    {
        string line = first;
        bool isEmpty = true;
        foreach (string word in Regex.Replace(text, "<[^<>]*>", tag => tag.Value.Replace(' ', Glue)).Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Most)
            {
                yield return line.Replace(Glue, ' ');
                (line, isEmpty) = (further, true);
            }
            line += isEmpty ? word : " " + word;
            isEmpty = false;
        }
        yield return line.Replace(Glue, ' ');
    }

    // The parameters or arguments of the line, several to a line.
    private static IEnumerable<string> BreakCode(string indent, string line)
    {
        int open = line.IndexOf('(', StringComparison.Ordinal) + 1;
        string further = indent + "    ", part = further;
        yield return line[..open];
        foreach (string item in Items(line[open..]))
        {
            if (part.Length > further.Length && part.Length + item.TrimEnd().Length > Most)
            {
                yield return part.TrimEnd();
                part = further;
            }
            part += item;
        }
        yield return part;
    }

    // Parts of a list, each with the comma behind it; what is in parentheses or brackets stays together.
    private static IEnumerable<string> Items(string list)
    {
        int start = 0, depth = 0;
        for (int i = 0; i < list.Length; i++)
        {
            depth += list[i] is '(' or '[' ? 1 : list[i] is ')' or ']' ? -1 : 0;
            if (depth == 0 && list[i] == ' ' && i > 0 && list[i - 1] == ',')
            {
                yield return list[start..(i + 1)];
                start = i + 1;
            }
        }
        yield return list[start..];
    }
}
