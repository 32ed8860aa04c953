using System.Text;

namespace ModelGen.Generator.Text;

/// <summary>From names of others to identifiers.</summary>
internal static class Identifiers
{
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
}
