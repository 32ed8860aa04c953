using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>
/// The transforms along one dimension of a form's gradient with respect to filters of three taps: those of <see cref="IWinogradTile"/>
/// transposed.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWinogradGradient
{
    /// <summary>m: results of a tile along one dimension.</summary>
    static abstract int Size { get; }

    /// <summary>m + 2: points along one dimension.</summary>
    static abstract int Patch { get; }

    /// <summary>
    /// One row of A·dy: <see cref="Size"/> gradients at the distance <paramref name="stride"/> to points at the distance
    /// <paramref name="distance"/>.
    /// </summary>
    static abstract void GradientPoints<S, V>(ref float from, nint stride, ref float points, nint distance) where S : struct, ISimd<V>
        where V : struct;

    /// <summary>One row of Gᵀ·m: points at the distance <paramref name="stride"/> to taps.</summary>
    static abstract void FilterTaps<S, V>(ref float from, nint stride, out V g0, out V g1, out V g2) where S : struct, ISimd<V>
        where V : struct;
}
