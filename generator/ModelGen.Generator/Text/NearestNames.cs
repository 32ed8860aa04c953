namespace ModelGen.Generator.Text;

/// <summary>Finds what a mistyped name was meant to be.</summary>
internal static class NearestNames
{
    // Comparing takes the product of the lengths, for each candidate.
    private const int LongestName = 128;
    private const int MostCandidates = 1000;

    /// <summary>
    /// The names at the smallest edit distance, at most a third of the name's length but always one or two letters; none where all are
    /// further. Of very many or long names only some are looked at.
    /// </summary>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length > LongestName)
            return [];
        int limit = Math.Max(2, name.Length / 3);
        var best = new List<string>();
        foreach (string candidate in candidates.Take(MostCandidates).Where(c => c.Length <= LongestName))
        {
            int distance = EditDistance.Of(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance > limit || distance >= Math.Max(name.Length, candidate.Length))
                continue;
            if (distance < limit)
                best.Clear();
            limit = distance;
            best.Add(candidate);
        }
        return best;
    }
}
