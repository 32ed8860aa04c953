namespace ModelGen.Generator.Scheduling;

/// <summary>
/// Intervals by the time in which they live. What meets another is found by looking at what lives when that begins, and at what begins
/// while that lives, so that finding takes as long as there is to find, however many others there are.
/// </summary>
internal sealed class Timeline
{
    private readonly int[] _beginnings;
    private readonly List<int>?[] _beginningAt;

    // A tree over the beginnings, the root at 1 and the children of n at 2n and 2n + 1.
    // An interval is at the largest nodes that it lives through.
    private readonly List<int>?[] _livingThrough;

    /// <param name="intervals">All that will be added or asked for.</param>
    public Timeline(IEnumerable<Interval> intervals)
    {
        _beginnings = [.. intervals.Select(i => i.First).Distinct().OrderBy(first => first)];
        _beginningAt = new List<int>?[_beginnings.Length];
        _livingThrough = new List<int>?[2 * _beginnings.Length];
    }

    /// <summary>Adds an interval under a number.</summary>
    public void Add(int number, Interval interval)
    {
        int first = Array.BinarySearch(_beginnings, interval.First);
        int end = Array.BinarySearch(_beginnings, interval.Last);
        end = end < 0 ? ~end : end + 1;
        AddTo(ref _beginningAt[first], number);
        for ((int from, int to) = (first + _beginnings.Length, end + _beginnings.Length); from < to; (from, to) = (from / 2, to / 2))
        {
            if (from % 2 == 1)
                AddTo(ref _livingThrough[from++], number);
            if (to % 2 == 1)
                AddTo(ref _livingThrough[--to], number);
        }
    }

    /// <summary>The numbers of those that live at a time at which this one does, in no order.</summary>
    public int[] Meeting(Interval interval)
    {
        var found = new List<int>();
        int first = Array.BinarySearch(_beginnings, interval.First);
        for (int node = first + _beginnings.Length; node > 0; node /= 2)
            found.AddRange(_livingThrough[node] ?? []);
        for (int later = first + 1; later < _beginnings.Length && _beginnings[later] <= interval.Last; later++)
            found.AddRange(_beginningAt[later] ?? []);
        return [.. found];
    }

    private static void AddTo(ref List<int>? numbers, int number) => (numbers ??= []).Add(number);
}
