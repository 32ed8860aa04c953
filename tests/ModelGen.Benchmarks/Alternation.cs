using System.Diagnostics;

namespace ModelGen.Benchmarks;

/// <summary>Time per call of two programs, one entry per block, measured by turns.</summary>
/// <remarks>
/// A machine's speed drifts (frequency, neighbours); what two programs do within the same few milliseconds shares the
/// drift. So the ratio is taken block by block, and only then the median: it says more than the ratio of two medians.
/// </remarks>
internal sealed class Alternation
{
    private readonly List<double> _first = [], _second = [];

    public double FirstMedian => Statistics.Median(_first);

    public double FirstMinimum => _first.Min();

    public double SecondMedian => Statistics.Median(_second);

    public double SecondMinimum => _second.Min();

    public int Blocks => _first.Count;

    /// <summary>
    /// Of several threads, how far apart the cores were after each round, in nanoseconds: see <see cref="CoreDistance"/>.
    /// </summary>
    public List<double> Distances { get; } = [];

    /// <summary>Median over the blocks of the second's time over the first's: above 1, the first is faster.</summary>
    public double Ratio => Statistics.Median([.. _second.Zip(_first, (second, first) => second / first)]);

    /// <summary>
    /// Measures one block of each. Who goes first changes from block to block, so that neither always finds the other's cache.
    /// </summary>
    /// <param name="first">Runs a block of the first program and returns its time per call, in any unit.</param>
    /// <param name="second">The same of the second program, in the same unit.</param>
    public void Round(Func<double> first, Func<double> second)
    {
        if (Blocks % 2 == 0)
        {
            _first.Add(first());
            _second.Add(second());
        }
        else
        {
            _second.Add(second());
            _first.Add(first());
        }
    }

    /// <summary>Microseconds per call of <paramref name="call"/> over <paramref name="count"/> calls.</summary>
    public static double MicrosecondsPerCall(Action call, int count)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / count;
    }

    /// <summary>Calls until the time is over and at least ten times: caches filled, code compiled at its final tier.</summary>
    /// <returns>Microseconds per call of the last tenth.</returns>
    public static double WarmUp(Action call, TimeSpan time)
    {
        const int batch = 10;
        long start = Stopwatch.GetTimestamp();
        double last;
        do
        {
            last = MicrosecondsPerCall(call, batch);
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return last;
    }
}
