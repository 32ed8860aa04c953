using System.ComponentModel;
using System.Numerics;

namespace ModelGen.Runtime;

/// <summary>One form of Winograd's algorithm, F(m×m, r×r), also with strides: its transforms along one dimension.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IWinogradTile
{
    /// <summary>m: results of a tile along one dimension.</summary>
    static abstract int Size { get; }

    /// <summary>r: taps of a filter along one dimension.</summary>
    static abstract int Taps { get; }

    /// <summary>Inputs that a tile reads, and points, along one dimension: m + r − 1, or 2·m + r − 2 with a stride of 2.</summary>
    static abstract int Patch { get; }

    /// <summary>Inputs from one tile to the next: m times the stride.</summary>
    static abstract int TileStep { get; }

    /// <summary>
    /// Different values of a filter's polynomials, along one dimension: one for each point, except where strides let points share one.
    /// </summary>
    static abstract int Filters { get; }

    /// <summary>
    /// G times the taps of some filters, which lie side by side, in double: done once, when weights are loaded. Points go to the distance
    /// <paramref name="stride"/>.
    /// </summary>
    static abstract void FilterPoints(ref Vector<double> taps, ref Vector<double> points, nint stride);

    /// <summary>
    /// One row of Bᵀ·d: inputs at the distance <paramref name="stride"/> to points at the distance <paramref name="distance"/>.
    /// </summary>
    static abstract void InputPoints<S, V>(ref float from, nint stride, ref float points, nint distance) where S : struct, ISimd<V>
        where V : struct;

    /// <summary>
    /// One row of Aᵀ·m: points at the distance <paramref name="stride"/> to results, of which those beyond <see cref="Size"/> mean nothing.
    /// </summary>
    static abstract void Results<S, V>(ref float from, nint stride, out V y0, out V y1, out V y2, out V y3) where S : struct, ISimd<V>
        where V : struct;
}
