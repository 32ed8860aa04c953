using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelGen.Runtime;

/// <summary>128-bit vectors: SSE, NEON and WebAssembly, and scalar code where there is no vector hardware.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Simd128 : ISimd<Vector128<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <inheritdoc/>
    public static bool IsSupported => true;

    /// <inheritdoc/>
    public static bool FusesMultiplyAdd => Fma.IsSupported || AdvSimd.IsSupported;

    /// <inheritdoc/>
    public static bool BroadcastsElement => AdvSimd.Arm64.IsSupported;

    /// <inheritdoc/>
    public static int Width => 4;

    /// <inheritdoc/>
    public static int Registers => AdvSimd.Arm64.IsSupported ? 32 : 16;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Load(ref float source, nint index) => Vector128.LoadUnsafe(ref source, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Vector128<float> value, ref float destination, nint index) => value.StoreUnsafe(ref destination, (nuint)index);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> FusedMultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c)
        : AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(c, a, b)
        : a * b + c;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Sqrt(Vector128<float> a) => Vector128.Sqrt(a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Min(a, b)
        : AdvSimd.IsSupported ? AdvSimd.Min(a, b)
        : Vector128.ConditionalSelect(Vector128.LessThan(a, b), a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Max(a, b)
        : AdvSimd.IsSupported ? AdvSimd.Max(a, b)
        : Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> BitAnd(Vector128<float> a, Vector128<float> b) => a & b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> BitOr(Vector128<float> a, Vector128<float> b) => a | b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> BitXor(Vector128<float> a, Vector128<float> b) => a ^ b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> BitAndNot(Vector128<float> a, Vector128<float> b) => Vector128.AndNot(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> LessThan(Vector128<float> a, Vector128<float> b) => Vector128.LessThan(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> LessThanOrEqual(Vector128<float> a, Vector128<float> b) => Vector128.LessThanOrEqual(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Equal(Vector128<float> a, Vector128<float> b) => Vector128.Equals(a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> ConditionalSelect(Vector128<float> mask, Vector128<float> a, Vector128<float> b) =>
        Vector128.ConditionalSelect(mask, a, b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> ShiftLeft(Vector128<float> a, int count) => Vector128.ShiftLeft(a.AsInt32(), count).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> ShiftRight(Vector128<float> a, int count) => Vector128.ShiftRightLogical(a.AsUInt32(), count).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> Scale(Vector128<float> a, Vector128<float> n)
    {
        // Adding 1.5·2^23 leaves n as an integer in the low bits. Two factors, because 2^n itself may not be a normal float;
        // the first product is exact, so only the second rounds.
        var exponent = (n + Vector128.Create(12582912f)).AsInt32() - Vector128.Create(0x4B400000);
        var half = Vector128.ShiftRightArithmetic(exponent, 1);
        var bias = Vector128.Create(127);
        var first = Vector128.ShiftLeft(half + bias, 23).AsSingle();
        var second = Vector128.ShiftLeft(exponent - half + bias, 23).AsSingle();
        return a * first * second;
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float HorizontalSum(Vector128<float> a)
    {
        a += Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1));
        return a.ToScalar() + a.GetElement(1);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float HorizontalMax(Vector128<float> a)
    {
        a = Max(a, Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1)));
        return Max(a, Vector128.Shuffle(a, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> LoadStrided(ref float source, nint index, int stride)
    {
        if (stride == 2 && Sse.IsSupported)
            return Sse.Shuffle(Load(ref source, index), Load(ref source, index + 4), 0b10_00_10_00);
        if (stride == 2 && AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.UnzipEven(Load(ref source, index), Load(ref source, index + 4));
        ref float first = ref Unsafe.Add(ref source, index);
        return Vector128.Create(first, Unsafe.Add(ref first, stride), Unsafe.Add(ref first, 2 * stride), Unsafe.Add(ref first, 3 * stride));
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Vector128<float> FirstLanes(Vector128<float> a, int count) =>
        Vector128.LessThan(Vector128.Create(0, 1, 2, 3), Vector128.Create(count)).AsSingle() & a;

    /// <summary>Whether <see cref="TransposeFour"/> is there.</summary>
    internal static bool TransposesFour => Sse.IsSupported;

    /// <summary>Four rows of four floats, at these distances, to as many columns.</summary>
    [MethodImpl(Inline)]
    internal static void TransposeFour(ref float from, nint fromRow, ref float to, nint toRow)
    {
        Vector128<float> a = Vector128.LoadUnsafe(ref from), b = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, fromRow));
        Vector128<float> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * fromRow)),
            d = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * fromRow));
        (Vector128<float> lowAb, Vector128<float> highAb) = (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        (Vector128<float> lowCd, Vector128<float> highCd) = (Sse.UnpackLow(c, d), Sse.UnpackHigh(c, d));
        Sse.MoveLowToHigh(lowAb, lowCd).StoreUnsafe(ref to);
        Sse.MoveHighToLow(lowCd, lowAb).StoreUnsafe(ref Unsafe.Add(ref to, toRow));
        Sse.MoveLowToHigh(highAb, highCd).StoreUnsafe(ref Unsafe.Add(ref to, 2 * toRow));
        Sse.MoveHighToLow(highCd, highAb).StoreUnsafe(ref Unsafe.Add(ref to, 3 * toRow));
    }
}
