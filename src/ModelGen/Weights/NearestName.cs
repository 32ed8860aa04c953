namespace ModelGen;

/// <summary>Finds the names a user probably meant, by edit distance.</summary>
/// <remarks>
/// The names come from files, so the work is bounded: long names are not compared, and one search object has a budget for all its
/// searches. Real networks stay far below it; a file with a million keys exhausts it and then gets no suggestions.
/// </remarks>
internal sealed class NearestName
{
    const int MaxLength = 256;

    long _remainingCells = 200_000_000;

    /// <summary>The candidate with the smallest edit distance to <paramref name="name"/>, the first of equals; null when there is none.</summary>
    public string? Of(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int smallest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            // The lengths bound the distance from below, which settles most pairs without the table.
            if (Math.Abs(candidate.Length - name.Length) >= smallest) continue;
            if (!Afford(name, candidate)) continue;
            int distance = Distance(name, candidate);
            if (distance < smallest) (best, smallest) = (candidate, distance);
        }
        return best;
    }

    /// <summary>The nearest candidates, at most <paramref name="count"/>, nearest first, equals in the order given.</summary>
    public IReadOnlyList<string> Several(string name, IEnumerable<string> candidates, int count) =>
        candidates.Where(candidate => Afford(name, candidate)).OrderBy(candidate => Distance(name, candidate)).Take(count).ToList();

    /// <summary>Levenshtein distance: the fewest characters to insert, delete or replace.</summary>
    public static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int above = row[j + 1];
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                row[j + 1] = Math.Min(replaced, Math.Min(above, row[j]) + 1);
                diagonal = above;
            }
        }
        return row[b.Length];
    }

    bool Afford(string a, string b)
    {
        if (a.Length > MaxLength || b.Length > MaxLength) return false;
        long cells = (a.Length + 1) * (b.Length + 1);
        if (cells > _remainingCells) return false;
        _remainingCells -= cells;
        return true;
    }
}
