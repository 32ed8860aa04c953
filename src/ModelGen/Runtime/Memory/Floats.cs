using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Floats one behind the other, from a reference to the first. Without bounds: generated code has constant offsets, and lengths are checked
/// before it runs.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct Floats
{
    private readonly ref float _first;

    /// <summary>Memory that begins with <paramref name="first"/>.</summary>
    public Floats(ref float first) => _first = ref first;

    /// <summary>The float at <paramref name="offset"/> floats behind the first.</summary>
    public ref float this[int offset]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref _first, offset);
    }
}
