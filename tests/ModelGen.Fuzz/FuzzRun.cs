using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelGen.Fuzz;

/// <summary>What a run over many inputs came to.</summary>
internal sealed class FuzzTotals
{
    public long Inputs { get; set; }

    public long Accepted { get; set; }

    public long Refused { get; set; }

    public long Failed { get; set; }

    public TimeSpan Slowest { get; set; }

    /// <summary>The number of the input that took longest.</summary>
    public long SlowestInput { get; set; }

    public long MostAllocated { get; set; }

    /// <summary>The number of the input that allocated most.</summary>
    public long LargestInput { get; set; }

    public string Text(string target, TimeSpan time) => string.Create(CultureInfo.InvariantCulture,
        $"{target}: {Inputs:N0} inputs in {time.TotalSeconds:F1} s, {Accepted:N0} accepted, {Refused:N0} refused, {Failed:N0} failed; "
        + $"slowest {Slowest.TotalMilliseconds:F0} ms (input {SlowestInput}), "
        + $"most allocated {MostAllocated / 1048576.0:F1} MB (input {LargestInput})");

    /// <summary>Counts what an input took.</summary>
    public void Count(long input, TimeSpan time, long allocated)
    {
        if (time > Slowest)
            (Slowest, SlowestInput) = (time, input);
        if (allocated > MostAllocated)
            (MostAllocated, LargestInput) = (allocated, input);
    }
}

/// <summary>Runs inputs of one target in this process.</summary>
internal sealed partial class FuzzRun(FuzzTarget target, ulong seed)
{
    /// <summary>Failures that are alike but for numbers count, but only the first of them is reported.</summary>
    private readonly HashSet<string> _seen = [];

    public FuzzTotals Totals { get; } = new();

    /// <summary>The smaller input that the last failure came with.</summary>
    public byte[]? Smaller { get; private set; }

    /// <summary>The input of a number, which depends on the seed and the number alone.</summary>
    public byte[] Make(long index) => target.Make(new Random(Mix(seed, (ulong)index)));

    /// <summary>Tries one input.</summary>
    /// <param name="index">Its number; -1 for one of the corpus.</param>
    /// <returns>What is wrong, or null.</returns>
    public string? Try(byte[] input, long index = -1)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        string? failure = null;
        Smaller = null;
        try
        {
            if (target.Check(input) == FuzzOutcome.Accepted)
                Totals.Accepted++;
            else
                Totals.Refused++;
        }
        catch (Exception e)
        {
            failure = e is FuzzException ? e.Message : e.ToString();
            Smaller = (e as FuzzException)?.Smaller;
        }
        // What else the machine does takes time, what else the process does takes processor time: neither is the input's.
        TimeSpan passed = Stopwatch.GetElapsedTime(start), worked = Environment.CpuUsage.TotalTime - used;
        TimeSpan time = passed < worked ? passed : worked;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Totals.Inputs++;
        Totals.Count(index, time, allocated);
        if (time > target.TimeLimit)
            failure ??= string.Create(CultureInfo.InvariantCulture,
                $"took {time.TotalSeconds:F1} s, allowed are {target.TimeLimit.TotalSeconds} s");
        if (target.AllocationLimit is long limit && allocated - input.Length > limit)
            failure ??= string.Create(CultureInfo.InvariantCulture, $"allocated {allocated:N0} bytes for an input of {input.Length:N0}");
        if (failure is not null)
            Totals.Failed++;
        return failure;
    }

    /// <summary>Whether no failure like this one was seen before.</summary>
    public bool IsNew(string failure) => _seen.Add(Digits().Replace(failure.Split('\n')[0], "#"));

    private static int Mix(ulong seed, ulong index)
    {
        ulong z = (seed * 0x9E3779B97F4A7C15) + ((index + 1) * 0xD1B54A32D192ED03);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(z ^ (z >> 31));
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
