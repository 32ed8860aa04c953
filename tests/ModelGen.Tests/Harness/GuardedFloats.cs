using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelGen.Runtime;

namespace ModelGen.Tests.Harness;

/// <summary>
/// In place of what <see cref="AlignedMemory"/> gives: floats between pages that nobody may touch, with as many spare floats behind them as
/// are promised and no more. Networks are written so that they use it (<see cref="WholeSource"/>).
/// </summary>
public readonly unsafe struct GuardedFloats
{
    private static readonly List<(nint First, nint Bytes)> Allocated = [];
    private static readonly ConditionalWeakTable<WeightStore, object> Copies = [];

    [ThreadStatic]
    private static Dictionary<int, (int Generation, GuardedFloats Memory)>? s_threads;

    private static int s_generation;

    private readonly nint _first;

    private GuardedFloats(nint first) => _first = first;

    /// <summary>Whether memory ends where the page behind it begins; otherwise it begins where the page before it ends.</summary>
    public static bool TouchesEnd { get; set; } = true;

    /// <summary>Where the first float is.</summary>
    public nint Address => _first;

    /// <summary>Arenas and packed weights. What is read before it was written shows.</summary>
    public static GuardedFloats Allocate(int length) => Allocate(length, AlignedMemory.SpareFloats, float.NaN);

    /// <summary>A trainer's parameters and what its optimizer keeps.</summary>
    public static GuardedFloats AllocateZeros(int length) => Allocate(length, AlignedMemory.SpareFloats, 0);

    /// <summary>Memory of callers, and parameters as files and users have them: nothing behind it.</summary>
    public static GuardedFloats AllocateExactly(int length) => Allocate(length, 0, float.NaN);

    /// <summary>The same as something to count floats from.</summary>
    public static Floats First(GuardedFloats memory) => new(ref *(float*)memory._first);

    /// <summary>A network whose arena the caller brings is not tried so.</summary>
    public static GuardedFloats Take(Memory<float> memory, int length, string network) => throw new NotSupportedException(network);

    /// <summary>A copy of the parameters, as they are when they are first asked for.</summary>
    public static ref float Parameters(WeightStore weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return ref *(float*)((GuardedFloats)Copies.GetValue(weights, store =>
        {
            GuardedFloats copy = AllocateExactly(store.AllValues.Length);
            store.AllValues.CopyTo(copy.Span(store.AllValues.Length));
            return copy;
        }))._first;
    }

    /// <summary>Takes over what was written to the copy of the parameters.</summary>
    public static void TakeBack(WeightStore weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        MemoryMarshal.CreateReadOnlySpan(ref Parameters(weights), weights.AllValues.Length).CopyTo(weights.Values);
    }

    /// <summary>A kernel's own memory, for threads.</summary>
    public static ref float OfThread(int parts, ref float arena, int length)
    {
        if (parts == 1)
            return ref arena;
        s_threads ??= [];
        if (!s_threads.TryGetValue(length, out (int Generation, GuardedFloats Memory) known) || known.Generation != s_generation)
            s_threads[length] = known = (s_generation, Allocate((length + 15) / 16 * 16));
        known.Memory.Span(length).Fill(float.NaN);
        return ref *(float*)known.Memory._first;
    }

    /// <summary>The floats.</summary>
    public Span<float> Span(int length) => new((void*)_first, length);

    /// <summary>Frees all memory of this kind; nobody may use it any more.</summary>
    public static void FreeAll()
    {
        lock (Allocated)
        {
            foreach ((nint first, nint bytes) in Allocated)
                Pages.Free(first, bytes);
            Allocated.Clear();
            s_generation++;
        }
    }

    /// <summary>Reads one float of a page of them and their spare ones, or beside: what tests see to end the process.</summary>
    public static int Touch(int index)
    {
        int length = Pages.Size / sizeof(float);
        TouchesEnd = index >= 0;
        Console.WriteLine(FormattableString.Invariant($"float {index} of {length} is {First(Allocate(length))[index]}"));
        return 0;
    }

    private static GuardedFloats Allocate(int length, int spare, float value)
    {
        nint bytes = (nint)(length + spare) * sizeof(float), inside = Pages.RoundUp(Math.Max(bytes, 1));
        nint first = Pages.Allocate(inside);
        lock (Allocated)
            Allocated.Add((first, inside));
        new Span<float>((void*)first, checked((int)(inside / sizeof(float)))).Fill(value);
        return new GuardedFloats(TouchesEnd ? first + inside - bytes : first);
    }
}
