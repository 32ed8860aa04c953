using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>Parameter updates, one pass over memory each.</summary>
/// <remarks>
/// Gradients are multiplied by <c>scale</c> first. <c>isPenalized</c> says whether weight decay and the L1 penalty are applied. What an
/// optimizer keeps is 0 before the first step; what its settings do not need is neither read nor written, and may be a null reference.
/// Every update looks whether what comes out is finite, and reports it; one that does not write does that alone.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Optimizers
{
    // Floats that are added up in single precision before their sum goes to double.
    private const int Chunk = 4_096;

    private const int Block = 16;

    /// <summary>
    /// Updates <paramref name="n"/> parameters as the optimizer says, which keeps one value for each; <paramref name="updates"/> have been
    /// before.
    /// </summary>
    public static void Update(
        GradientDescent optimizer, ref float parameter, ref float gradient, ref float first, nint n, ulong updates, float scale,
        bool isPenalized,
        UpdateReport report = default, bool writes = true) =>
        Update(optimizer, ref parameter, ref gradient, ref first, ref Unsafe.NullRef<float>(), n, updates, scale, isPenalized, report,
            writes);

    /// <summary>The same where it keeps two.</summary>
    public static void Update(
        GradientDescent optimizer, ref float parameter, ref float gradient, ref float first, ref float second, nint n, ulong updates,
        float scale, bool isPenalized, UpdateReport report = default, bool writes = true)
    {
        ref float none = ref Unsafe.NullRef<float>();
        Update(optimizer, ref parameter, ref gradient, ref first, ref second, ref none, n, updates, scale, isPenalized, report, writes);
    }

    /// <summary>The same where it keeps three.</summary>
    public static void Update(
        GradientDescent optimizer, ref float parameter, ref float gradient, ref float first, ref float second, ref float third, nint n,
        ulong updates,
        float scale, bool isPenalized, UpdateReport report = default, bool writes = true)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.Update(new UpdateCall(
            ref parameter, ref gradient, ref first, ref second, ref third, n, new UpdateStep(updates, scale, isPenalized), report, writes));
    }

    /// <summary>
    /// sum += samples · gradient, or sum = samples · gradient where it is the first; over several batches so much of a sum is the mean over
    /// all their samples.
    /// </summary>
    public static void Accumulate(ref float gradient, ref float sum, nint n, int samples, bool isFirst, UpdateReport report = default)
    {
        Elementwise.Scale(ref gradient, samples, ref gradient, n);
        if (isFirst)
            Elementwise.Copy(ref gradient, ref sum, n);
        else
            Elementwise.Add(ref sum, ref gradient, ref sum, n);
        if (report.IsWanted && !IsFinite(ref sum, n))
            UpdateFaults.OfSum(ref gradient, ref sum, n, report);
    }

    /// <summary>The same into other memory, which may be the gradient's.</summary>
    public static void Total(ref float gradient, ref float sum, ref float total, nint n, int samples, bool isFirst)
    {
        Elementwise.Scale(ref gradient, samples, ref total, n);
        if (!isFirst)
            Elementwise.Add(ref sum, ref total, ref total, n);
    }

    /// <summary>
    /// Σ x² of <paramref name="n"/> floats, and of the first <paramref name="lanes"/> of each 16 of <paramref name="partial"/> floats
    /// behind them.
    /// </summary>
    public static float SumOfSquares(ref float x, nint n, nint partial = 0, int lanes = 0)
    {
        double total = 0;
        for (nint i = 0; i < n; i += Chunk)
            total += Squares(ref Unsafe.Add(ref x, i), (int)Math.Min(Chunk, n - i));
        for (nint i = n; i < n + partial; i += Block)
            total += Squares(ref Unsafe.Add(ref x, i), lanes);
        return (float)total;
    }

    /// <summary>Σ x² of the pixels of an image, without what lies between and around them.</summary>
    /// <param name="x">Pixel (0, 0) of the first channel.</param>
    /// <param name="image">How they lie; of one sample.</param>
    public static float SumOfSquares(ref float x, ImageLayout image)
    {
        double total = 0;
        for (int plane = 0; plane < image.Planes; plane++)
        {
            int lanes = image.Blocked ? Math.Min(Block, image.Channels - plane * Block) : 1;
            for (int row = 0; row < image.Rows; row++)
            {
                ref float first = ref Unsafe.Add(ref x, plane * image.PlaneStride + row * image.RowStride);
                if (lanes == image.Lanes)
                    total += SumOfSquares(ref first, (nint)image.Columns * lanes);
                else
                    total += SumOfSquares(ref first, 0, (nint)image.Columns * Block, lanes);
            }
        }
        return (float)total;
    }

    private static float Squares(ref float x, int n) => Target.Run<SquaresKernel, float>(new SquaresKernel(n), new Operands(ref x));

    private readonly struct SquaresKernel(int n) : IKernel<float>
    {
        public float Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct => Squares<S, V>(ref o.First, n);
    }

    private static float Squares<S, V>(ref float x, int n) where S : struct, ISimd<V> where V : struct
    {
        V sum = S.Broadcast(0f);
        for (nint i = 0; i < n; i += S.Width)
        {
            V value = ClassAxis.Load<S, V>(ref x, i, Math.Min(S.Width, n - i));
            sum = S.FusedMultiplyAdd(value, value, sum);
        }
        return S.HorizontalSum(sum);
    }

    // Anything times 0 is 0, but for what is not finite.
    private static bool IsFinite(ref float x, nint n) => Target.Run<IsFiniteKernel, bool>(new IsFiniteKernel(n), new Operands(ref x));

    private readonly struct IsFiniteKernel(nint n) : IKernel<bool>
    {
        public bool Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct => IsFinite<S, V>(ref o.First, n);
    }

    private static bool IsFinite<S, V>(ref float x, nint n) where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0f), wrong = zero;
        for (nint i = 0; i < n; i += S.Width)
            wrong = S.FusedMultiplyAdd(ClassAxis.Load<S, V>(ref x, i, Math.Min(S.Width, n - i)), zero, wrong);
        return !float.IsNaN(S.HorizontalSum(wrong));
    }

    /// <summary>One pass over all at the processor's width.</summary>
    internal static void Run<R>(
        R rule, ref float p, ref float g, ref float a, ref float b, ref float c, nint n, float scale, UpdateReport report,
        bool writes)
        where R : struct, IUpdateRule
    {
        bool isFinite = Target.Run<RuleKernel<R>, bool>(
            new RuleKernel<R>(rule, n, writes), new Operands(ref p, ref g, ref a), new Operands(ref b, ref c));
        if (!isFinite && report.IsWanted)
            UpdateFaults.OfUpdate(rule, ref p, ref g, ref a, ref b, ref c, n, scale, report, hasWritten: writes);
    }

    private readonly struct RuleKernel<R>(R rule, nint n, bool writes) : IKernel<bool> where R : struct, IUpdateRule
    {
        public bool Run<S, V>(Operands o, Operands more) where S : struct, ISimd<V> where V : struct =>
            Optimizers.Run<S, V, R>(rule, ref o.First, ref o.Second, ref o.Third, ref more.First, ref more.Second, n, writes);
    }

    /// <summary>One pass over all; a null reference stands for what is not kept.</summary>
    /// <returns>Whether all that comes out is finite, lanes that belong to no channel included.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool Run<S, V, R>(R rule, ref float p, ref float g, ref float a, ref float b, ref float c, nint n, bool writes = true)
        where S : struct, ISimd<V> where V : struct where R : struct, IUpdateRule
    {
        bool hasA = !Unsafe.IsNullRef(ref a), hasB = !Unsafe.IsNullRef(ref b), hasC = !Unsafe.IsNullRef(ref c);
        V zero = S.Broadcast(0f), wrong = zero;
        nint i = 0;
        for (; i <= n - S.Width; i += S.Width)
        {
            V keptA = hasA ? S.Load(ref a, i) : zero, keptB = hasB ? S.Load(ref b, i) : zero, keptC = hasC ? S.Load(ref c, i) : zero;
            V updated = rule.Update<S, V>(S.Load(ref p, i), S.Load(ref g, i), ref keptA, ref keptB, ref keptC);
            wrong = S.FusedMultiplyAdd(updated, zero, wrong);
            if (writes)
                S.Store(updated, ref p, i);
            if (hasA)
            {
                wrong = S.FusedMultiplyAdd(keptA, zero, wrong);
                if (writes)
                    S.Store(keptA, ref a, i);
            }
            if (hasB)
            {
                wrong = S.FusedMultiplyAdd(keptB, zero, wrong);
                if (writes)
                    S.Store(keptB, ref b, i);
            }
            if (hasC)
            {
                wrong = S.FusedMultiplyAdd(keptC, zero, wrong);
                if (writes)
                    S.Store(keptC, ref c, i);
            }
        }
        bool isFinite = !float.IsNaN(S.HorizontalSum(wrong));
        if (i >= n)
            return isFinite;

        nint count = n - i;
        V lastA = hasA ? Partial.Load<S, V>(ref a, i, count, zero) : zero, lastB = hasB ? Partial.Load<S, V>(ref b, i, count, zero) : zero;
        V lastC = hasC ? Partial.Load<S, V>(ref c, i, count, zero) : zero;
        V last = rule.Update<S, V>(
            Partial.Load<S, V>(ref p, i, count, zero), Partial.Load<S, V>(ref g, i, count, zero), ref lastA, ref lastB, ref lastC);
        isFinite &= Partial.IsFinite<S, V>(last, count) && (!hasA || Partial.IsFinite<S, V>(lastA, count))
            && (!hasB || Partial.IsFinite<S, V>(lastB, count))
            && (!hasC || Partial.IsFinite<S, V>(lastC, count));
        if (!writes)
            return isFinite;
        Partial.Store<S, V>(last, ref p, i, count);
        if (hasA)
            Partial.Store<S, V>(lastA, ref a, i, count);
        if (hasB)
            Partial.Store<S, V>(lastB, ref b, i, count);
        if (hasC)
            Partial.Store<S, V>(lastC, ref c, i, count);
        return isFinite;
    }
}
