using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Weights of fully connected layers in bfloat16, the upper half of a float: 8 bits of significand instead of 24, the same exponents. Two share a float's place, so that a vector of
/// places is two vectors of weights, by a shift and by a mask, at any width. For generated code; not meant to be called from user code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BFloat16
{
    private const int Block = 16;

    /// <summary>Bits that a place has of its second weight.</summary>
    public static float SecondMask => BitConverter.UInt32BitsToSingle(0xFFFF_0000);

    /// <summary>
    /// Weights [O][I] to [O/32][I][16] places, each with those of two output channels that are 16 apart, the first one's in the lower half; zeros for channels beyond the last. Rounds to nearest, ties to even.
    /// </summary>
    public static void Pack(ref float weights, ref float packed, int outputs, int inputs)
    {
        for (int first = 0; first < outputs; first += 2 * Block)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int lane = 0; lane < Block; lane++, packed = ref Unsafe.Add(ref packed, 1))
                    Unsafe.As<float, uint>(ref packed) = Bits(ref weights, first + lane, i) | (Bits(ref weights, first + Block + lane, i) << 16);
            }
        }

        uint Bits(ref float from, int output, int input) => output < outputs ? Round(Unsafe.Add(ref from, (nint)output * inputs + input)) : 0u;
    }

    /// <summary>The bits of the nearest bfloat16, of two that are as near the even one; infinity beyond the largest; NaN stays NaN.</summary>
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
