using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class ChannelSumTests
{
    private delegate void Kernel(
        ref float dy, ref float sum, int samples, nint sampleStride, int channels, nint channelStride, int rows, nint rowStride,
        int columns);

    private static readonly Kernel[] BlockedKernels =
    [
        ChannelSum.Blocked, ChannelSum.Blocked<Simd512, Vector512<float>>, ChannelSum.Blocked<Simd256, Vector256<float>>,
        ChannelSum.Blocked<Simd128, Vector128<float>>,
    ];

    private static readonly Kernel[] PlainKernels =
    [
        ChannelSum.Plain, ChannelSum.Plain<Simd512, Vector512<float>>, ChannelSum.Plain<Simd256, Vector256<float>>,
        ChannelSum.Plain<Simd128, Vector128<float>>,
    ];

    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            for (int columns = 1; columns <= 70; columns++)
                data.Add(1 + columns % 3, columns, columns % 2);
            data.Add(60, 70, 0); // several pieces
            data.Add(3, 5000, 1);
            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void AgreesWithTheDefinition(int rows, int columns, int gap)
    {
        Check(BlockedKernels, 16);
        Check(PlainKernels, 1);

        void Check(Kernel[] kernels, int lanes)
        {
            const int Samples = 2, Channels = 2;
            int rowStride = (columns + gap) * lanes, channelStride = rows * rowStride + 3, sampleStride = Channels * channelStride + 5;
            var dy = new Guarded(Guarded.Normal(Samples * sampleStride, columns, 1), 1);
            foreach (var kernel in kernels)
            {
                var sum = new Guarded(Channels * lanes, 2);
                kernel(ref dy.First, ref sum.First, Samples, sampleStride, Channels, channelStride, rows, rowStride, columns);
                sum.AssertGuards();
                for (int c = 0; c < Channels * lanes; c++)
                {
                    double exact = 0, magnitude = 0;
                    for (int s = 0; s < Samples; s++)
                    {
                        for (int r = 0; r < rows; r++)
                        {
                            for (int column = 0; column < columns; column++)
                            {
                                double value = dy[s * sampleStride + c / lanes * channelStride + r * rowStride + column * lanes
                                    + c % lanes];
                                exact += value;
                                magnitude += Math.Abs(value);
                            }
                        }
                    }

                    Assert.Equal(exact, sum[c], 1e-6 * magnitude);
                }
            }
        }
    }

    [Fact]
    public void NothingSumsToZero()
    {
        float none = 1f;
        var sum = new float[16];
        Array.Fill(sum, 7f);
        ChannelSum.Blocked(ref none, ref sum[0], 0, 0, 1, 0, 1, 0, 1);
        Assert.All(sum, v => Assert.Equal(0f, v));
        sum[0] = 7f;
        ChannelSum.Plain(ref none, ref sum[0], 1, 0, 1, 0, 0, 0, 0);
        Assert.Equal(0f, sum[0]);
    }

    [Fact]
    public void TwiceTheSameBitForBit()
    {
        float[] dy = Guarded.Normal(50_000 * 16, 3), first = new float[16], second = new float[16];
        ChannelSum.Blocked(ref dy[0], ref first[0], 2, 25_000 * 16, 1, 0, 250, 100 * 16, 100);
        ChannelSum.Blocked(ref dy[0], ref second[0], 2, 25_000 * 16, 1, 0, 250, 100 * 16, 100);
        Assert.Equal(first.Select(BitConverter.SingleToInt32Bits), second.Select(BitConverter.SingleToInt32Bits));
    }
}
