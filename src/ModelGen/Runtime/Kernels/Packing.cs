using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Puts weights into the order in which kernels read them, once, when they are loaded. Sources are as PyTorch has them, a row of floats for
/// each output channel; units are blocks of 16 output channels, and lanes beyond the last one become zeros.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Packing
{
    internal const int Lanes = KernelContract.Block;

    private const int TileLength = Lanes * Lanes;

    /// <summary>Rows [outputs][length] to [outputs/16][length][16].</summary>
    /// <param name="rows">Read.</param>
    /// <param name="packed">Written.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="length">Floats of each.</param>
    /// <param name="part">Which part of the blocks of 16 output channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void ToBlocks(ref float rows, ref float packed, int outputs, int length, int part, int parts) =>
        FoldToBlocks(ref rows, ref Unsafe.NullRef<float>(), ref Unsafe.NullRef<float>(), ref packed, outputs, length, 0, part, parts);

    /// <summary>
    /// The same of rows · weight / √(variance + eps), a factor for each output channel, computed in double: batch normalisation folded into
    /// the filters before it.
    /// </summary>
    /// <param name="rows">Read.</param>
    /// <param name="weight">A float for each output channel; a null reference for no factors.</param>
    /// <param name="variance">A float for each output channel.</param>
    /// <param name="packed">Written.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="length">Floats of each.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="part">Which part of the blocks of 16 output channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void FoldToBlocks(
        ref float rows, ref float weight, ref float variance, ref float packed, int outputs, int length, float eps, int part, int parts)
    {
        Span<double> factors = stackalloc double[Lanes];
        (int firstBlock, int endBlock) = Units.OfPart(part, parts, (outputs + Lanes - 1) / Lanes);
        for (int block = firstBlock; block < endBlock; block++)
        {
            nint first = (nint)block * Lanes;
            int lanes = (int)Math.Min(Lanes, outputs - first);
            ref double factor = ref FactorsOf(factors, ref weight, ref variance, first, lanes, eps);
            Transpose(ref Unsafe.Add(ref rows, first * length), length, length, lanes, ref factor,
                ref Unsafe.Add(ref packed, first * length));
        }
    }

    /// <summary>weight / √(variance + eps) of some channels; a null reference where there is no weight.</summary>
    internal static ref double FactorsOf(Span<double> factors, ref float weight, ref float variance, nint first, int count, float eps)
    {
        if (Unsafe.IsNullRef(ref weight))
            return ref Unsafe.NullRef<double>();
        for (int lane = 0; lane < count; lane++)
            factors[lane] = BatchNorm.Factor(Unsafe.Add(ref weight, first + lane), Unsafe.Add(ref variance, first + lane), eps);
        return ref MemoryMarshal.GetReference(factors);
    }

    /// <summary>
    /// Up to 16 rows, at the distance <paramref name="stride"/>, to <paramref name="columns"/> groups of 16 floats. Rows that are missing
    /// count as zeros.
    /// </summary>
    /// <param name="rows">Read.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="columns">Floats of each row that are wanted.</param>
    /// <param name="lanes">Rows that there are.</param>
    /// <param name="factors">What each row is multiplied by; a null reference for nothing.</param>
    /// <param name="columnsOf16">Written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Transpose(ref float rows, nint stride, nint columns, int lanes, ref double factors, ref float columnsOf16)
    {
        // A cache line of each row at a time: rows are often at multiples of 4,096 bytes, where lines would not stay until they are wanted
        // again.
        Span<float> tile = stackalloc float[TileLength];
        tile.Clear();
        ref float start = ref MemoryMarshal.GetReference(tile);
        for (nint column = 0; column < columns; column += Lanes)
        {
            nint count = Math.Min(Lanes, columns - column);
            for (nint lane = 0; lane < lanes; lane++)
            {
                ref float from = ref Unsafe.Add(ref rows, lane * stride + column);
                ref float to = ref Unsafe.Add(ref start, lane * Lanes);
                if (Unsafe.IsNullRef(ref factors))
                    Elementwise.Copy(ref from, ref to, count);
                else
                    Scale(ref from, ref to, count, Unsafe.Add(ref factors, lane));
            }
            ref float packed = ref Unsafe.Add(ref columnsOf16, column * Lanes);
            if (count == Lanes)
            {
                TransposeSixteen(ref start, Lanes, ref packed, Lanes);
                continue;
            }
            for (nint i = 0; i < count; i++)
            {
                for (nint lane = 0; lane < Lanes; lane++)
                    Unsafe.Add(ref packed, i * Lanes + lane) = Unsafe.Add(ref start, lane * Lanes + i);
            }
        }
    }

    /// <summary>y = x · factor, each product rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Scale(ref float x, ref float y, nint count, double factor)
    {
        nint i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Load(ref x, i), out Vector<double> low, out Vector<double> high);
            Store(Vector.Narrow(low * factor, high * factor), ref y, i);
        }
        for (; i < count; i++)
            Unsafe.Add(ref y, i) = (float)(Unsafe.Add(ref x, i) * factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(ref float source, nint index) =>
        Unsafe.ReadUnaligned<Vector<float>>(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref source, index)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector<float> value, ref float destination, nint index) =>
        Unsafe.WriteUnaligned(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref destination, index)), value);

    /// <summary>16 rows of 16 floats, at these distances, to as many columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void TransposeSixteen(ref float from, nint fromRow, ref float to, nint toRow)
    {
        if (!Simd128.TransposesFour)
        {
            for (nint row = 0; row < Lanes; row++)
            {
                for (nint i = 0; i < Lanes; i++)
                    Unsafe.Add(ref to, i * toRow + row) = Unsafe.Add(ref from, row * fromRow + i);
            }
            return;
        }
        for (nint row = 0; row < Lanes; row += 4)
        {
            for (nint i = 0; i < Lanes; i += 4)
                Simd128.TransposeFour(ref Unsafe.Add(ref from, row * fromRow + i), fromRow, ref Unsafe.Add(ref to, i * toRow + row), toRow);
        }
    }
}
