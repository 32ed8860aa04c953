namespace ModelGen;

/// <summary>
/// Levenshtein's distance: the fewest characters to insert, delete or replace. The compiler and the library look for mistyped names by it.
/// </summary>
internal static class EditDistance
{
    /// <summary>The distance, however large.</summary>
    public static int Of(string a, string b)
    {
        long budget = long.MaxValue;
        return Below(int.MaxValue, a, b, new int[b.Length + 1], ref budget)!.Value;
    }

    /// <summary>The distance if it is below <paramref name="limit"/>; null if not, or if the work cannot be afforded.</summary>
    /// <param name="limit">What the distance has to stay below.</param>
    /// <param name="a">A name.</param>
    /// <param name="b">Another one.</param>
    /// <param name="row">Room for a row of the table: one number more than <paramref name="b"/> has characters.</param>
    /// <param name="budget">Cells of tables that may still be computed; those that were are taken off.</param>
    public static int? Below(int limit, string a, string b, int[] row, ref long budget)
    {
        // A common head and tail never cost an edit, and parameter names share most of theirs.
        int head = 0, endA = a.Length, endB = b.Length;
        while (head < endA && head < endB && a[head] == b[head])
            head++;
        while (endA > head && endB > head && a[endA - 1] == b[endB - 1])
            (endA, endB) = (endA - 1, endB - 1);
        int columns = endB - head;
        // The lengths bound the distance from below, which settles many pairs without the table.
        if (Math.Abs(endA - endB) >= limit)
            return null;

        budget -= columns + 1;
        for (int j = 0; j <= columns; j++)
            row[j] = j;
        for (int i = head; i < endA; i++)
        {
            if ((budget -= columns + 1) < 0)
                return null;
            int diagonal = row[0], lowest = row[0] = i - head + 1;
            for (int j = 0; j < columns; j++)
            {
                int replaced = diagonal + (a[i] == b[head + j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(diagonal, row[j]) + 1);
                lowest = Math.Min(lowest, row[j + 1]);
            }
            // A row's minimum never falls from one row to the next.
            if (lowest >= limit)
                return null;
        }
        return row[columns] < limit ? row[columns] : null;
    }
}
