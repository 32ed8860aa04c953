using System.Runtime.InteropServices;

namespace ModelGen.Tests.Harness;

/// <summary>
/// A caller's memory: between guards, or amid floats that are no numbers, which show what is read beyond it, and what is written. It stays
/// as long as this object is alive.
/// </summary>
internal sealed class CallersFloats
{
    private const int Margin = 64;

    private readonly float[]? _array;
    private readonly GuardedFloats _guarded;
    private readonly int _length;

    public CallersFloats(int length, bool guarded)
    {
        _length = length;
        if (guarded)
        {
            _guarded = GuardedFloats.AllocateExactly(length);
            return;
        }
        _array = GC.AllocateUninitializedArray<float>(length + 2 * Margin, pinned: true);
        _array.AsSpan().Fill(float.NaN);
    }

    public CallersFloats(ReadOnlySpan<float> values, bool guarded)
        : this(values.Length, guarded) => values.CopyTo(Span);

    public Span<float> Span => _array is null ? _guarded.Span(_length) : _array.AsSpan(Margin, _length);

    public nint Address => _array is null ? _guarded.Address : Marshal.UnsafeAddrOfPinnedArrayElement(_array, Margin);

    public bool IsIntact => _array is null || (_array.Take(Margin).All(float.IsNaN) && _array.TakeLast(Margin).All(float.IsNaN));

    /// <summary>Where several begin.</summary>
    public static nint[] Addresses(CallersFloats[] memories) => [.. memories.Select(m => m.Address)];
}
