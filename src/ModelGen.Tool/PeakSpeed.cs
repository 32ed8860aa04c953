using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Tool;

/// <summary>What a core can do at most, measured: fused multiply-adds in registers, of the widest vectors that the machine has.</summary>
internal static class PeakSpeed
{
    private const int Steps = 20_000, Chains = 10;
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(200);

    /// <returns>GFLOP/s of the calling thread's core; a multiply-add is two operations.</returns>
    public static double Measure() =>
        Vector512.IsHardwareAccelerated ? Measure(Run512, 16) : Vector256.IsHardwareAccelerated ? Measure(Run256, 8) : Measure(Run128, 4);

    private static double Measure(Func<float, float> run, int width)
    {
        double best = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            run(0.5f);
            best = Math.Max(best, 2.0 * Chains * Steps * width / Stopwatch.GetElapsedTime(before).TotalSeconds * 1e-9);
        }
        while (Stopwatch.GetElapsedTime(start) < Time);
        return best;
    }

    // Ten sums that do not wait for each other: more than two units of four cycles' latency keep in flight, and no more than 16 registers
    // hold.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run512(float value)
    {
        Vector512<float> a = Vector512.Create(value), s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int i = 0; i < Steps; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(a, a, s0);
            s1 = Vector512.FusedMultiplyAdd(a, a, s1);
            s2 = Vector512.FusedMultiplyAdd(a, a, s2);
            s3 = Vector512.FusedMultiplyAdd(a, a, s3);
            s4 = Vector512.FusedMultiplyAdd(a, a, s4);
            s5 = Vector512.FusedMultiplyAdd(a, a, s5);
            s6 = Vector512.FusedMultiplyAdd(a, a, s6);
            s7 = Vector512.FusedMultiplyAdd(a, a, s7);
            s8 = Vector512.FusedMultiplyAdd(a, a, s8);
            s9 = Vector512.FusedMultiplyAdd(a, a, s9);
        }
        return Vector512.Sum(s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)) + (s8 + s9));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run256(float value)
    {
        Vector256<float> a = Vector256.Create(value), s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int i = 0; i < Steps; i++)
        {
            s0 = Vector256.FusedMultiplyAdd(a, a, s0);
            s1 = Vector256.FusedMultiplyAdd(a, a, s1);
            s2 = Vector256.FusedMultiplyAdd(a, a, s2);
            s3 = Vector256.FusedMultiplyAdd(a, a, s3);
            s4 = Vector256.FusedMultiplyAdd(a, a, s4);
            s5 = Vector256.FusedMultiplyAdd(a, a, s5);
            s6 = Vector256.FusedMultiplyAdd(a, a, s6);
            s7 = Vector256.FusedMultiplyAdd(a, a, s7);
            s8 = Vector256.FusedMultiplyAdd(a, a, s8);
            s9 = Vector256.FusedMultiplyAdd(a, a, s9);
        }
        return Vector256.Sum(s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)) + (s8 + s9));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Run128(float value)
    {
        Vector128<float> a = Vector128.Create(value), s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int i = 0; i < Steps; i++)
        {
            s0 = Vector128.FusedMultiplyAdd(a, a, s0);
            s1 = Vector128.FusedMultiplyAdd(a, a, s1);
            s2 = Vector128.FusedMultiplyAdd(a, a, s2);
            s3 = Vector128.FusedMultiplyAdd(a, a, s3);
            s4 = Vector128.FusedMultiplyAdd(a, a, s4);
            s5 = Vector128.FusedMultiplyAdd(a, a, s5);
            s6 = Vector128.FusedMultiplyAdd(a, a, s6);
            s7 = Vector128.FusedMultiplyAdd(a, a, s7);
            s8 = Vector128.FusedMultiplyAdd(a, a, s8);
            s9 = Vector128.FusedMultiplyAdd(a, a, s9);
        }
        return Vector128.Sum(s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7)) + (s8 + s9));
    }
}
