using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Of <see cref="WinogradF2x3"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WinogradF2x3Gradient : IWinogradGradient
{
    /// <inheritdoc/>
    public static int Size => 2;

    /// <inheritdoc/>
    public static int Patch => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GradientPoints<S, V>(ref float from, nint stride, ref float points, nint distance)
        where S : struct, ISimd<V> where V : struct
    {
        V d0 = S.Load(ref from, 0), d1 = S.Load(ref from, stride);
        S.Store(d0, ref points, 0);
        S.Store(S.Add(d0, d1), ref points, distance);
        S.Store(S.Subtract(d0, d1), ref points, 2 * distance);
        S.Store(d1, ref points, 3 * distance);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterTaps<S, V>(ref float from, nint stride, out V g0, out V g1, out V g2)
        where S : struct, ISimd<V> where V : struct
    {
        V m1 = S.Load(ref from, stride), m2 = S.Load(ref from, 2 * stride), half = S.Broadcast(0.5f);
        V sum = S.Multiply(half, S.Add(m1, m2));
        g0 = S.Add(S.Load(ref from, 0), sum);
        g1 = S.Multiply(half, S.Subtract(m1, m2));
        g2 = S.Add(sum, S.Load(ref from, 3 * stride));
    }
}
