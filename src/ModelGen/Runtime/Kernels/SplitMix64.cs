using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>The random numbers behind initialization, dropout and data: hashes of counters, the same on every platform.</summary>
internal static class SplitMix64
{
    /// <summary>The step of the counter: 2^64 over the golden ratio, odd.</summary>
    public const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>
    /// SplitMix64's finaliser (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014; Stafford's variant 13).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
