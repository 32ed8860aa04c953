using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelGen.Runtime;

/// <summary>
/// Which instruction set kernels run on: the one place where that is asked. The rows stand best first, and the first that the processor has
/// is taken. What is asked is a constant to the JIT and to NativeAOT, so what is left of a call is that of one kernel.
/// </summary>
/// <remarks>
/// Another instruction set is a type like <see cref="Simd512"/>, which says what it can do, and a row of both methods here. One with the
/// vectors of a row that is there, as SSE, NEON and WebAssembly have those of <see cref="Simd128"/>, can be a part of that type instead.
/// </remarks>
internal static class Target
{
    /// <summary>Runs a kernel on the widest vectors that the processor has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<K>(K kernel, Operands operands, Operands more = default) where K : struct, IKernel =>
        RunOn(kernel, nint.MaxValue, operands, more);

    /// <summary>
    /// Runs a kernel on <paramref name="count"/> floats, on the widest vectors that they fill: the piecewise load of a wide one costs more
    /// than the operation.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunOn<K>(K kernel, nint count, Operands operands, Operands more = default) where K : struct, IKernel
    {
        if (Simd512.IsSupported && count >= Simd512.Width)
            kernel.Run<Simd512, Vector512<float>>(operands, more);
        else if (Simd256.IsSupported && count >= Simd256.Width)
            kernel.Run<Simd256, Vector256<float>>(operands, more);
        else
            kernel.Run<Simd128, Vector128<float>>(operands, more);
    }

    /// <summary>As <see cref="Run{K}"/>, with a result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Run<K, R>(K kernel, Operands operands, Operands more = default) where K : struct, IKernel<R> =>
        Simd512.IsSupported ? kernel.Run<Simd512, Vector512<float>>(operands, more)
        : Simd256.IsSupported ? kernel.Run<Simd256, Vector256<float>>(operands, more)
        : kernel.Run<Simd128, Vector128<float>>(operands, more);
}
