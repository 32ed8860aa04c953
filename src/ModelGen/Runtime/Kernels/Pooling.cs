using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Steps of max pooling, inlined into generated kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Pooling
{
    /// <summary>
    /// The larger of <paramref name="largest"/> and <paramref name="value"/> in each lane; NaN once seen stays, as in PyTorch.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Max<S, V>(V largest, V value) where S : struct, ISimd<V> where V : struct =>
        S.ConditionalSelect(S.Equal(largest, largest), S.Max(largest, value), largest);

    /// <summary>
    /// What remains of <paramref name="rest"/> in the lanes where <paramref name="value"/> is the largest (or, where the largest is NaN, is
    /// NaN), which is taken out of it: the first such value of a window gets all.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V TakeWhereLargest<S, V>(V value, V largest, ref V rest) where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0f);
        V isNumber = S.Equal(value, value);
        V hit = S.ConditionalSelect(isNumber, S.Equal(value, largest), S.Equal(zero, zero));
        V taken = S.BitAnd(hit, rest);
        rest = S.ConditionalSelect(hit, zero, rest);
        return taken;
    }
}
