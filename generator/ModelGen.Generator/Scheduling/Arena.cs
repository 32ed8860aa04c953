namespace ModelGen.Generator.Scheduling;

/// <summary>Something that needs memory from one step to another, both included.</summary>
internal readonly record struct Interval(int Value, int Length, int First, int Last)
{
    public bool MeetsInTime(Interval other) => First <= other.Last && other.First <= Last;
}

/// <summary>
/// Gives intervals constant offsets in one arena: the largest first, each at the lowest place where it meets nothing that lives at the same time (greedy by
/// size: Pisarchyk and Lee 2020, Efficient memory management for deep neural net inference, §5). Where that needs more than the lower bound, what stuck out is placed
/// first in another attempt.
/// </summary>
internal static class Arena
{
    /// <summary>Every offset is a multiple of 64 bytes.</summary>
    public const int AlignmentInFloats = 16;

    private const int MostAttempts = 40;

    public static (IReadOnlyList<Lifetime> Placed, int Length) Assign(IReadOnlyList<Interval> intervals)
    {
        int bound = Align(LowerBound(intervals));
        List<Interval> order = [.. intervals.OrderByDescending(i => i.Length).ThenBy(i => i.First).ThenBy(i => i.Value)];
        (List<(Interval Interval, int Offset)> best, int length) = Place(order);
        (List<(Interval Interval, int Offset)> placed, int end) = (best, length);
        for (int attempt = 1; attempt < MostAttempts && length > bound; attempt++)
        {
            HashSet<int> sticksOut = [.. placed.Where(p => p.Offset + p.Interval.Length > bound).Select(p => p.Interval.Value)];
            order = [.. order.Where(i => sticksOut.Contains(i.Value)), .. order.Where(i => !sticksOut.Contains(i.Value))];
            (placed, end) = Place(order);
            if (end < length)
                (best, length) = (placed, end);
        }
        return ([.. best.Select(p => new Lifetime(p.Interval.Value, p.Offset, p.Interval.Length, p.Interval.First, p.Interval.Last)).OrderBy(l => l.First)], length);
    }

    private static (List<(Interval Interval, int Offset)> Placed, int Length) Place(List<Interval> order)
    {
        var placed = new List<(Interval Interval, int Offset)>();
        int end = 0;
        foreach (Interval interval in order)
        {
            int offset = 0;
            foreach ((Interval other, int at) in placed.Where(p => p.Interval.MeetsInTime(interval)).OrderBy(p => p.Offset))
            {
                if (offset + interval.Length <= at)
                    break;
                offset = Math.Max(offset, Align(at + other.Length));
            }
            placed.Add((interval, offset));
            end = Math.Max(end, offset + interval.Length);
        }
        return (placed, Align(end));
    }

    /// <summary>The largest sum of lengths alive at one step.</summary>
    public static int LowerBound(IReadOnlyList<Interval> intervals)
    {
        var changes = new SortedDictionary<int, long>();
        foreach (Interval interval in intervals)
        {
            changes[interval.First] = (changes.TryGetValue(interval.First, out long up) ? up : 0) + interval.Length;
            changes[interval.Last + 1] = (changes.TryGetValue(interval.Last + 1, out long down) ? down : 0) - interval.Length;
        }
        long alive = 0;
        long most = 0;
        foreach (long change in changes.Values)
        {
            alive += change;
            most = Math.Max(most, alive);
        }
        return checked((int)most);
    }

    public static int Align(int length) => Layout.RoundUp(length, AlignmentInFloats);
}
