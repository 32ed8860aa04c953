using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelGen.Runtime;

/// <summary>256-bit vectors: one instruction each with AVX2, two 128-bit halves elsewhere.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Simd256 : ISimd<Vector256<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <inheritdoc/>
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    /// <inheritdoc/>
    public static bool FusesMultiplyAdd => Fma.IsSupported;

    /// <inheritdoc/>
    public static bool BroadcastsElement => false;

    /// <inheritdoc/>
    public static int Width => 8;

    /// <inheritdoc/>
    public static int Registers => 16;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Load(ref float source, nint index) => Vector256.LoadUnsafe(ref source, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Vector256<float> value, ref float destination, nint index) => value.StoreUnsafe(ref destination, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> FusedMultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Fma.IsSupported
            ? Fma.MultiplyAdd(a, b, c)
            : Vector256.Create(
                Simd128.FusedMultiplyAdd(a.GetLower(), b.GetLower(), c.GetLower()),
                Simd128.FusedMultiplyAdd(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported
            ? Avx.Min(a, b)
            : Vector256.Create(Simd128.Min(a.GetLower(), b.GetLower()), Simd128.Min(a.GetUpper(), b.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported
            ? Avx.Max(a, b)
            : Vector256.Create(Simd128.Max(a.GetLower(), b.GetLower()), Simd128.Max(a.GetUpper(), b.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> BitAnd(Vector256<float> a, Vector256<float> b) => a & b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> BitOr(Vector256<float> a, Vector256<float> b) => a | b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> BitXor(Vector256<float> a, Vector256<float> b) => a ^ b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> BitAndNot(Vector256<float> a, Vector256<float> b) => Vector256.AndNot(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> LessThan(Vector256<float> a, Vector256<float> b) => Vector256.LessThan(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> LessThanOrEqual(Vector256<float> a, Vector256<float> b) => Vector256.LessThanOrEqual(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Equal(Vector256<float> a, Vector256<float> b) => Vector256.Equals(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> ConditionalSelect(Vector256<float> mask, Vector256<float> a, Vector256<float> b) =>
        Vector256.ConditionalSelect(mask, a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> ShiftLeft(Vector256<float> a, int count) => Vector256.ShiftLeft(a.AsInt32(), count).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> ShiftRight(Vector256<float> a, int count) => Vector256.ShiftRightLogical(a.AsUInt32(), count).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> Scale(Vector256<float> a, Vector256<float> n)
    {
        // Adding 1.5·2^23 leaves n as an integer in the low bits. Two factors, because 2^n itself may not be a normal float;
        // the first product is exact, so only the second rounds.
        var exponent = (n + Vector256.Create(12582912f)).AsInt32() - Vector256.Create(0x4B400000);
        var half = Vector256.ShiftRightArithmetic(exponent, 1);
        var bias = Vector256.Create(127);
        var first = Vector256.ShiftLeft(half + bias, 23).AsSingle();
        var second = Vector256.ShiftLeft(exponent - half + bias, 23).AsSingle();
        return a * first * second;
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float HorizontalSum(Vector256<float> a) => Simd128.HorizontalSum(a.GetLower() + a.GetUpper());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float HorizontalMax(Vector256<float> a) => Simd128.HorizontalMax(Simd128.Max(a.GetLower(), a.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> LoadStrided(ref float source, nint index, int stride)
    {
        if (stride == 2 && Avx2.IsSupported)
        {
            // The shuffle works within halves: 0 2 8 10 | 4 6 12 14, which the permutation puts in order.
            Vector256<float> even = Avx.Shuffle(Load(ref source, index), Load(ref source, index + 8), 0b10_00_10_00);
            return Avx2.Permute4x64(even.AsDouble(), 0b11_01_10_00).AsSingle();
        }
        return Vector256.Create(
            Simd128.LoadStrided(ref source, index, stride), Simd128.LoadStrided(ref source, index + 4 * (nint)stride, stride));
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector256<float> FirstLanes(Vector256<float> a, int count) =>
        Vector256.LessThan(Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), Vector256.Create(count)).AsSingle() & a;
}
