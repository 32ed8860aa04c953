using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Weights of fully connected layers in bfloat16, the upper half of a float: 8 bits of significand instead of 24, the same exponents. Two
/// share a float's place, so that a vector of places is two vectors of weights, by a shift and by a mask, at any width. For generated code;
/// not meant to be called from user code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BFloat16
{
    private const int Block = KernelContract.Block;

    /// <summary>Bits that a place has of its second weight.</summary>
    public static float SecondMask => BitConverter.UInt32BitsToSingle(0xFFFF_0000);

    /// <summary>
    /// Weights [O][I] to [O/32][I][16] places, each with those of two output channels that are 16 apart, the first one's in the lower half;
    /// zeros for channels beyond the last. Rounds to nearest, ties to even.
    /// </summary>
    /// <param name="weights">Read.</param>
    /// <param name="packed">Written.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="inputs">Weights of each.</param>
    /// <param name="part">Which part of the pairs of blocks of 16 output channels is wanted.</param>
    /// <param name="parts">How many parts there are.</param>
    public static void Pack(ref float weights, ref float packed, int outputs, int inputs, int part, int parts)
    {
        const int Columns = 64;
        Span<float> firsts = stackalloc float[Columns * Block], seconds = stackalloc float[Columns * Block];
        (int firstPair, int endPair) = Units.OfPart(part, parts, (outputs + 2 * Block - 1) / (2 * Block));
        for (int pair = firstPair; pair < endPair; pair++)
        {
            nint output = (nint)pair * 2 * Block;
            for (nint column = 0; column < inputs; column += Columns)
            {
                int count = (int)Math.Min(Columns, inputs - column);
                Transpose(ref weights, output, column, count, firsts);
                Transpose(ref weights, output + Block, column, count, seconds);
                ref float places = ref Unsafe.Add(ref packed, ((nint)pair * inputs + column) * Block);
                for (int i = 0; i < count * Block; i++)
                    Unsafe.As<float, uint>(ref Unsafe.Add(ref places, i)) = Round(firsts[i]) | ((uint)Round(seconds[i]) << 16);
            }
        }

        void Transpose(ref float from, nint output, nint column, int count, Span<float> to)
        {
            int lanes = (int)Math.Clamp(outputs - output, 0, Block);
            ref float rows = ref Unsafe.Add(ref from, lanes > 0 ? output * inputs + column : 0);
            Packing.Transpose(ref rows, inputs, count, lanes, ref Unsafe.NullRef<double>(), ref MemoryMarshal.GetReference(to));
        }
    }

    /// <summary>
    /// The bits of the nearest bfloat16, of two that are as near the even one; infinity beyond the largest; NaN stays NaN.
    /// </summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        // Of NaN the upper half alone could be infinity.
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>What a sum starts at: some channels' bias, or 0 where <paramref name="bias"/> is a null reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Start<S, V>(ref float bias, nint channel) where S : struct, ISimd<V> where V : struct =>
        Unsafe.IsNullRef(ref bias) ? default : S.Load(ref bias, channel);
}
