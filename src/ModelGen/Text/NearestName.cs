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

    readonly int[] _row = new int[MaxLength + 1];
    long _budget = budget;

    /// <summary>
    /// The candidate with the smallest edit distance to <paramref name="name"/>, the first of equals; null when there is none.
    /// </summary>
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

    // Null also if the work cannot be afforded.
    int? Bounded(string a, string b, int limit) => (_budget -= PairCost) <= 0 || a.Length > MaxLength || b.Length > MaxLength
        ? null : EditDistance.Below(limit, a, b, _row, ref _budget);
}
