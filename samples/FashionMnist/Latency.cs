using System.Diagnostics;

namespace FashionMnist;

/// <summary>What one call of the network costs.</summary>
/// <param name="MedianMicroseconds">Median time of a call.</param>
/// <param name="Calls">The calls that were timed.</param>
/// <param name="BytesPerCall">Managed bytes allocated per call, on average over those calls.</param>
internal readonly record struct Latency(double MedianMicroseconds, int Calls, double BytesPerCall)
{
    private const int TimedCalls = 20_000;

    // Long enough for the runtime to replace the first, unoptimised code of every method.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    /// <summary>Times single calls, one image each, on this thread.</summary>
    public static Latency Measure(LeNet5 network, LabelledImages images)
    {
        var output = new float[LeNet5.OutputLength];
        var ticks = new long[TimedCalls];
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < WarmUp)
            Time(network, images, output, ticks.AsSpan(0, 100));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Time(network, images, output, ticks);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Array.Sort(ticks);
        return new Latency(ticks[TimedCalls / 2] * 1e6 / Stopwatch.Frequency, TimedCalls, (double)bytes / TimedCalls);
    }

    private static void Time(LeNet5 network, LabelledImages images, float[] output, Span<long> ticks)
    {
        for (int i = 0, image = 0; i < ticks.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            network.Forward(images.Image(image), output);
            ticks[i] = Stopwatch.GetTimestamp() - start;
            image = image + 1 == images.Count ? 0 : image + 1;
        }
    }
}
