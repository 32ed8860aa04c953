using System.Diagnostics;
using ModelGen;
using ModelGen.Data;

namespace FashionMnist;

/// <summary>What one call of the network costs.</summary>
/// <param name="MedianMicroseconds">Median time of a call.</param>
/// <param name="Calls">The calls that were timed.</param>
/// <param name="BytesPerCall">Managed bytes allocated per call, on average over those calls.</param>
internal readonly record struct Latency(double MedianMicroseconds, int Calls, double BytesPerCall)
{
    private const int MostCalls = 20_000;
    private const int LeastCalls = 100;

    // Long enough for the runtime to replace the first, unoptimised code of every method.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    /// <summary>Times single calls on this thread, one image each.</summary>
    /// <param name="forward">The network.</param>
    /// <param name="batches">Images, of which one batch is used.</param>
    public static Latency Measure(ForwardMethod forward, ImageBatches batches)
    {
        batches.MoveNext();
        var output = new float[FashionMnistData.Classes];
        var ticks = new long[MostCalls];
        var (start, calls) = (Stopwatch.GetTimestamp(), 0);
        for (; Stopwatch.GetElapsedTime(start) < WarmUp; calls++)
            Time(forward, batches, output, ticks.AsSpan(0, 1));

        // About as long again.
        var timed = ticks.AsSpan(0, Math.Clamp(calls, LeastCalls, MostCalls));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Time(forward, batches, output, timed);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        timed.Sort();
        return new Latency(timed[timed.Length / 2] * 1e6 / Stopwatch.Frequency, timed.Length, (double)bytes / timed.Length);
    }

    private static void Time(ForwardMethod forward, ImageBatches batches, float[] output, Span<long> ticks)
    {
        for (var i = 0; i < ticks.Length; i++)
        {
            var image = batches.Images.Slice(i % batches.Count * batches.ImageLength, batches.ImageLength);
            var start = Stopwatch.GetTimestamp();
            forward(image, output);
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }
    }
}
