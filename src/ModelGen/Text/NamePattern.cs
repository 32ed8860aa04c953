namespace ModelGen;

/// <summary>
/// Names of parameters as users select them: the whole name, in which <c>*</c> stands for any characters, points among them, or for none.
/// Every other character stands for itself. The compiler reads the patterns of <c>Freeze</c> by this, the library those of <c>skip</c>.
/// </summary>
internal static class NamePattern
{
    /// <summary>The patterns of a list separated by commas.</summary>
    public static IEnumerable<string> Split(string patterns) => patterns.Split(',').Select(p => p.Trim()).Where(p => p.Length > 0);

    /// <summary>Whether the pattern stands for that name.</summary>
    public static bool Matches(string pattern, string name)
    {
        // The latest star may have to take one more character; earlier ones never.
        (int p, int n, int star, int taken) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, taken) = (p++, n);
            else if (p < pattern.Length && pattern[p] == name[n])
                (p, n) = (p + 1, n + 1);
            else if (star >= 0)
                (p, n) = (star + 1, ++taken);
            else
                return false;
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
