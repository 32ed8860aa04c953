using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ModelGen.Benchmarks;

/// <summary>How far apart two cores are, measured: the time that a cache line takes from one to the other.</summary>
/// <remarks>
/// On a virtual machine it changes, within seconds at times, with where the host puts its processors: some 50 ns where they share a third
/// cache, some 220 where they do not. What two threads gain differs as much, so times of two threads say something only beside this number.
/// </remarks>
internal static class CoreDistance
{
    private const int Warm = 500, RoundTrips = 2_000;

    private static Line s_turn;

    /// <param name="core">The first of two cores side by side, to which the calling thread is bound afterwards.</param>
    /// <param name="threads">To how many cores it is bound.</param>
    /// <returns>Nanoseconds from one to the other, half a round trip.</returns>
    public static double Measure(int core, int threads)
    {
        s_turn.Value = 0;
        var partner = new Thread(Answer) { IsBackground = true };
        // A thread is bound as the one that starts it.
        ProcessorCores.Pin(core + 1, 1);
        partner.Start();
        ProcessorCores.Pin(core, 1);
        Ask(0, Warm);
        long start = Stopwatch.GetTimestamp();
        Ask(Warm, Warm + RoundTrips);
        double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / (2 * RoundTrips);
        partner.Join();
        ProcessorCores.Pin(core, threads);
        return nanoseconds;
    }

    private static void Ask(int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            Volatile.Write(ref s_turn.Value, 2 * i + 1);
            WaitFor(2 * i + 2);
        }
    }

    private static void Answer()
    {
        for (int i = 0; i < Warm + RoundTrips; i++)
        {
            WaitFor(2 * i + 1);
            Volatile.Write(ref s_turn.Value, 2 * i + 2);
        }
    }

    private static void WaitFor(int turn)
    {
        while (Volatile.Read(ref s_turn.Value) != turn)
        {
        }
    }

    // Alone in its pair of cache lines.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Line
    {
        [FieldOffset(128)]
        public int Value;
    }
}
