namespace ModelGen.Writers;

/// <summary>Keeps what is written within the columns that the build allows.</summary>
internal static class Columns
{
    private const int Most = 140;

    /// <summary>A page whose lines of prose are broken between words; tables, headings and code stay as they are.</summary>
    public static string Wrap(string page)
    {
        bool isCode = false;
        var lines = new List<string>();
        foreach (string line in page.Split('\n'))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            if (isCode || line.Length <= Most || line[0] is '|' or '#')
                lines.Add(line);
            else
                lines.AddRange(Broken(line, line.StartsWith("- ", StringComparison.Ordinal) ? "  " : ""));
        }
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Broken(string line, string indentation)
    {
        string[] words = line.Split(' ');
        string current = words[0];
        foreach (string word in words.Skip(1))
        {
            if (current.Length + 1 + word.Length > Most)
            {
                yield return current;
                current = indentation + word;
            }
            else
            {
                current += " " + word;
            }
        }
        yield return current;
    }
}
