using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Weights as the backward pass wants them, from the order in which the forward pass has them: inputs and outputs exchanged, in blocks of
/// 16 on either side. Lanes beyond the last channel are zeros.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FilterRotation
{
    private const int Lanes = Packing.Lanes;

    /// <summary>Filters [O/16][C][taps][16] rotated by 180°: [C/16][O][taps][16], the last tap first.</summary>
    /// <param name="filters">Read.</param>
    /// <param name="rotated">Written.</param>
    /// <param name="outputs">Output channels, O.</param>
    /// <param name="inputs">Input channels, C.</param>
    /// <param name="taps">Taps of a filter.</param>
    /// <param name="part">Which part of the blocks of 16 input channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(ref float filters, ref float rotated, int outputs, int inputs, int taps, int part, int parts)
    {
        (int first, int end) = Units.OfPart(part, parts, (inputs + Lanes - 1) / Lanes);
        for (nint block = first; block < end; block++)
        {
            for (nint output = 0; output < outputs; output += Lanes)
                RotateBlock(ref filters, ref Unsafe.Add(ref rotated, (block * outputs + output) * taps * Lanes), outputs, inputs, taps,
                    block, output);
        }
    }

    /// <summary>
    /// The same of a block of 16 input channels and up to 16 output channels, from <paramref name="output"/>, a multiple of 16, on:
    /// [O][taps][16].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RotateBlock(ref float filters, ref float rotated, int outputs, int inputs, int taps, nint block, nint output)
    {
        nint row = (nint)taps * Lanes;
        int rows = (int)Math.Min(Lanes, inputs - block * Lanes), columns = (int)Math.Min(Lanes, outputs - output);
        ref float from = ref Unsafe.Add(ref filters, (output / Lanes * inputs + block * Lanes) * row);
        for (nint tap = 0; tap < taps; tap++)
            Tile(ref Unsafe.Add(ref from, tap * Lanes), row, rows, ref Unsafe.Add(ref rotated, (taps - 1 - tap) * Lanes), row, columns);
    }

    // Up to 16 rows of 16 floats to as many columns of them as are wanted, each 16 floats with zeros for rows that are missing.
    private static void Tile(ref float from, nint fromRow, int rows, ref float to, nint toRow, int columns)
    {
        if (rows == Lanes && columns == Lanes)
        {
            Packing.TransposeSixteen(ref from, fromRow, ref to, toRow);
            return;
        }
        for (nint column = 0; column < columns; column++)
        {
            for (nint row = 0; row < Lanes; row++)
                Unsafe.Add(ref to, column * toRow + row) = row < rows ? Unsafe.Add(ref from, row * fromRow + column) : 0f;
        }
    }
}
