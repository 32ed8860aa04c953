using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Local response normalisation, y = x · s^−beta with s = k + alpha / size · Σ x² over <c>size</c> neighbouring channels c − ⌊size / 2⌋ to
/// c + ⌊(size − 1) / 2⌋, those that exist (Krizhevsky et al. 2012, §3.3; alpha divided by size as in PyTorch). Images of one call lie
/// alike, in blocks, or in planes with 16 floats to spare behind each; what lies between rows may be overwritten.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LocalResponse
{
    /// <summary>The largest size of a neighbourhood.</summary>
    internal const int LargestSize = 1023;

    /// <summary>y = x · s^−beta.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="y">The result, another memory than x.</param>
    /// <param name="image">How both lie, and which planes are computed.</param>
    /// <param name="samples">Samples of the batch.</param>
    /// <param name="size">Channels of a neighbourhood, 1 to 1,023.</param>
    /// <param name="alpha">Factor of the mean square.</param>
    /// <param name="beta">Exponent.</param>
    /// <param name="k">Added to it.</param>
    public static void Norm(ref float x, ref float y, in ImageLayout image, int samples, int size, float alpha, float beta, float k) =>
        Target.Run(new NormKernel(image, samples, size, alpha, beta, k), new Operands(ref x, ref y));

    private readonly struct NormKernel(ImageLayout image, int samples, int size, float alpha, float beta, float k) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Norm<S, V>(ref o.First, ref o.Second, image, samples, size, alpha, beta, k);
    }

    /// <summary>s = k + alpha / size · Σ x²; parameters as for <see cref="Norm"/>.</summary>
    public static void Scale(ref float x, ref float s, in ImageLayout image, int samples, int size, float alpha, float k) =>
        Target.Run(new ScaleKernel(image, samples, size, alpha, k), new Operands(ref x, ref s));

    private readonly struct ScaleKernel(ImageLayout image, int samples, int size, float alpha, float k) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Windows<S, V>(ref o.First, ref o.Second, image, samples, size / 2, (size - 1) / 2, true, alpha / size, k);
    }

    /// <summary>
    /// t = dy · x · s^(−beta − 1) on <paramref name="n"/> floats, a multiple of 16: what each result adds to the gradients of its
    /// neighbours.
    /// </summary>
    public static void Term(ref float x, ref float s, ref float dy, ref float t, nint n, float beta) =>
        Target.Run(new TermKernel(n, beta), new Operands(ref x, ref s, ref dy), new Operands(ref t));

    private readonly struct TermKernel(nint n, float beta) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Term<S, V>(ref o.First, ref o.Second, ref o.Third, ref more.First, n, beta);
    }

    /// <summary>dx = dy · s^−beta − 2 · alpha · beta / size · x · Σ t over the results whose neighbourhood x is in.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="s">See <see cref="Scale"/>.</param>
    /// <param name="dy">The gradient of the result.</param>
    /// <param name="t">See <see cref="Term"/>.</param>
    /// <param name="dx">The result, another memory than any.</param>
    /// <param name="image">How all of them lie.</param>
    /// <param name="samples">Samples of the batch.</param>
    /// <param name="size">Channels of a neighbourhood.</param>
    /// <param name="alpha">Factor of the mean square.</param>
    /// <param name="beta">Exponent.</param>
    public static void Gradient(
        ref float x, ref float s, ref float dy, ref float t, ref float dx, in ImageLayout image, int samples, int size, float alpha,
        float beta) =>
        Target.Run(new GradientKernel(image, samples, size, alpha, beta), new Operands(ref x, ref s, ref dy), new Operands(ref t, ref dx));

    private readonly struct GradientKernel(ImageLayout image, int samples, int size, float alpha, float beta) : IKernel
    {
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Gradient<S, V>(ref o.First, ref o.Second, ref o.Third, ref more.First, ref more.Second, image, samples, size, alpha, beta);
    }

    internal static void Norm<S, V>(ref float x, ref float y, in ImageLayout image, int samples, int size, float alpha, float beta, float k)
        where S : struct, ISimd<V> where V : struct
    {
        // Sample by sample: the sums are still in the cache when they are used.
        for (int n = 0; n < samples; n++)
        {
            ref float from = ref Unsafe.Add(ref x, n * image.SampleStride);
            ref float to = ref Unsafe.Add(ref y, n * image.SampleStride);
            Windows<S, V>(ref from, ref to, image, 1, size / 2, (size - 1) / 2, true, alpha / size, k);
            for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
                Divide<S, V>(
                    ref Unsafe.Add(ref from, plane * image.PlaneStride), ref Unsafe.Add(ref to, plane * image.PlaneStride), Extent(image),
                    beta);
        }
    }

    internal static void Gradient<S, V>(
        ref float x, ref float s, ref float dy, ref float t, ref float dx, in ImageLayout image, int samples, int size, float alpha,
        float beta)
        where S : struct, ISimd<V> where V : struct
    {
        float factor = 2 * alpha * beta / size;
        for (int n = 0; n < samples; n++)
        {
            nint sample = n * image.SampleStride;
            Windows<S, V>(
                ref Unsafe.Add(ref t, sample), ref Unsafe.Add(ref dx, sample), image, 1, (size - 1) / 2, size / 2, false, factor, 0f);
            for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
            {
                nint at = sample + plane * image.PlaneStride;
                Combine<S, V>(
                    ref Unsafe.Add(ref x, at), ref Unsafe.Add(ref s, at), ref Unsafe.Add(ref dy, at), ref Unsafe.Add(ref dx, at),
                    Extent(image), beta);
            }
        }
    }

    // From the first pixel of a plane to the end of the last.
    private static nint Extent(in ImageLayout image) => (image.Rows - 1) * image.RowStride + (nint)image.Columns * image.Lanes;

    /// <summary>
    /// y = add + factor · Σ of x (or x²) over the channels from <paramref name="before"/> before to <paramref name="after"/> after.
    /// </summary>
    internal static void Windows<S, V>(
        ref float x, ref float y, in ImageLayout image, int samples, int before, int after, bool square, float factor, float add)
        where S : struct, ISimd<V> where V : struct
    {
        for (int n = 0; n < samples; n++)
        {
            ref float from = ref Unsafe.Add(ref x, n * image.SampleStride);
            ref float to = ref Unsafe.Add(ref y, n * image.SampleStride);
            for (int plane = image.FirstPlane; plane < image.EndPlane; plane++)
            {
                if (image.Blocked)
                {
                    BlockWindows<S, V>(
                        ref from, ref to, plane, image.Channels, image.PlaneStride, Extent(image), before, after, square, factor, add);
                    continue;
                }
                int first = Math.Max(0, plane - before);
                int end = Math.Min(image.Channels, plane + after + 1);
                PlaneWindows<S, V>(
                    ref Unsafe.Add(ref from, first * image.PlaneStride), ref Unsafe.Add(ref to, plane * image.PlaneStride),
                    end - first, image.PlaneStride, Extent(image), square, factor, add);
            }
        }
    }

    // Vectors of pixels, summed over planes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PlaneWindows<S, V>(
        ref float x, ref float y, int channels, nint planeStride, nint extent, bool square, float factor, float add)
        where S : struct, ISimd<V> where V : struct
    {
        V factors = S.Broadcast(factor), adds = S.Broadcast(add);
        for (nint i = 0; i < extent; i += S.Width)
        {
            V sum = S.Broadcast(0f);
            nint at = i;
            for (int c = 0; c < channels; c++, at += planeStride)
            {
                V value = S.Load(ref x, at);
                sum = square ? S.FusedMultiplyAdd(value, value, sum) : S.Add(sum, value);
            }
            S.Store(S.FusedMultiplyAdd(sum, factors, adds), ref y, i);
        }
    }

    // For each pixel the block's channels and those before and after it are put side by side, so that a window is a few loads at
    // neighbouring places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BlockWindows<S, V>(
        ref float x, ref float y, int block, int channels, nint blockStride, nint extent, int before, int after, bool square, float factor,
        float add)
        where S : struct, ISimd<V> where V : struct
    {
        const int Block = ImageLayout.Block;
        Span<float> memory = stackalloc float[before + Block + Math.Max(after, Block)];
        memory.Clear();
        ref float row = ref memory[0];
        int first = block * Block - before;
        int inBlock = Math.Min(Block, channels - block * Block);
        int end = Math.Min(channels, block * Block + Block + after);
        V factors = S.Broadcast(factor), adds = S.Broadcast(add);
        for (nint pixel = 0; pixel < extent; pixel += Block)
        {
            for (int c = Math.Max(0, first); c < block * Block; c++)
                Unsafe.Add(ref row, c - first) = Value(Unsafe.Add(ref x, c / Block * blockStride + pixel + c % Block), square);
            for (int c = block * Block + Block; c < end; c++)
                Unsafe.Add(ref row, c - first) = Value(Unsafe.Add(ref x, c / Block * blockStride + pixel + c % Block), square);
            for (int lane = 0; lane < Block; lane += S.Width)
            {
                // Lanes that belong to no channel may hold anything.
                V value = S.FirstLanes(S.Load(ref x, block * blockStride + pixel + lane), inBlock - lane);
                S.Store(square ? S.Multiply(value, value) : value, ref row, before + lane);
            }
            for (int lane = 0; lane < Block; lane += S.Width)
            {
                V sum = S.Load(ref row, lane);
                for (int c = 1; c <= before + after; c++)
                    sum = S.Add(sum, S.Load(ref row, lane + c));
                S.Store(S.FusedMultiplyAdd(sum, factors, adds), ref y, block * blockStride + pixel + lane);
            }
        }
    }

    private static float Value(float x, bool square) => square ? x * x : x;

    // y = x · y^−beta.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide<S, V>(ref float x, ref float y, nint extent, float beta) where S : struct, ISimd<V> where V : struct
    {
        for (nint i = 0; i < extent; i += S.Width)
            S.Store(S.Multiply(S.Load(ref x, i), InversePower<S, V>(S.Load(ref y, i), beta)), ref y, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Term<S, V>(ref float x, ref float s, ref float dy, ref float t, nint n, float beta) where S : struct, ISimd<V>
        where V : struct
    {
        for (nint i = 0; i < n; i += S.Width)
        {
            V scale = S.Load(ref s, i);
            V product = S.Multiply(S.Load(ref dy, i), S.Load(ref x, i));
            S.Store(S.Divide(S.Multiply(product, InversePower<S, V>(scale, beta)), scale), ref t, i);
        }
    }

    // dx = dy · s^−beta − x · dx.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine<S, V>(ref float x, ref float s, ref float dy, ref float dx, nint extent, float beta)
        where S : struct, ISimd<V> where V : struct
    {
        for (nint i = 0; i < extent; i += S.Width)
        {
            V direct = S.Multiply(S.Load(ref dy, i), InversePower<S, V>(S.Load(ref s, i), beta));
            S.Store(S.Subtract(direct, S.Multiply(S.Load(ref x, i), S.Load(ref dx, i))), ref dx, i);
        }
    }

    // s^−beta; the exponents that networks use need square roots alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V InversePower<S, V>(V s, float beta) where S : struct, ISimd<V> where V : struct
    {
        if (beta == 0.75f)
        {
            V root = S.Sqrt(s);
            return S.Divide(S.Broadcast(1f), S.Multiply(root, S.Sqrt(root)));
        }
        if (beta == 0.5f)
            return S.Divide(S.Broadcast(1f), S.Sqrt(s));
        return beta == 1f ? S.Divide(S.Broadcast(1f), s) : AnyInversePower<S, V>(s, beta);
    }

    private static V AnyInversePower<S, V>(V s, float beta) where S : struct, ISimd<V> where V : struct
    {
        V lanes = s;
        ref float lane = ref Unsafe.As<V, float>(ref lanes);
        for (int i = 0; i < S.Width; i++)
            Unsafe.Add(ref lane, i) = MathF.Pow(Unsafe.Add(ref lane, i), -beta);
        return lanes;
    }
}
