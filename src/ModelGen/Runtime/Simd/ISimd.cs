using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>
/// One instruction set's operations on a vector of floats. Kernels are written once, generic over this interface; because the
/// implementations and <typeparamref name="V"/> are structs, the JIT compiles each width to the plain instructions.
/// </summary>
/// <typeparam name="V">The vector: <c>Vector512&lt;float&gt;</c>, <c>Vector256&lt;float&gt;</c> or
/// <c>Vector128&lt;float&gt;</c>.</typeparam>
/// <remarks>For generated code and the kernels of this library; not meant to be called from user code.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ISimd<V> where V : struct
{
    /// <summary>Whether the processor has it; a constant once compiled.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Whether <see cref="FusedMultiplyAdd"/> is one instruction with one rounding.</summary>
    static abstract bool FusesMultiplyAdd { get; }

    /// <summary>
    /// Whether a multiply-add takes one float for all lanes, from memory (AVX-512) or out of a vector (Arm's FMLA by element), so that a
    /// broadcast needs no instruction.
    /// </summary>
    static abstract bool BroadcastsElement { get; }

    /// <summary>Floats in one vector.</summary>
    static abstract int Width { get; }

    /// <summary>Vector registers, which processors with vectors of one width do not all have the same number of.</summary>
    static abstract int Registers { get; }

    /// <summary>
    /// Reads <see cref="Width"/> floats at <paramref name="index"/> floats after <paramref name="source"/>; no alignment needed.
    /// </summary>
    static abstract V Load(ref float source, nint index);

    /// <summary>Writes <see cref="Width"/> floats at <paramref name="index"/> floats after <paramref name="destination"/>.</summary>
    static abstract void Store(V value, ref float destination, nint index);

    /// <summary>Every lane <paramref name="value"/>.</summary>
    static abstract V Broadcast(float value);

    /// <summary>a + b.</summary>
    static abstract V Add(V a, V b);

    /// <summary>a - b.</summary>
    static abstract V Subtract(V a, V b);

    /// <summary>a × b.</summary>
    static abstract V Multiply(V a, V b);

    /// <summary>a ÷ b.</summary>
    static abstract V Divide(V a, V b);

    /// <summary>
    /// a × b + c, with one rounding where the hardware fuses and two where it does not (fusing in software is very slow).
    /// </summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    /// <summary>√a, correctly rounded.</summary>
    static abstract V Sqrt(V a);

    /// <summary>
    /// The smaller lane; <paramref name="b"/> where it is NaN. NaN in <paramref name="a"/> alone is the platform's choice.
    /// </summary>
    static abstract V Min(V a, V b);

    /// <summary>
    /// The larger lane; <paramref name="b"/> where it is NaN. NaN in <paramref name="a"/> alone is the platform's choice.
    /// </summary>
    static abstract V Max(V a, V b);

    /// <summary>Bitwise a &amp; b.</summary>
    static abstract V BitAnd(V a, V b);

    /// <summary>Bitwise a | b.</summary>
    static abstract V BitOr(V a, V b);

    /// <summary>Bitwise a ^ b.</summary>
    static abstract V BitXor(V a, V b);

    /// <summary>Bitwise a &amp; ~b.</summary>
    static abstract V BitAndNot(V a, V b);

    /// <summary>All bits set where a &lt; b; false for NaN.</summary>
    static abstract V LessThan(V a, V b);

    /// <summary>All bits set where a ≤ b; false for NaN.</summary>
    static abstract V LessThanOrEqual(V a, V b);

    /// <summary>All bits set where a = b; false for NaN.</summary>
    static abstract V Equal(V a, V b);

    /// <summary><paramref name="a"/> where <paramref name="mask"/> has its bits set, else <paramref name="b"/>.</summary>
    static abstract V ConditionalSelect(V mask, V a, V b);

    /// <summary>The lanes' bits moved up by <paramref name="count"/>, as 32-bit integers: builds 2^n from a biased exponent.</summary>
    static abstract V ShiftLeft(V a, int count);

    /// <summary>The lanes' bits moved down by <paramref name="count"/>, zeros from above: brings an exponent to the low bits.</summary>
    static abstract V ShiftRight(V a, int count);

    /// <summary>a × 2^n for integral n in [-252, 252], rounded once also when the result is denormal.</summary>
    static abstract V Scale(V a, V n);

    /// <summary>
    /// Every <paramref name="stride"/>-th float from <paramref name="index"/> on; stride 2 may read one float more than it uses.
    /// </summary>
    static abstract V LoadStrided(ref float source, nint index, int stride);

    /// <summary>The first <paramref name="count"/> lanes, and zeros for the others, whatever those held.</summary>
    static abstract V FirstLanes(V a, int count);

    /// <summary>The sum of the lanes, halves added to halves.</summary>
    static abstract float HorizontalSum(V a);

    /// <summary>The largest lane; unspecified when a lane is NaN.</summary>
    static abstract float HorizontalMax(V a);
}
