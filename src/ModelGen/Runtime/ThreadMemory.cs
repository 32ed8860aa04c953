using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>Memory that kernels need for themselves while they run, where several threads share a step.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ThreadMemory
{
    [ThreadStatic]
    private static ArraySegment<float> s_memory;

    /// <summary>The memory of a part: <paramref name="first"/> for the first, and for the others memory of the thread that runs it, which is kept as long as the thread lives.</summary>
    /// <param name="part">The part that the thread runs.</param>
    /// <param name="first">The first part's memory.</param>
    /// <param name="length">Floats needed.</param>
    public static ref float Of(int part, ref float first, int length)
    {
        if (part == 0)
            return ref first;
        if (s_memory.Count < length)
            s_memory = AlignedMemory.Allocate(length);
        return ref AlignedMemory.Reference(s_memory);
    }
}
