using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Scheduling;

/// <summary>Something that needs memory from one step to another, both included.</summary>
internal readonly record struct Interval(int Value, int Length, int First, int Last);

/// <summary>
/// Gives intervals constant offsets in one arena: the largest first, each at the lowest place where it meets nothing that lives at the same
/// time (greedy by size: Pisarchyk and Lee 2020, Efficient memory management for deep neural net inference, §5). Where that needs more than
/// the lower bound, a search aims at the bound.
/// </summary>
internal static class Arena
{
    /// <summary>Every offset is a multiple of a line of the cache.</summary>
    public const int AlignmentInFloats = KernelContract.AlignmentInBytes / sizeof(float);

    /// <summary>Floats of the longest .NET array, less those that the runtime adds for alignment and overruns.</summary>
    public const int LongestLength = 0x7FFF_FFC7 - 1024;

    // Placements after which a search for a smaller arena is given up.
    private const int MostPlacements = 50_000;

    public static (IReadOnlyList<Lifetime> Placed, int Length) Assign(
        IReadOnlyList<Interval> intervals, CancellationToken cancellation = default)
    {
        int bound = Align(LowerBound(intervals));
        Interval[] order = [.. intervals.OrderByDescending(i => i.Length).ThenBy(i => i.First).ThenBy(i => i.Value)];
        int[] offsets = LargestFirst(order, cancellation);
        int length = LengthOf(order, offsets);
        // The bound itself, then a little more.
        for (int percent = 0; length > bound && percent <= 4; percent += 2)
        {
            int limit = Align(checked((int)(bound * (100L + percent) / 100)));
            Interval[] inTime = [.. order.OrderBy(i => i.First)];
            if (limit < length && WithinLimit(inTime, limit, cancellation) is int[] found)
                (order, offsets, length) = (inTime, found, LengthOf(inTime, found));
        }
        return ([.. order.Select((p, i) => new Lifetime(p.Value, offsets[i], p.Length, p.First, p.Last)).OrderBy(l => l.First)], length);
    }

    private static int[] LargestFirst(Interval[] order, CancellationToken cancellation)
    {
        int[] offsets = new int[order.Length];
        int[][] neighbours = Neighbours(order, cancellation);
        for (int i = 0; i < order.Length; i++)
            offsets[i] = Lowest(order, offsets, neighbours[i], order[i].Length);
        return offsets;
    }

    // Of each, those before it that live at the same time.
    private static int[][] Neighbours(Interval[] order, CancellationToken cancellation)
    {
        var before = new Timeline(order);
        int[][] neighbours = new int[order.Length][];
        for (int i = 0; i < order.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            neighbours[i] = before.Meeting(order[i]);
            before.Add(i, order[i]);
        }
        return neighbours;
    }

    // In order of time, each at its lowest or, failing that, its highest free place; where neither helps, back to the one before. Networks
    // whose trunk alternates between the two ends of the arena (dense blocks, pre-activation residuals) need this. Null where nothing is
    // found in reasonable time.
    private static int[]? WithinLimit(Interval[] order, int limit, CancellationToken cancellation)
    {
        int[][] neighbours = Neighbours(order, cancellation);
        int[] offsets = new int[order.Length];
        int[] tried = new int[order.Length];
        int placements = 0;
        for (int i = 0; i < order.Length;)
        {
            if (++placements > MostPlacements)
                return null;
            int length = order[i].Length;
            int offset = -1;
            if (tried[i] == 0)
                offset = Lowest(order, offsets, neighbours[i], length);
            else if (tried[i] == 1)
                offset = Highest(order, offsets, neighbours[i], length, limit);
            if (tried[i] < 2)
            {
                tried[i]++;
                if (offset < 0 || offset > limit - length)
                    continue;
                offsets[i++] = offset;
                continue;
            }
            tried[i] = 0;
            if (--i < 0)
                return null;
        }
        return offsets;
    }

    private static int Lowest(Interval[] order, int[] offsets, IEnumerable<int> neighbours, int length)
    {
        int offset = 0;
        foreach (int other in neighbours.OrderBy(n => offsets[n]))
        {
            if (length <= offsets[other] - offset)
                break;
            offset = Math.Max(offset, Align(checked(offsets[other] + order[other].Length)));
        }
        return offset;
    }

    private static int Highest(Interval[] order, int[] offsets, IEnumerable<int> neighbours, int length, int limit)
    {
        int offset = limit - Align(length);
        foreach (int other in neighbours.OrderByDescending(n => offsets[n] + order[n].Length))
        {
            if (Align(offsets[other] + order[other].Length) <= offset)
                break;
            offset = Math.Min(offset, offsets[other] - Align(length));
        }
        return offset;
    }

    private static int LengthOf(Interval[] order, int[] offsets)
    {
        int end = 0;
        for (int i = 0; i < order.Length; i++)
            end = Math.Max(end, checked(offsets[i] + order[i].Length));
        return Align(end);
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

    /// <summary>The length itself, of memory that one array holds.</summary>
    /// <exception cref="OverflowException">No array can be so long.</exception>
    public static int CheckLength(int length) => length <= LongestLength ? length : throw new OverflowException();

    public static int Align(int length) => Layout.RoundUp(length, AlignmentInFloats);
}
