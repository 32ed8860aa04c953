using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Operations on <c>n</c> ≥ 0 consecutive floats. The destination may be one of the sources (the very same floats, not a shifted overlap).
/// Nothing is checked: the generated code that calls these has checked lengths once.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Elementwise
{
    /// <summary>y = max(x, 0). NaN stays NaN. −0 stays −0 on x86, as in PyTorch, and becomes +0 on Arm.</summary>
    public static void Relu(ref float x, ref float y, nint n) => Map(default(ReluOp), ref x, ref y, n);

    /// <summary>y = tanh x, ≤ 2 ULP; see <see cref="VectorMath"/>.</summary>
    public static void Tanh(ref float x, ref float y, nint n) => Map(default(TanhOp), ref x, ref y, n);

    /// <summary>y = 1 / (1 + e^−x), ≤ 2 ULP; see <see cref="VectorMath"/>.</summary>
    public static void Sigmoid(ref float x, ref float y, nint n) => Map(default(SigmoidOp), ref x, ref y, n);

    /// <summary>y = x × s.</summary>
    public static void Scale(ref float x, float s, ref float y, nint n) => Map(new ScaleOp(s), ref x, ref y, n);

    /// <summary>y = a + b.</summary>
    public static void Add(ref float a, ref float b, ref float y, nint n) => Map(default(AddOp), ref a, ref b, ref y, n);

    /// <summary>y = a × b.</summary>
    public static void Multiply(ref float a, ref float b, ref float y, nint n) => Map(default(MultiplyOp), ref a, ref b, ref y, n);

    /// <summary>
    /// dx = 0 where y ≤ 0, else dy: with NaN in y, dy passes, as in PyTorch's threshold_backward. y may be relu's input or its output.
    /// </summary>
    public static void ReluGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(ReluGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>dx = dy × (1 − y²), y being tanh's output.</summary>
    public static void TanhGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(TanhGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>dx = dy × (1 − y) × y, y being sigmoid's output.</summary>
    public static void SigmoidGradient(ref float y, ref float dy, ref float dx, nint n) =>
        Map(default(SigmoidGradientOp), ref y, ref dy, ref dx, n);

    /// <summary>y = 0.</summary>
    public static void Clear(ref float y, nint n)
    {
        // The runtime's own memset is the fastest there is; its lengths are ints.
        for (; n > Chunk; n -= Chunk, y = ref Unsafe.Add(ref y, (nint)Chunk))
            MemoryMarshal.CreateSpan(ref y, Chunk).Clear();
        MemoryMarshal.CreateSpan(ref y, (int)n).Clear();
    }

    /// <summary>y = x, bit for bit.</summary>
    public static void Copy(ref float x, ref float y, nint n)
    {
        for (; n > Chunk; n -= Chunk, x = ref Unsafe.Add(ref x, (nint)Chunk), y = ref Unsafe.Add(ref y, (nint)Chunk))
            MemoryMarshal.CreateSpan(ref x, Chunk).CopyTo(MemoryMarshal.CreateSpan(ref y, Chunk));
        MemoryMarshal.CreateSpan(ref x, (int)n).CopyTo(MemoryMarshal.CreateSpan(ref y, (int)n));
    }

    private const int Chunk = 1 << 30;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TOp>(TOp op, ref float x, ref float y, nint n) where TOp : struct, IUnary =>
        Target.RunOn(new UnaryKernel<TOp>(op, n), n, new Operands(ref x, ref y));

    private readonly struct UnaryKernel<TOp>(TOp op, nint n) : IKernel
        where TOp : struct, IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Map<S, V, TOp>(op, ref o.First, ref o.Second, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TOp>(TOp op, ref float a, ref float b, ref float y, nint n) where TOp : struct, IBinary =>
        Target.RunOn(new BinaryKernel<TOp>(op, n), n, new Operands(ref a, ref b, ref y));

    private readonly struct BinaryKernel<TOp>(TOp op, nint n) : IKernel
        where TOp : struct, IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Map<S, V, TOp>(op, ref o.First, ref o.Second, ref o.Third, n);
    }

    /// <summary>
    /// Whole vectors, then the last vector once more if the length is not a multiple: it overlaps the one before. What it reads is
    /// loaded before the loop, so that it computes the same values when y is x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map<S, V, TOp>(TOp op, ref float x, ref float y, nint n)
        where S : struct, ISimd<V> where V : struct where TOp : struct, IUnary
    {
        nint width = S.Width;
        if (n < width)
        {
            V few = Partial.Load<S, V>(ref x, 0, n, S.Broadcast(0f));
            Partial.Store<S, V>(op.Invoke<S, V>(few), ref y, 0, n);
            return;
        }

        V last = S.Load(ref x, n - width);
        nint i = 0;
        for (; i <= n - width; i += width)
            S.Store(op.Invoke<S, V>(S.Load(ref x, i)), ref y, i);
        if (i < n)
            S.Store(op.Invoke<S, V>(last), ref y, n - width);
    }

    /// <summary>As the unary form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map<S, V, TOp>(TOp op, ref float a, ref float b, ref float y, nint n)
        where S : struct, ISimd<V> where V : struct where TOp : struct, IBinary
    {
        nint width = S.Width;
        if (n < width)
        {
            V fewA = Partial.Load<S, V>(ref a, 0, n, S.Broadcast(0f));
            V fewB = Partial.Load<S, V>(ref b, 0, n, S.Broadcast(0f));
            Partial.Store<S, V>(op.Invoke<S, V>(fewA, fewB), ref y, 0, n);
            return;
        }

        V lastA = S.Load(ref a, n - width), lastB = S.Load(ref b, n - width);
        nint i = 0;
        for (; i <= n - width; i += width)
            S.Store(op.Invoke<S, V>(S.Load(ref a, i), S.Load(ref b, i)), ref y, i);
        if (i < n)
            S.Store(op.Invoke<S, V>(lastA, lastB), ref y, n - width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Map<TOp>(TOp op, ref float a, ref float b, ref float c, ref float y, nint n) where TOp : struct, ITernary =>
        Target.RunOn(new TernaryKernel<TOp>(op, n), n, new Operands(ref a, ref b, ref c), new Operands(ref y));

    private readonly struct TernaryKernel<TOp>(TOp op, nint n) : IKernel
        where TOp : struct, ITernary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Map<S, V, TOp>(op, ref o.First, ref o.Second, ref o.Third, ref more.First, n);
    }

    /// <summary>As the unary form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map<S, V, TOp>(TOp op, ref float a, ref float b, ref float c, ref float y, nint n)
        where S : struct, ISimd<V> where V : struct where TOp : struct, ITernary
    {
        nint width = S.Width;
        if (n < width)
        {
            V fewA = Partial.Load<S, V>(ref a, 0, n, S.Broadcast(0f));
            V fewB = Partial.Load<S, V>(ref b, 0, n, S.Broadcast(0f));
            V fewC = Partial.Load<S, V>(ref c, 0, n, S.Broadcast(0f));
            Partial.Store<S, V>(op.Invoke<S, V>(fewA, fewB, fewC), ref y, 0, n);
            return;
        }

        V lastA = S.Load(ref a, n - width), lastB = S.Load(ref b, n - width), lastC = S.Load(ref c, n - width);
        nint i = 0;
        for (; i <= n - width; i += width)
            S.Store(op.Invoke<S, V>(S.Load(ref a, i), S.Load(ref b, i), S.Load(ref c, i)), ref y, i);
        if (i < n)
            S.Store(op.Invoke<S, V>(lastA, lastB, lastC), ref y, n - width);
    }
}
