using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelGen.Runtime;

/// <summary>512-bit vectors: one instruction each with AVX-512, two 256-bit halves elsewhere.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Simd512 : ISimd<Vector512<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <inheritdoc/>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    /// <inheritdoc/>
    public static bool FusesMultiplyAdd => Avx512F.IsSupported || Simd256.FusesMultiplyAdd;

    /// <inheritdoc/>
    public static bool BroadcastsElement => Avx512F.IsSupported;

    /// <inheritdoc/>
    public static int Width => 16;

    /// <inheritdoc/>
    public static int Registers => 32;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Load(ref float source, nint index) => Vector512.LoadUnsafe(ref source, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Vector512<float> value, ref float destination, nint index) => value.StoreUnsafe(ref destination, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> FusedMultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.IsSupported
            ? Avx512F.FusedMultiplyAdd(a, b, c)
            : Vector512.Create(
                Simd256.FusedMultiplyAdd(a.GetLower(), b.GetLower(), c.GetLower()),
                Simd256.FusedMultiplyAdd(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported
            ? Avx512F.Min(a, b)
            : Vector512.Create(Simd256.Min(a.GetLower(), b.GetLower()), Simd256.Min(a.GetUpper(), b.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported
            ? Avx512F.Max(a, b)
            : Vector512.Create(Simd256.Max(a.GetLower(), b.GetLower()), Simd256.Max(a.GetUpper(), b.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> BitAnd(Vector512<float> a, Vector512<float> b) => a & b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> BitOr(Vector512<float> a, Vector512<float> b) => a | b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> BitXor(Vector512<float> a, Vector512<float> b) => a ^ b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> BitAndNot(Vector512<float> a, Vector512<float> b) => Vector512.AndNot(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> LessThan(Vector512<float> a, Vector512<float> b) => Vector512.LessThan(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> LessThanOrEqual(Vector512<float> a, Vector512<float> b) => Vector512.LessThanOrEqual(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Equal(Vector512<float> a, Vector512<float> b) => Vector512.Equals(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> ConditionalSelect(Vector512<float> mask, Vector512<float> a, Vector512<float> b) =>
        Vector512.ConditionalSelect(mask, a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> ShiftLeft(Vector512<float> a, int count) => Vector512.ShiftLeft(a.AsInt32(), count).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> ShiftRight(Vector512<float> a, int count) => Vector512.ShiftRightLogical(a.AsUInt32(), count).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> Scale(Vector512<float> a, Vector512<float> n) =>
        Avx512F.IsSupported
            ? Avx512F.Scale(a, n)
            : Vector512.Create(Simd256.Scale(a.GetLower(), n.GetLower()), Simd256.Scale(a.GetUpper(), n.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float HorizontalSum(Vector512<float> a) => Simd256.HorizontalSum(a.GetLower() + a.GetUpper());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float HorizontalMax(Vector512<float> a) => Simd256.HorizontalMax(Simd256.Max(a.GetLower(), a.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> LoadStrided(ref float source, nint index, int stride)
    {
        if (stride == 2 && Avx512F.IsSupported)
        {
            return Avx512F.PermuteVar16x32x2(
                Load(ref source, index), Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
                Load(ref source, index + 16));
        }
        return Vector512.Create(
            Simd256.LoadStrided(ref source, index, stride), Simd256.LoadStrided(ref source, index + 8 * (nint)stride, stride));
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector512<float> FirstLanes(Vector512<float> a, int count) =>
        Vector512.LessThan(Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), Vector512.Create(count)).AsSingle() & a;
}
