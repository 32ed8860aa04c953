using ModelGen.Generator.Emit;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// What differs between the vector widths that kernels are written for. The vector operations themselves are methods of the runtime type
/// <paramref name="Simd"/>, which compile to one instruction each.
/// </summary>
/// <param name="Bits">Vector width; part of method names.</param>
/// <param name="Width">Floats in a vector.</param>
/// <param name="Registers">Vector registers that a tile may fill.</param>
/// <param name="Simd">The runtime type with the operations.</param>
/// <param name="IsSupported">C# condition for using it; the JIT and NativeAOT fold it to a constant.</param>
internal sealed record InstructionSet(int Bits, int Width, int Registers, string Simd, string IsSupported)
{
    /// <summary>Widest first: the first that the processor supports is used.</summary>
    public static IReadOnlyList<InstructionSet> All { get; } =
    [
        new(512, 16, 32, "Simd512", "Vector512.IsHardwareAccelerated"),
        new(256, 8, 16, "Simd256", "Vector256.IsHardwareAccelerated"),
        new(128, 4, 16, "Simd128", "true"),
    ];

    /// <summary>The position in <see cref="All"/>.</summary>
    public int Index => All.TakeWhile(s => s != this).Count();

    /// <summary>Vectors in a block of 16 channels.</summary>
    public int VectorsPerBlock => Scheduling.Layout.Block / Width;

    /// <summary>What generic methods over the vector width need to say of their type parameters: <c>S</c> are the operations, <c>V</c> the vector.</summary>
    public const string Constraints = "where S : struct, ISimd<V> where V : struct";

    /// <summary>
    /// Writes the method that callers use and, for each instruction set, the one it passes on to. Where most of the text is the same for all widths prefer
    /// <see cref="EmitGeneric"/>.
    /// </summary>
    public static void EmitForAll(CodeWriter writer, Kernel kernel, string method, Action<InstructionSet> body)
    {
        WriteDispatch(writer, kernel, method, set => $"{method}_{set.Bits}");
        foreach (InstructionSet set in All)
        {
            writer.Line();
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (writer.Block($"private static void {method}_{set.Bits}({Parameters(kernel)})"))
                body(set);
        }
    }

    /// <summary>
    /// Writes a kernel as one method generic over the vector width, where <c>S</c> are the operations and <c>V</c> is the vector. Parts that differ are written with
    /// <see cref="ByWidth"/>.
    /// </summary>
    public static void EmitGeneric(CodeWriter writer, Kernel kernel, string method, Action body)
    {
        WriteDispatch(writer, kernel, method, set => $"{method}<{set.Simd}, Vector{set.Bits}<float>>");
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {method}<S, V>({Parameters(kernel)}) {Constraints}"))
            body();
    }

    /// <summary>
    /// Inside a generic method, writes what each instruction set does. What is the same text for all is written once; otherwise tests of the width, which the JIT and
    /// NativeAOT fold, stand before each.
    /// </summary>
    /// <param name="sets">The instruction sets that come here, widest first.</param>
    public static void ByWidth(CodeWriter writer, IEnumerable<InstructionSet> sets, Action<CodeWriter, InstructionSet> body)
    {
        var texts = new List<(int LeastWidth, string Text)>();
        foreach (InstructionSet set in sets)
        {
            var part = new CodeWriter();
            body(part, set);
            string text = part.ToString().TrimEnd('\n');
            if (texts.Count > 0 && texts[texts.Count - 1].Text == text)
                texts.RemoveAt(texts.Count - 1);
            texts.Add((set.Width, text));
        }
        if (texts.Count == 1)
        {
            writer.Line(texts[0].Text);
            return;
        }
        for (int i = 0; i < texts.Count; i++)
        {
            string test = i == texts.Count - 1 ? "else" : $"{(i == 0 ? "" : "else ")}if (S.Width >= {texts[i].LeastWidth})";
            using (writer.Block(test))
                writer.Line(texts[i].Text);
        }
    }

    /// <summary>Writes a kernel of plain scalar code.</summary>
    public static void EmitScalar(CodeWriter writer, Kernel kernel, string method, Action body)
    {
        WriteSummary(writer, kernel);
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"public static void {method}({Parameters(kernel)})"))
            body();
    }

    private static string Parameters(Kernel kernel) =>
        string.Join(", ", kernel.Operands.Select(o => "ref float " + o)) + ", int samples" + (kernel.Units > 1 ? ", int firstUnit, int endUnit" : "");

    // The method that callers use: passes on to the widest vectors that the processor has.
    private static void WriteDispatch(CodeWriter writer, Kernel kernel, string method, Func<InstructionSet, string> target)
    {
        string arguments = string.Join(", ", kernel.Operands.Select(o => "ref " + o)) + ", samples" + (kernel.Units > 1 ? ", firstUnit, endUnit" : "");
        WriteSummary(writer, kernel);
        using (writer.Block($"public static void {method}({Parameters(kernel)})"))
        {
            string prefix = "";
            foreach (InstructionSet set in All)
            {
                writer.Line(set == All[All.Count - 1] ? "else" : $"{prefix}if ({set.IsSupported})");
                writer.Line($"    {target(set)}({arguments});");
                prefix = "else ";
            }
        }
    }

    private static void WriteSummary(CodeWriter writer, Kernel kernel)
    {
        foreach (string line in kernel.Describe())
            writer.Line("// " + line);
    }
}
