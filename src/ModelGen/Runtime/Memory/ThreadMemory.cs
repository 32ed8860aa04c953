using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>Memory that kernels need for themselves while they run, where several threads share a step.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ThreadMemory
{
    [ThreadStatic]
    private static ArraySegment<float> s_memory;

    /// <summary>
    /// The memory of a part: <paramref name="arena"/> where there is only one, else memory of the thread that runs it, which is kept as
    /// long as the thread lives. The first part does not use the arena's either: other steps have values there, and what one core has
    /// written takes another one long to write over.
    /// </summary>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="arena">Memory for one part alone.</param>
    /// <param name="length">Floats needed.</param>
    public static ref float Of(int parts, ref float arena, int length)
    {
        if (parts == 1)
            return ref arena;
        if (s_memory.Count < length)
            s_memory = AlignedMemory.Allocate(length);
        return ref AlignedMemory.Reference(s_memory);
    }
}
