using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// The parameters while they are packed, to be read only: in the network's memory, or where a mapped file has them. Either way they are
/// found by their <see cref="ParameterInfo.Offset"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe ref struct ParameterSource
{
    private readonly ref float _first;
    private readonly ReadOnlySpan<int> _offsets;
    private readonly ReadOnlySpan<nint> _addresses;

    /// <summary>Parameters that lie at their offsets behind <paramref name="first"/>.</summary>
    public ParameterSource(ref float first) => _first = ref first;

    /// <summary>Parameters that lie anywhere.</summary>
    /// <param name="offsets">Their offsets, ascending.</param>
    /// <param name="addresses">Where each of them is.</param>
    internal ParameterSource(ReadOnlySpan<int> offsets, ReadOnlySpan<nint> addresses)
    {
        _offsets = offsets;
        _addresses = addresses;
    }

    /// <summary>The first value of the parameter with that offset.</summary>
    public ref float this[int offset] =>
        ref _addresses.IsEmpty ? ref Unsafe.Add(ref _first, offset)
        : ref Unsafe.AsRef<float>((void*)_addresses[_offsets.BinarySearch(offset)]);
}
