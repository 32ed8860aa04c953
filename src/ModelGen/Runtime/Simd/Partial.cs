using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Loads and stores of fewer floats than a vector has, for the ends of rows. Never touches memory beyond them.</summary>
internal static class Partial
{
    /// <summary>The <paramref name="count"/> floats at <paramref name="index"/>, then the lanes of <paramref name="fill"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V Load<S, V>(ref float source, nint index, nint count, V fill) where S : struct, ISimd<V> where V : struct
    {
        // A copy of its own takes the address: the callers' vectors stay in registers.
        V lanes = fill;
        ref float lane = ref Unsafe.As<V, float>(ref lanes);
        for (nint i = 0; i < count; i++)
            Unsafe.Add(ref lane, i) = Unsafe.Add(ref source, index + i);
        return lanes;
    }

    /// <summary>Writes the first <paramref name="count"/> lanes of <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<S, V>(V value, ref float destination, nint index, nint count) where S : struct, ISimd<V> where V : struct
    {
        V lanes = value;
        ref float lane = ref Unsafe.As<V, float>(ref lanes);
        for (nint i = 0; i < count; i++)
            Unsafe.Add(ref destination, index + i) = Unsafe.Add(ref lane, i);
    }

    /// <summary>Whether the first <paramref name="count"/> lanes are finite.</summary>
    internal static bool IsFinite<S, V>(V value, nint count) where S : struct, ISimd<V> where V : struct
    {
        V lanes = value;
        ref float lane = ref Unsafe.As<V, float>(ref lanes);
        bool isFinite = true;
        for (nint i = 0; i < count; i++)
            isFinite &= float.IsFinite(Unsafe.Add(ref lane, i));
        return isFinite;
    }
}
