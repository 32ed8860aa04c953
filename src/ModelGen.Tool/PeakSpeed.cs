using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tool;

/// <summary>What a core can do at most, measured: fused multiply-adds in registers, of the widest vectors that the machine has.</summary>
internal static class PeakSpeed
{
    private const int Chains = 10, Steps = 20_000;
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(200);

    /// <returns>GFLOP/s of the calling thread's core; a multiply-add is two operations.</returns>
    public static double Measure() =>
        Vector512.IsHardwareAccelerated ? Measure<Vector512<float>, Simd512>()
        : Vector256.IsHardwareAccelerated ? Measure<Vector256<float>, Simd256>()
        : Measure<Vector128<float>, Simd128>();

    private static double Measure<V, S>()
        where V : struct
        where S : struct, ISimd<V>
    {
        double best = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            MultiplyAdd<V, S>(0.5f);
            best = Math.Max(best, 2.0 * Chains * Steps * S.Width / Stopwatch.GetElapsedTime(before).TotalSeconds * 1e-9);
        }
        while (Stopwatch.GetElapsedTime(start) < Time);
        return best;
    }

    // Ten sums that do not wait for each other: more than two units of four cycles' latency keep in flight, and no more than 16 registers
    // hold.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdd<V, S>(float value)
        where V : struct
        where S : struct, ISimd<V>
    {
        V a = S.Broadcast(value), b = S.Broadcast(value);
        V s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int i = 0; i < Steps; i++)
        {
            s0 = S.FusedMultiplyAdd(a, b, s0);
            s1 = S.FusedMultiplyAdd(a, b, s1);
            s2 = S.FusedMultiplyAdd(a, b, s2);
            s3 = S.FusedMultiplyAdd(a, b, s3);
            s4 = S.FusedMultiplyAdd(a, b, s4);
            s5 = S.FusedMultiplyAdd(a, b, s5);
            s6 = S.FusedMultiplyAdd(a, b, s6);
            s7 = S.FusedMultiplyAdd(a, b, s7);
            s8 = S.FusedMultiplyAdd(a, b, s8);
            s9 = S.FusedMultiplyAdd(a, b, s9);
        }

        V sum = S.Add(S.Add(S.Add(s0, s1), S.Add(s2, s3)), S.Add(S.Add(S.Add(s4, s5), S.Add(s6, s7)), S.Add(s8, s9)));
        return Unsafe.As<V, float>(ref sum);
    }
}
