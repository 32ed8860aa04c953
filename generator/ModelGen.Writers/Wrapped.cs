using System.Text;

namespace ModelGen.Writers;

/// <summary>Text in lines of bounded length.</summary>
internal static class Wrapped
{
    /// <summary>The text cut at spaces; a longer word stands alone.</summary>
    public static IEnumerable<string> Lines(string text, int longest)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > longest)
            {
                yield return line.ToString();
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        if (line.Length > 0)
            yield return line.ToString();
    }
}
