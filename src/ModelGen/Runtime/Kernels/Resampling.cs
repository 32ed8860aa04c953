using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Images of another size, and the gradient: each pixel is a weighted sum of up to 4×4 others, whose weights are those of its row times
/// those of its column. Rows and columns are mapped by <see cref="ResamplingRule"/>.
/// </summary>
/// <remarks>Source: PyTorch, aten/native/UpSample.h; ONNX, Resize.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Resampling
{
    // Columns whose taps are kept at a time.
    private const int Chunk = 32;

    // Keys 1981, with PyTorch's constant.
    private const double CubicSharpness = -0.75;

    /// <summary>y = x at another size. Both are in blocks or both in planes.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="from">How x lies.</param>
    /// <param name="y">Pixel (0, 0) of the first channel.</param>
    /// <param name="to">How y lies, and which planes of it are computed.</param>
    /// <param name="taps">How many pixels are read for one, along each dimension.</param>
    /// <param name="rule">Where pixels lie.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Forward(
        ref float x, in ImageLayout from, ref float y, in ImageLayout to, ResamplingTaps taps, ResamplingRule rule, int samples) =>
        Target.Run(new ForwardKernel(from, to, taps, rule, samples), new Operands(ref x, ref y));

    private readonly struct ForwardKernel(ImageLayout from, ImageLayout to, ResamplingTaps taps, ResamplingRule rule, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Resample<S, V>(ref o.First, from, ref o.Second, to, taps, rule, samples, isGradient: false);
    }

    /// <summary>dx = what each pixel of the image was taken for, times the gradients there.</summary>
    /// <param name="dy">Pixel (0, 0) of the first channel.</param>
    /// <param name="result">How dy lies.</param>
    /// <param name="dx">Pixel (0, 0) of the first channel.</param>
    /// <param name="image">How dx lies, and which planes of it are computed.</param>
    /// <param name="taps">As in the forward pass.</param>
    /// <param name="rule">As in the forward pass.</param>
    /// <param name="samples">Samples of the batch.</param>
    public static void Gradient(
        ref float dy, in ImageLayout result, ref float dx, in ImageLayout image, ResamplingTaps taps, ResamplingRule rule, int samples) =>
        Target.Run(new GradientKernel(result, image, taps, rule, samples), new Operands(ref dy, ref dx));

    private readonly struct GradientKernel(
        ImageLayout result, ImageLayout image, ResamplingTaps taps, ResamplingRule rule, int samples) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct
        {
            Clear(ref o.Second, image, samples);
            Resample<S, V>(ref o.Second, image, ref o.First, result.Only(image.FirstPlane, image.EndPlane), taps, rule, samples,
                isGradient: true);
        }
    }

    // x is the image, of which y is the result; backwards y is added to x.
    internal static void Resample<S, V>(
        ref float x, in ImageLayout image, ref float y, in ImageLayout result, ResamplingTaps taps, ResamplingRule rule, int samples,
        bool isGradient)
        where S : struct, ISimd<V> where V : struct
    {
        int count = (int)taps;
        Span<int> rows = stackalloc int[count], columns = stackalloc int[count * Chunk];
        Span<float> rowWeights = stackalloc float[count], columnWeights = stackalloc float[count * Chunk];
        for (int left = 0; left < result.Columns; left += Chunk)
        {
            int wide = Math.Min(Chunk, result.Columns - left);
            for (int c = 0; c < wide; c++)
            {
                Locate(left + c, image.Columns, result.Columns, taps, rule,
                    columns.Slice(c * count, count), columnWeights.Slice(c * count, count));
            }
            for (int oy = 0; oy < result.Rows; oy++)
            {
                Locate(oy, image.Rows, result.Rows, taps, rule, rows, rowWeights);
                for (int s = 0; s < samples; s++)
                {
                    for (int plane = result.FirstPlane; plane < result.EndPlane; plane++)
                    {
                        ref float source = ref Unsafe.Add(ref x, s * image.SampleStride + plane * image.PlaneStride);
                        ref float target = ref Unsafe.Add(
                            ref y, s * result.SampleStride + plane * result.PlaneStride + oy * result.RowStride + left * result.Lanes);
                        if (image.Blocked)
                        {
                            Pixels<S, V>(
                                ref source, image.RowStride, ref target, wide, rows, rowWeights, columns, columnWeights, isGradient);
                        }
                        else
                        {
                            Floats(ref source, image.RowStride, ref target, wide, rows, rowWeights, columns, columnWeights, isGradient);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pixels<S, V>(
        ref float x, nint rowStride, ref float y, int wide, ReadOnlySpan<int> rows, ReadOnlySpan<float> rowWeights,
        ReadOnlySpan<int> columns, ReadOnlySpan<float> columnWeights, bool isGradient)
        where S : struct, ISimd<V> where V : struct
    {
        int count = rows.Length;
        for (int c = 0; c < wide; c++)
        {
            for (int lane = 0; lane < ImageLayout.Block; lane += S.Width)
            {
                nint at = (nint)c * ImageLayout.Block + lane;
                V sum = isGradient ? S.Load(ref y, at) : S.Broadcast(0f);
                for (int ky = 0; ky < count; ky++)
                {
                    V inRow = S.Broadcast(0f), part = S.Multiply(sum, S.Broadcast(rowWeights[ky]));
                    for (int kx = 0; kx < count; kx++)
                    {
                        nint place = rows[ky] * rowStride + (nint)columns[c * count + kx] * ImageLayout.Block + lane;
                        V weight = S.Broadcast(columnWeights[c * count + kx]);
                        if (isGradient)
                            S.Store(S.FusedMultiplyAdd(part, weight, S.Load(ref x, place)), ref x, place);
                        else
                            inRow = S.FusedMultiplyAdd(S.Load(ref x, place), weight, inRow);
                    }
                    if (!isGradient)
                        sum = S.FusedMultiplyAdd(inRow, S.Broadcast(rowWeights[ky]), sum);
                }
                if (!isGradient)
                    S.Store(sum, ref y, at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats(
        ref float x, nint rowStride, ref float y, int wide, ReadOnlySpan<int> rows, ReadOnlySpan<float> rowWeights,
        ReadOnlySpan<int> columns, ReadOnlySpan<float> columnWeights, bool isGradient)
    {
        int count = rows.Length;
        for (int c = 0; c < wide; c++)
        {
            float sum = isGradient ? Unsafe.Add(ref y, c) : 0f;
            for (int ky = 0; ky < count; ky++)
            {
                ref float row = ref Unsafe.Add(ref x, rows[ky] * rowStride);
                float inRow = 0f, part = sum * rowWeights[ky];
                for (int kx = 0; kx < count; kx++)
                {
                    ref float place = ref Unsafe.Add(ref row, columns[c * count + kx]);
                    if (isGradient)
                        place += part * columnWeights[c * count + kx];
                    else
                        inRow += place * columnWeights[c * count + kx];
                }
                if (!isGradient)
                    sum += inRow * rowWeights[ky];
            }
            if (!isGradient)
                Unsafe.Add(ref y, c) = sum;
        }
    }

    // The pixels that pixel i is made of, within the image, and their weights.
    private static void Locate(
        int i, int image, int result, ResamplingTaps taps, ResamplingRule rule, Span<int> places, Span<float> weights)
    {
        double at = rule switch
        {
            ResamplingRule.Corners => result > 1 ? (double)i * (image - 1) / (result - 1) : 0,
            ResamplingRule.Asymmetric => (double)i * image / result,
            _ => (i + 0.5) * image / result - 0.5,
        };
        if (taps == ResamplingTaps.Nearest)
        {
            // Of two that are as near, the later where pixels are areas; the asymmetric rule takes the one before, as PyTorch does.
            double nearest = rule == ResamplingRule.Asymmetric ? at : at + 0.5;
            places[0] = Math.Clamp((int)Math.Floor(nearest), 0, image - 1);
            weights[0] = 1f;
            return;
        }
        if (taps == ResamplingTaps.Linear)
            at = Math.Clamp(at, 0, image - 1);
        int first = (int)Math.Floor(at);
        double rest = at - first;
        if (taps == ResamplingTaps.Linear)
        {
            (places[0], places[1]) = (first, Math.Min(first + 1, image - 1));
            (weights[0], weights[1]) = ((float)(1 - rest), (float)rest);
            return;
        }
        for (int k = 0; k < 4; k++)
        {
            places[k] = Math.Clamp(first - 1 + k, 0, image - 1);
            weights[k] = (float)Cubic(Math.Abs(rest + 1 - k));
        }
    }

    private static double Cubic(double distance)
    {
        const double A = CubicSharpness;
        return distance <= 1
            ? ((A + 2) * distance - (A + 3)) * distance * distance + 1
            : ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A;
    }

    private static void Clear(ref float x, in ImageLayout image, int samples)
    {
        for (int s = 0; s < samples; s++)
        {
            for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
            {
                for (int r = 0; r < image.Rows; r++)
                {
                    Elementwise.Clear(
                        ref Unsafe.Add(ref x, s * image.SampleStride + plane * image.PlaneStride + r * image.RowStride),
                        (nint)image.Columns * image.Lanes);
                }
            }
        }
    }
}
