using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Memory for arenas and packed weights: pinned managed arrays, so that there is nothing to dispose, starting on 64 bytes.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AlignedMemory
{
    /// <summary>
    /// Floats behind every arena and every packed parameter that kernels may read, and that arenas may be written in: a vector that starts
    /// inside may end outside.
    /// </summary>
    public const int SpareFloats = KernelContract.SpareFloats;

    private const int AlignmentInBytes = KernelContract.AlignmentInBytes;

    /// <summary>Zeros, <paramref name="length"/> floats and <see cref="SpareFloats"/> more.</summary>
    public static ArraySegment<float> Allocate(int length)
    {
        float[] array = GC.AllocateArray<float>(length + SpareFloats + AlignmentInBytes / sizeof(float), pinned: true);
        LargePages.Advise(array);
        int start = AlignedStart(array, 0);
        return new ArraySegment<float>(array, start, length);
    }

    /// <summary>Takes the caller's memory for an arena of <paramref name="length"/> floats.</summary>
    /// <exception cref="ArgumentException">The memory is not part of an array, or too short.</exception>
    public static ArraySegment<float> Take(Memory<float> memory, int length, string network)
    {
        if (!MemoryMarshal.TryGetArray(memory, out ArraySegment<float> segment))
            throw new ArgumentException($"{network}: the arena must be memory of a float array.", nameof(memory));
        int start = AlignedStart(segment.Array!, segment.Offset);
        int needed = start - segment.Offset + length + SpareFloats;
        if (segment.Count < needed)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{network}: the arena needs {needed} floats where this memory starts, got {segment.Count}."), nameof(memory));
        }
        return new ArraySegment<float>(segment.Array!, start, length);
    }

    /// <summary>A reference to the first float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref float Reference(ArraySegment<float> memory) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(memory.Array!), memory.Offset);

    /// <summary>The same as something to count floats from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats First(ArraySegment<float> memory) => new(ref Reference(memory));

    /// <summary>The first float at or after <paramref name="memory"/> that starts on 64 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe ref float Align(float* memory) =>
        ref *(float*)(((nuint)memory + AlignmentInBytes - 1) & ~(nuint)(AlignmentInBytes - 1));

    // The first element at or after the offset whose address is a multiple of 64. Only a hint where the array is not pinned.
    private static unsafe int AlignedStart(float[] array, int offset)
    {
        fixed (float* first = array)
        {
            nint misalignment = (nint)(first + offset) & (AlignmentInBytes - 1);
            return offset + (int)((AlignmentInBytes - misalignment) % AlignmentInBytes / sizeof(float));
        }
    }
}
