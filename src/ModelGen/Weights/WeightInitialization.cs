using System.Text;
using ModelGen.Runtime;

namespace ModelGen;

/// <summary>First values of parameters: a pure function of (seed, parameter name, index), the same bits on every platform.</summary>
/// <remarks>
/// Counter-based, so a parameter's values depend neither on the order of parameters nor on their number: adding a layer to a network
/// leaves the first values of the others as they were. The generator is SplitMix64 (Steele, Lea, Flood 2014), started from the seed and
/// the FNV-1a hash of the name.
/// </remarks>
internal static class WeightInitialization
{
    /// <summary>Fills <paramref name="values"/>, the memory of <paramref name="parameter"/>, by the parameter's initializer.</summary>
    public static void Fill(ParameterInfo parameter, int seed, Span<float> values)
    {
        switch (parameter.Initializer)
        {
            case ParameterInitializer.Zeros:
                values.Clear();
                break;
            case ParameterInitializer.Ones:
                values.Fill(1);
                break;
            case ParameterInitializer.Constant:
                values.Fill(parameter.Value);
                break;
            case ParameterInitializer.Uniform:
                Uniform(Start(), parameter.Bound, values);
                break;
            case ParameterInitializer.Normal:
                NormalInitialization.Fill(Start(), parameter.Mean, parameter.StandardDeviation, values);
                break;
            case ParameterInitializer.TruncatedNormal:
                NormalInitialization.FillTruncated(
                    Start(), parameter.Mean, parameter.StandardDeviation, parameter.Lower, parameter.Upper, values);
                break;
            case ParameterInitializer.Orthogonal:
                OrthogonalInitialization.Fill(Start(), parameter.Shape.Count == 0 ? 1 : parameter.Shape[0], parameter.Gain, values);
                break;
            default:
                throw new InvalidOperationException(
                    MessageText.Invariant(
                        $"Parameter {MessageText.Quote(parameter.Name)}: expected one of "
                            + $"{string.Join(", ", Enum.GetNames<ParameterInitializer>())}, actual {(int)parameter.Initializer}."));
        }

        ulong Start() => SplitMix64.Mix(unchecked((uint)seed + SplitMix64.Golden)) ^ Fnv1a(parameter.Name);
    }

    static void Uniform(ulong start, float bound, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int bits = (int)(SplitMix64.Mix(unchecked(start + ((ulong)i + 1) * SplitMix64.Golden)) >> 40);
            // With u = bits / 2^24 this is 2u - 1. Subtraction and scaling by a power of two are exact in float;
            // the product with the bound is the one rounding, and IEEE 754 fixes it.
            float unit = (bits - (1 << 23)) * (1f / (1 << 23));
            values[i] = bound * unit;
        }
    }

    static ulong Fnv1a(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ b) * 0x100000001B3);
        return hash;
    }
}
