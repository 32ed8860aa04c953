using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>dL/dx of fully connected layers, from weights as the forward pass has them: nothing is transposed.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LinearGradient
{
    /// <summary>Inputs of which threads share the work: the unit.</summary>
    public const int Chunk = KernelContract.LinearGradientChunk;

    private const int Lanes = KernelContract.Block;

    // Blocks of outputs that are added at a time, so that sums are read and written a quarter as often.
    private const int BlocksPerPass = 4;

    /// <summary>dx = Wᵀ·dy for each sample.</summary>
    /// <param name="dy">Gradients of the results in blocks of 16; lanes beyond the last one are not used, here and in the weights.</param>
    /// <param name="weights">[outputs/16][inputs][16], inputs in the order channel, row, column.</param>
    /// <param name="dx">Pixel (0, 0) of the first channel of the first sample, written.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="outputs">Number of results.</param>
    /// <param name="dySample">Floats from one sample of dy to the next.</param>
    /// <param name="image">How dx lies.</param>
    /// <param name="firstChunk">The first unit that is wanted.</param>
    /// <param name="endChunk">The unit after the last.</param>
    public static void Input(
        ref float dy, ref float weights, ref float dx, int samples, int outputs, nint dySample, in ImageLayout image, int firstChunk,
        int endChunk) =>
        Target.Run(new InputKernel(samples, outputs, dySample, image, firstChunk, endChunk), new Operands(ref dy, ref weights, ref dx));

    private readonly struct InputKernel(int samples, int outputs, nint dySample, ImageLayout image, int firstChunk, int endChunk) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Input<S, V>(ref o.First, ref o.Second, ref o.Third, samples, outputs, dySample, image, firstChunk, endChunk);
    }

    internal static void Input<S, V>(
        ref float dy, ref float weights, ref float dx, int samples, int outputs, nint dySample, in ImageLayout image, int firstChunk,
        int endChunk)
        where S : struct, ISimd<V> where V : struct
    {
        int inputs = image.Channels * image.Rows * image.Columns;
        nint block = (nint)inputs * Lanes;
        // Sums of 16 outputs apart, for two samples.
        Span<float> memory = stackalloc float[2 * Chunk * Lanes];
        ref float sums = ref MemoryMarshal.GetReference(memory);
        for (int first = firstChunk * Chunk; first < Math.Min(inputs, endChunk * Chunk); first += Chunk)
        {
            int count = Math.Min(Chunk, inputs - first);
            for (int sample = 0; sample < samples; sample += 2)
            {
                int pair = Math.Min(2, samples - sample);
                memory.Clear();
                for (int b = 0; b * Lanes < outputs; b += BlocksPerPass)
                {
                    ref float from = ref Unsafe.Add(ref weights, b * block + (nint)first * Lanes);
                    ref float gradient = ref Unsafe.Add(ref dy, sample * dySample + (nint)b * Lanes);
                    int rest = outputs - b * Lanes;
                    if (rest < BlocksPerPass * Lanes)
                    {
                        for (int i = 0; i * Lanes < rest; i++)
                        {
                            for (int s = 0; s < pair; s++)
                            {
                                AddOne<S, V>(
                                    ref Unsafe.Add(ref gradient, s * dySample + i * Lanes), ref Unsafe.Add(ref from, i * block),
                                    ref Unsafe.Add(ref sums, s * Chunk * Lanes), count, rest - i * Lanes);
                            }
                        }
                    }
                    else if (pair == 2)
                    {
                        AddPair<S, V>(ref gradient, dySample, ref from, block, ref sums, count);
                    }
                    else
                    {
                        AddFour<S, V>(ref gradient, ref from, block, ref sums, count);
                    }
                }
                for (int s = 0; s < pair; s++)
                    Store<S, V>(ref Unsafe.Add(ref sums, s * Chunk * Lanes), ref Unsafe.Add(ref dx, (sample + s) * image.SampleStride),
                        first, count, image);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne<S, V>(ref float gradient, ref float weights, ref float sums, int count, int lanes) where S : struct, ISimd<V>
        where V : struct
    {
        for (nint lane = 0; lane < Math.Min(Lanes, lanes); lane += S.Width)
        {
            int used = (int)Math.Min(S.Width, lanes - lane);
            V g = S.FirstLanes(S.Load(ref gradient, lane), used);
            for (nint at = lane; at < (nint)count * Lanes; at += Lanes)
                S.Store(S.FusedMultiplyAdd(S.FirstLanes(S.Load(ref weights, at), used), g, S.Load(ref sums, at)), ref sums, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFour<S, V>(ref float gradient, ref float weights, nint block, ref float sums, int count)
        where S : struct, ISimd<V> where V : struct
    {
        for (nint lane = 0; lane < Lanes; lane += S.Width)
        {
            V g0 = S.Load(ref gradient, lane), g1 = S.Load(ref gradient, lane + Lanes), g2 = S.Load(ref gradient, lane + 2 * Lanes),
                g3 = S.Load(ref gradient, lane + 3 * Lanes);
            for (nint at = lane; at < (nint)count * Lanes; at += Lanes)
            {
                V sum = S.FusedMultiplyAdd(S.Load(ref weights, at), g0, S.Load(ref sums, at));
                sum = S.FusedMultiplyAdd(S.Load(ref weights, at + block), g1, sum);
                sum = S.FusedMultiplyAdd(S.Load(ref weights, at + 2 * block), g2, sum);
                S.Store(S.FusedMultiplyAdd(S.Load(ref weights, at + 3 * block), g3, sum), ref sums, at);
            }
        }
    }

    // The same for two samples, in the same order for each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPair<S, V>(ref float gradient, nint sample, ref float weights, nint block, ref float sums, int count)
        where S : struct, ISimd<V> where V : struct
    {
        ref float second = ref Unsafe.Add(ref gradient, sample);
        ref float secondSums = ref Unsafe.Add(ref sums, Chunk * Lanes);
        for (nint lane = 0; lane < Lanes; lane += S.Width)
        {
            V g0 = S.Load(ref gradient, lane), g1 = S.Load(ref gradient, lane + Lanes), g2 = S.Load(ref gradient, lane + 2 * Lanes),
                g3 = S.Load(ref gradient, lane + 3 * Lanes);
            V h0 = S.Load(ref second, lane), h1 = S.Load(ref second, lane + Lanes), h2 = S.Load(ref second, lane + 2 * Lanes),
                h3 = S.Load(ref second, lane + 3 * Lanes);
            for (nint at = lane; at < (nint)count * Lanes; at += Lanes)
            {
                V w = S.Load(ref weights, at);
                V sum = S.FusedMultiplyAdd(w, g0, S.Load(ref sums, at)), other = S.FusedMultiplyAdd(w, h0, S.Load(ref secondSums, at));
                w = S.Load(ref weights, at + block);
                (sum, other) = (S.FusedMultiplyAdd(w, g1, sum), S.FusedMultiplyAdd(w, h1, other));
                w = S.Load(ref weights, at + 2 * block);
                (sum, other) = (S.FusedMultiplyAdd(w, g2, sum), S.FusedMultiplyAdd(w, h2, other));
                w = S.Load(ref weights, at + 3 * block);
                S.Store(S.FusedMultiplyAdd(w, g3, sum), ref sums, at);
                S.Store(S.FusedMultiplyAdd(w, h3, other), ref secondSums, at);
            }
        }
    }

    // Adds up lanes, and puts each input where the image has it.
    private static void Store<S, V>(ref float sums, ref float dx, int first, int count, in ImageLayout image) where S : struct, ISimd<V>
        where V : struct
    {
        int pixels = image.Rows * image.Columns;
        (int channel, int pixel) = (first / pixels, first % pixels);
        (int row, int column) = (pixel / image.Columns, pixel % image.Columns);
        int lanes = image.Lanes;
        for (nint i = 0; i < count; i++)
        {
            V sum = S.Load(ref sums, i * Lanes);
            for (nint lane = S.Width; lane < Lanes; lane += S.Width)
                sum = S.Add(sum, S.Load(ref sums, i * Lanes + lane));
            Unsafe.Add(ref dx, channel / lanes * image.PlaneStride + channel % lanes + row * image.RowStride
                + (nint)column * lanes) = S.HorizontalSum(sum);
            if (++column < image.Columns)
                continue;
            column = 0;
            if (++row < image.Rows)
                continue;
            (row, channel) = (0, channel + 1);
        }
    }
}
