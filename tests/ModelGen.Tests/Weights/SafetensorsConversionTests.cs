using System.Runtime.InteropServices;
using ModelGen.Safetensors;
using static ModelGen.Tests.Weights.SafetensorsBytes;

namespace ModelGen.Tests.Weights;

/// <summary>All 65536 values of the two half-width types, against their definitions in double arithmetic.</summary>
public sealed class SafetensorsConversionTests
{
    [Theory]
    [InlineData("F16", 5)]
    [InlineData("BF16", 8)]
    public void Every_value_is_exact(string dtype, int exponentBits)
    {
        using var folder = new TemporaryFolder();
        var bytes = MemoryMarshal.AsBytes<ushort>(Enumerable.Range(0, 65536).Select(i => (ushort)i).ToArray()).ToArray();
        string json = $$$"""{"t":{"dtype":"{{{dtype}}}","shape":[256,256],"data_offsets":[0,131072]}}""";
        using var file = SafetensorsFile.Open(folder.Write(dtype, Build(json, bytes)));
        var actual = new float[65536];
        file.Read("t", actual);
        for (int bits = 0; bits < 65536; bits++)
        {
            double expected = Decode(bits, exponentBits);
            if (double.IsNaN(expected)) Assert.True(float.IsNaN(actual[bits]), $"0x{bits:x4}");
            // As bits, so that -0 is not taken for 0.
            else Assert.True(BitConverter.SingleToInt32Bits((float)expected) == BitConverter.SingleToInt32Bits(actual[bits]),
                $"0x{bits:x4}: expected {expected}, actual {actual[bits]}");
        }
    }

    static double Decode(int bits, int exponentBits)
    {
        int mantissaBits = 15 - exponentBits, bias = (1 << (exponentBits - 1)) - 1;
        int exponent = (bits >> mantissaBits) & ((1 << exponentBits) - 1), mantissa = bits & ((1 << mantissaBits) - 1);
        double sign = (bits & 0x8000) != 0 ? -1 : 1;
        if (exponent == (1 << exponentBits) - 1) return mantissa == 0 ? sign * double.PositiveInfinity : double.NaN;
        return exponent == 0
            ? sign * mantissa * Math.Pow(2, 1 - bias - mantissaBits)
            : sign * (1 + mantissa * Math.Pow(2, -mantissaBits)) * Math.Pow(2, exponent - bias);
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F32")]
    public void Every_length_around_the_buffer_is_read_whole(string dtype)
    {
        using var folder = new TemporaryFolder();
        int size = dtype == "F32" ? 4 : 2;
        foreach (int length in new[] { 0, 1, 7, 8, 9, 511, 512, 513, 1024, 1025 })
        {
            // By position, so that a shifted or repeated part shows.
            var expected = Enumerable.Range(0, length).Select(i => (float)(1 + i % 97)).ToArray();
            var bytes = dtype switch
            {
                "F32" => Singles(expected),
                "F16" => expected.SelectMany(v => BitConverter.GetBytes((Half)v)).ToArray(),
                _ => expected.SelectMany(v => BitConverter.GetBytes(v)[2..]).ToArray(),
            };
            string json = $$$"""{"t":{"dtype":"{{{dtype}}}","shape":[{{{length}}}],"data_offsets":[0,{{{length * size}}}]}}""";
            using var file = SafetensorsFile.Open(folder.Write("t", Build(json, bytes)));
            var actual = new float[length];
            file.Read("t", actual);
            Assert.Equal(expected, actual);
        }
    }
}
