using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>How one optimizer changes parameters p, given their gradients g, and up to three values that it keeps for each of them.</summary>
internal interface IUpdateRule
{
    V Update<S, V>(V p, V g, ref V a, ref V b, ref V c) where S : struct, ISimd<V> where V : struct;
}

/// <summary>Parameter updates, one pass over memory each.</summary>
/// <remarks>
/// Gradients are multiplied by <c>scale</c> first. <c>isPenalized</c> says whether weight decay and the L1 penalty are applied. What an optimizer keeps is 0 before the first step;
/// what its settings do not need is neither read nor written, and may be a null reference. Every update looks whether what comes out is finite, and reports it; one that does not write does that alone.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Optimizers
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // Floats that are added up in single precision before their sum goes to double.
    private const int Piece = 4_096;

    private const int Block = 16;

    /// <summary>Updates <paramref name="n"/> parameters as <see cref="ModelGen.Sgd"/> says.</summary>
    public static void Sgd(
        ref float parameter, ref float gradient, ref float velocity, nint n, Sgd settings, float scale, bool isPenalized, UpdateReport report = default, bool writes = true)
    {
        ref float none = ref Unsafe.NullRef<float>();
        var rule = new SgdRule(settings, scale, isPenalized);
        Run(rule, ref parameter, ref gradient, ref settings.Momentum != 0f ? ref velocity : ref none, ref none, ref none, n, scale, report, writes);
    }

    /// <summary>Updates <paramref name="n"/> parameters as <see cref="ModelGen.Adam"/> says, or <see cref="AdamW"/>; <paramref name="updates"/> have been before.</summary>
    public static void Adam(
        ref float parameter, ref float gradient, ref float mean, ref float square, nint n, Adam settings, ulong updates, float scale, bool isPenalized,
        UpdateReport report = default, bool writes = true) =>
        Run(new AdamRule(settings, updates, scale, isPenalized), ref parameter, ref gradient, ref mean, ref square, ref Unsafe.NullRef<float>(), n, scale, report, writes);

    /// <summary>Updates <paramref name="n"/> parameters as <see cref="ModelGen.RmsProp"/> says.</summary>
    public static void RmsProp(
        ref float parameter, ref float gradient, ref float square, ref float mean, ref float velocity, nint n, RmsProp settings, float scale, bool isPenalized,
        UpdateReport report = default, bool writes = true)
    {
        ref float none = ref Unsafe.NullRef<float>();
        Run(new RmsPropRule(settings, scale, isPenalized), ref parameter, ref gradient, ref square,
            ref settings.Centered ? ref mean : ref none, ref settings.Momentum != 0f ? ref velocity : ref none, n, scale, report, writes);
    }

    /// <summary>
    /// sum += samples · gradient, or sum = samples · gradient where it is the first; over several batches so much of a sum is the mean over all their samples.
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

    /// <summary>Σ x² of <paramref name="n"/> floats, and of the first <paramref name="lanes"/> of each 16 of <paramref name="partial"/> floats behind them.</summary>
    public static float SumOfSquares(ref float x, nint n, nint partial = 0, int lanes = 0)
    {
        double total = 0;
        for (nint i = 0; i < n; i += Piece)
            total += Squares(ref Unsafe.Add(ref x, i), (int)Math.Min(Piece, n - i));
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

    private static float Squares(ref float x, int n) =>
        Vector512.IsHardwareAccelerated ? Squares<Simd512, Vector512<float>>(ref x, n)
        : Vector256.IsHardwareAccelerated ? Squares<Simd256, Vector256<float>>(ref x, n)
        : Squares<Simd128, Vector128<float>>(ref x, n);

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
    private static bool IsFinite(ref float x, nint n) =>
        Vector512.IsHardwareAccelerated ? IsFinite<Simd512, Vector512<float>>(ref x, n)
        : Vector256.IsHardwareAccelerated ? IsFinite<Simd256, Vector256<float>>(ref x, n)
        : IsFinite<Simd128, Vector128<float>>(ref x, n);

    private static bool IsFinite<S, V>(ref float x, nint n) where S : struct, ISimd<V> where V : struct
    {
        V zero = S.Broadcast(0f), wrong = zero;
        for (nint i = 0; i < n; i += S.Width)
            wrong = S.FusedMultiplyAdd(ClassAxis.Load<S, V>(ref x, i, Math.Min(S.Width, n - i)), zero, wrong);
        return !float.IsNaN(S.HorizontalSum(wrong));
    }

    private static void Run<R>(R rule, ref float p, ref float g, ref float a, ref float b, ref float c, nint n, float scale, UpdateReport report, bool writes)
        where R : struct, IUpdateRule
    {
        bool isFinite = Vector512.IsHardwareAccelerated ? Run<Simd512, Vector512<float>, R>(rule, ref p, ref g, ref a, ref b, ref c, n, writes)
            : Vector256.IsHardwareAccelerated ? Run<Simd256, Vector256<float>, R>(rule, ref p, ref g, ref a, ref b, ref c, n, writes)
            : Run<Simd128, Vector128<float>, R>(rule, ref p, ref g, ref a, ref b, ref c, n, writes);
        if (!isFinite && report.IsWanted)
            UpdateFaults.OfUpdate(rule, ref p, ref g, ref a, ref b, ref c, n, scale, report, hasWritten: writes);
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
        V last = rule.Update<S, V>(Partial.Load<S, V>(ref p, i, count, zero), Partial.Load<S, V>(ref g, i, count, zero), ref lastA, ref lastB, ref lastC);
        isFinite &= Partial.IsFinite<S, V>(last, count) && (!hasA || Partial.IsFinite<S, V>(lastA, count)) && (!hasB || Partial.IsFinite<S, V>(lastB, count))
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

    // The branches of the rules do not change within a call, so they are predicted; the loop is bound by memory.

    /// <summary>The gradient as the rules take it: scaled, and with the penalties.</summary>
    private readonly struct Penalties(GradientDescent settings, float scale, bool isPenalized, bool isDecoupled = false)
    {
        private readonly float _scale = scale;
        private readonly float _l1 = isPenalized ? settings.L1Penalty : 0f;
        private readonly float _decay = isPenalized && !isDecoupled ? settings.WeightDecay : 0f;

        [MethodImpl(Inline)]
        public V Of<S, V>(V p, V g) where S : struct, ISimd<V> where V : struct
        {
            g = S.Multiply(g, S.Broadcast(_scale));
            if (_l1 != 0f)
            {
                V sign = S.BitOr(S.BitAnd(p, S.Broadcast(-0f)), S.Broadcast(_l1)), zero = S.Broadcast(0f);
                g = S.Add(g, S.ConditionalSelect(S.Equal(p, zero), zero, sign));
            }
            // Skipped rather than multiplied by 0: an infinite parameter must not turn into NaN.
            return _decay != 0f ? S.FusedMultiplyAdd(p, S.Broadcast(_decay), g) : g;
        }
    }

    internal readonly struct SgdRule(Sgd settings, float scale, bool isPenalized) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, scale, isPenalized);
        private readonly float _rate = -settings.LearningRate;
        private readonly float _momentum = settings.Momentum;
        private readonly bool _nesterov = settings.Nesterov;

        [MethodImpl(Inline)]
        public V Update<S, V>(V p, V g, ref V velocity, ref V b, ref V c) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            velocity = _momentum != 0f ? S.FusedMultiplyAdd(velocity, S.Broadcast(_momentum), g) : g;
            V step = _nesterov ? S.FusedMultiplyAdd(velocity, S.Broadcast(_momentum), g) : velocity;
            return S.FusedMultiplyAdd(step, S.Broadcast(_rate), p);
        }
    }

    internal readonly struct AdamRule(Adam settings, ulong updates, float scale, bool isPenalized) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, scale, isPenalized, settings.IsDecoupled);
        private readonly float _beta1 = settings.Beta1;
        private readonly float _beta2 = settings.Beta2;
        private readonly float _epsilon = settings.Epsilon;
        private readonly float _kept = settings.IsDecoupled && isPenalized ? 1f - settings.LearningRate * settings.WeightDecay : 1f;
        private readonly float _rate = (float)(-settings.LearningRate / Correction(settings.Beta1, updates));
        private readonly float _root = (float)(1.0 / Math.Sqrt(Correction(settings.Beta2, updates)));

        // How much of an average that started at 0 is of gradients.
        private static double Correction(float beta, ulong updates) => 1.0 - Math.Pow(beta, updates + 1.0);

        [MethodImpl(Inline)]
        public V Update<S, V>(V p, V g, ref V mean, ref V square, ref V c) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            if (_kept != 1f)
                p = S.Multiply(p, S.Broadcast(_kept));
            mean = S.FusedMultiplyAdd(mean, S.Broadcast(_beta1), S.Multiply(g, S.Broadcast(1f - _beta1)));
            square = S.FusedMultiplyAdd(square, S.Broadcast(_beta2), S.Multiply(S.Multiply(g, g), S.Broadcast(1f - _beta2)));
            V deviation = S.FusedMultiplyAdd(S.Sqrt(square), S.Broadcast(_root), S.Broadcast(_epsilon));
            return S.FusedMultiplyAdd(S.Divide(mean, deviation), S.Broadcast(_rate), p);
        }
    }

    internal readonly struct RmsPropRule(RmsProp settings, float scale, bool isPenalized) : IUpdateRule
    {
        private readonly Penalties _penalties = new(settings, scale, isPenalized);
        private readonly float _rate = -settings.LearningRate;
        private readonly float _alpha = settings.Alpha;
        private readonly float _epsilon = settings.Epsilon;
        private readonly float _momentum = settings.Momentum;
        private readonly bool _centered = settings.Centered;

        [MethodImpl(Inline)]
        public V Update<S, V>(V p, V g, ref V square, ref V mean, ref V velocity) where S : struct, ISimd<V> where V : struct
        {
            g = _penalties.Of<S, V>(p, g);
            V alpha = S.Broadcast(_alpha), rest = S.Broadcast(1f - _alpha);
            square = S.FusedMultiplyAdd(square, alpha, S.Multiply(S.Multiply(g, g), rest));
            V variance = square;
            if (_centered)
            {
                mean = S.FusedMultiplyAdd(mean, alpha, S.Multiply(g, rest));
                // Rounded, it may come out below 0 where all gradients are the same. The variance comes second: that is the operand kept when it is NaN.
                variance = S.Max(S.Broadcast(0f), S.Subtract(square, S.Multiply(mean, mean)));
            }
            V step = S.Divide(g, S.Add(S.Sqrt(variance), S.Broadcast(_epsilon)));
            if (_momentum != 0f)
                step = velocity = S.FusedMultiplyAdd(velocity, S.Broadcast(_momentum), step);
            return S.FusedMultiplyAdd(step, S.Broadcast(_rate), p);
        }
    }
}
