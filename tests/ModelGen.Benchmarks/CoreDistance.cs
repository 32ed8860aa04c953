using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ModelGen.Benchmarks;

/// <summary>How far apart two cores are, measured: the time that a cache line takes from one to the other.</summary>
/// <remarks>
/// On a virtual machine it changes, within seconds at times, with where the host puts its processors: some 50 ns where they share a third cache, some 220 where they do not. What two threads gain differs as much,
/// so times of two threads say something only beside this number.
/// </remarks>
internal static class CoreDistance
{
    private const int Warm = 500, RoundTrips = 2_000;

    private static Line s_turn;

    /// <returns>Nanoseconds from this thread's core to another's, half a round trip.</returns>
    public static double Measure()
    {
        s_turn.Value = 0;
        var partner = new Thread(Answer) { IsBackground = true };
        partner.Start();
        Ask(0, Warm);
        long start = Stopwatch.GetTimestamp();
        Ask(Warm, Warm + RoundTrips);
        double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / (2 * RoundTrips);
        partner.Join();
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
        for (int looks = 1; Volatile.Read(ref s_turn.Value) != turn; looks++)
        {
            // Both threads may be on one core for a moment.
            if (looks % 10_000 == 0)
            {
                Thread.Yield();
            }
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
