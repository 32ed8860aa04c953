namespace ModelGen;

/// <summary>Finds the names a user probably meant, by edit distance.</summary>
/// <remarks>
/// The names come from files, so the work is bounded: long names are not compared, and one search object has a budget for all its
/// searches. A file of a thousand keys, all renamed, stays far below it; a hostile one exhausts it and then gets no suggestions.
/// </remarks>
internal sealed class NearestName(long budget = NearestName.DefaultBudget)
{
    const int MaxLength = 256;

    /// <summary>Cells of distance tables one object computes; they take half a second at most.</summary>
    const long DefaultBudget = 200_000_000;

    // What it takes to look at a pair of names at all, in cells.
    const int PairCost = 8;

    long _budget = budget;

    /// <summary>The candidate with the smallest edit distance to <paramref name="name"/>, the first of equals; null when there is none.</summary>
    public string? Of(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int smallest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            if (_budget <= 0) break;
            if (Bounded(name, candidate, smallest) is not { } distance) continue;
            (best, smallest) = (candidate, distance);
        }
        return best;
    }

    /// <summary>The nearest candidates, at most <paramref name="count"/>, nearest first, equals in the order given.</summary>
    public IReadOnlyList<string> Several(string name, IEnumerable<string> candidates, int count) =>
        candidates.TakeWhile(_ => _budget > 0).Select(candidate => (Name: candidate, Distance: Bounded(name, candidate, int.MaxValue)))
            .Where(c => c.Distance != null).OrderBy(c => c.Distance).Take(count).Select(c => c.Name).ToList();

    /// <summary>Levenshtein distance: the fewest characters to insert, delete or replace.</summary>
    public static int Distance(string a, string b) => new NearestName().Bounded(a, b, int.MaxValue)!.Value;

    /// <summary>The distance if it is below <paramref name="limit"/>; null if not, or if the work cannot be afforded.</summary>
    int? Bounded(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int limit)
    {
        if ((_budget -= PairCost) <= 0 || a.Length > MaxLength || b.Length > MaxLength) return null;
        // A common head and tail never cost an edit, and parameter names share most of theirs.
        int head = a.CommonPrefixLength(b);
        a = a[head..];
        b = b[head..];
        int tail = 0;
        while (tail < a.Length && tail < b.Length && a[^(tail + 1)] == b[^(tail + 1)]) tail++;
        a = a[..^tail];
        b = b[..^tail];
        // The lengths bound the distance from below, which settles many pairs without the table.
        if (Math.Abs(a.Length - b.Length) >= limit) return null;

        _budget -= b.Length + 1;
        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 0; i < a.Length; i++)
        {
            if ((_budget -= b.Length + 1) < 0) return null;
            int diagonal = row[0], lowest = row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int above = row[j + 1];
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                row[j + 1] = Math.Min(replaced, Math.Min(above, row[j]) + 1);
                lowest = Math.Min(lowest, row[j + 1]);
                diagonal = above;
            }
            // A row's minimum never falls from one row to the next.
            if (lowest >= limit) return null;
        }
        return row[b.Length] < limit ? row[b.Length] : null;
    }
}
