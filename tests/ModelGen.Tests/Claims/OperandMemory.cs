using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Claims;

/// <summary>Where in its pages a value lies: against the guard behind them, or against the one before.</summary>
internal enum Side
{
    End,
    Start,
}

/// <summary>
/// The memory of one operand: its floats, what belongs to it behind them, and around that a pattern and pages without access.
/// </summary>
internal sealed class OperandMemory : IDisposable
{
    /// <summary>Quiet NaNs: what is read of them shows in results.</summary>
    public const uint Pattern = 0x7FEBCDEF, OtherPattern = 0x7FDA1234;

    private const int CacheLine = 16;

    private readonly nint _pages;
    private readonly nint _bytes;
    private readonly int _first;
    private readonly int _own;

    /// <param name="length">Floats of the value.</param>
    /// <param name="isExact">Whether nothing behind them may be touched.</param>
    /// <param name="overrun">Floats behind them that may be read, else.</param>
    public OperandMemory(int length, bool isExact, int overrun, Side side)
    {
        Length = length;
        _own = isExact ? length : Layout.RoundUp(length, CacheLine);
        int readable = isExact ? length : Layout.RoundUp(length, CacheLine) + overrun;
        _bytes = Pages.RoundUp((nint)Math.Max(1, readable) * sizeof(float));
        _pages = Pages.Allocate(_bytes);
        int all = (int)(_bytes / sizeof(float));
        _first = side == Side.Start ? 0 : all - readable;
        At(_pages, all).Fill(Pattern);
    }

    public int Length { get; }

    /// <summary>The address of the first float.</summary>
    public nint Address => _pages + _first * sizeof(float);

    public Span<uint> Bits => At(Address, Length);

    /// <summary>Whether a float was written that is none of the value's.</summary>
    public bool IsWrittenAround()
    {
        Span<uint> all = At(_pages, (int)(_bytes / sizeof(float)));
        // What fills the last cache line is the value's own.
        return all[.._first].ContainsAnyExcept(Pattern) || all[Math.Min(all.Length, _first + _own)..].ContainsAnyExcept(Pattern);
    }

    private static Span<uint> At(nint address, int length) =>
        MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<uint>(), address), length);

    public void Dispose() => Pages.Free(_pages, _bytes);

    /// <summary>
    /// Values for an operand: elements of ordinary size, zeros around images, and what is given in gaps and lanes of samples; what is
    /// computed once, or trained, has zeros there.
    /// </summary>
    /// <param name="classes">Of labels.</param>
    /// <param name="nothing">What stands where no element is.</param>
    public static uint[] Fill(Operand operand, int samples, int classes, int seed, uint nothing)
    {
        var random = new Random(seed);
        Place[] places = Places.In(operand).Of;
        uint[] bits = new uint[operand.Length(samples)];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = places[i % places.Length] switch
            {
                Place.Element when operand.Type.Element == ElementType.I32 => (uint)random.Next(Math.Min(classes, 3)),
                Place.Element when operand.Layout.Kind == Generator.Layouts.LayoutKind.BFloat16 => Value() & 0xFFFF0000 | Value() >> 16,
                Place.Element => Value(),
                Place.Halo => 0,
                _ => operand.Type.PerSample ? nothing : 0,
            };
        }
        return bits;

        uint Value() => BitConverter.SingleToUInt32Bits((float)(0.1 + 0.9 * random.NextDouble()));
    }
}
