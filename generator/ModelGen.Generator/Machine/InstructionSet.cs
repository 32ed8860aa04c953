namespace ModelGen.Generator.Machine;

/// <summary>
/// One row of the table of vector instructions that kernels are written for; what they choose by it they choose by its capabilities, not by
/// which row it is.
/// </summary>
/// <param name="Name">What processors' manuals call it.</param>
/// <param name="Suffix">Part of the names of methods written for it alone.</param>
/// <param name="Width">Floats in a vector.</param>
/// <param name="Registers">Vector registers that a tile may fill.</param>
/// <param name="FusesMultiplyAdd">Whether a multiply-add is one instruction with one rounding.</param>
/// <param name="BroadcastsElement">
/// Whether a multiply-add takes one float for all lanes, from memory (AVX-512) or out of a vector (Arm's FMLA by element), so that a
/// broadcast needs no instruction.
/// </param>
/// <param name="Simd">The runtime type with the operations, which compile to one instruction each.</param>
/// <param name="IsSupported">C# condition for using it; the JIT and NativeAOT fold it to a constant.</param>
internal sealed record InstructionSet(
    string Name, string Suffix, int Width, int Registers, bool FusesMultiplyAdd, bool BroadcastsElement, string Simd, string IsSupported)
{
    /// <summary>Bits of a float.</summary>
    private const int FloatBits = 32;

    /// <summary>Best first: the first that the processor supports is used.</summary>
    public static IReadOnlyList<InstructionSet> All { get; } =
    [
        new("AVX-512", "512", Width: 16, Registers: 32, FusesMultiplyAdd: true, BroadcastsElement: true,
            "Simd512", "Vector512.IsHardwareAccelerated"),
        new("AVX2", "256", Width: 8, Registers: 16, FusesMultiplyAdd: true, BroadcastsElement: false,
            "Simd256", "Vector256.IsHardwareAccelerated"),
        // SSE, NEON and WebAssembly alike, by what all of them have.
        new("128 bits", "128", Width: 4, Registers: 16, FusesMultiplyAdd: false, BroadcastsElement: false,
            "Simd128", "true"),
    ];

    // What generic code can ask of its S, as C# text, and what each row would answer. The first that tells rows apart is asked.
    private static readonly (string Question, Func<InstructionSet, int> Answer)[] s_capabilities =
    [
        ("S.Width", set => set.Width),
        ("S.Registers", set => set.Registers),
    ];

    /// <summary>The vector as a C# type.</summary>
    public string Vector => FormattableString.Invariant($"Vector{Width * FloatBits}<float>");

    /// <summary>The position in <see cref="All"/>.</summary>
    public int Index => All.TakeWhile(s => s != this).Count();

    /// <summary>
    /// The C# condition on <c>S</c>, which the JIT and NativeAOT fold, that some rows of the table meet and others do not; null if there is
    /// none.
    /// </summary>
    public static string? Capability(IReadOnlyCollection<InstructionSet> of, IReadOnlyCollection<InstructionSet> notOf)
    {
        foreach ((string question, Func<InstructionSet, int> answer) in s_capabilities)
        {
            int least = of.Min(answer);
            if (notOf.All(s => answer(s) < least))
                return FormattableString.Invariant($"{question} >= {least}");
        }
        return null;
    }
}
