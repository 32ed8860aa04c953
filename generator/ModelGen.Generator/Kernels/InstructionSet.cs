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

    /// <summary>Vectors in a block of 16 channels.</summary>
    public int VectorsPerBlock => Scheduling.Layout.Block / Width;

    /// <summary>
    /// Writes the method that callers use and, for each instruction set, the one it passes on to. With width-neutral text (<paramref name="body"/> uses only
    /// <c>S</c> for the operations) prefer <see cref="EmitGeneric"/>.
    /// </summary>
    /// <param name="shape">What the register tiles sum over, as a C# expression, where the kernel has such tiles; the bodies get it as <c>shape</c>.</param>
    public static void EmitForAll(CodeWriter writer, Kernel kernel, string method, Action<InstructionSet> body, string? shape = null)
    {
        string parameters = string.Join(", ", kernel.Operands.Select(o => "ref float " + o)) + ", int samples";
        string arguments = string.Join(", ", kernel.Operands.Select(o => "ref " + o)) + ", samples";
        WriteSummary(writer, kernel);
        using (writer.Block($"public static void {method}({parameters})"))
        {
            if (shape is not null)
            {
                writer.Line($"var shape = {shape};");
                arguments += ", in shape";
                parameters += ", in TileShape shape";
            }
            string prefix = "";
            foreach (InstructionSet set in All)
            {
                writer.Line(set == All[All.Count - 1] ? "else" : $"{prefix}if ({set.IsSupported})");
                writer.Line($"    {method}_{set.Bits}({arguments});");
                prefix = "else ";
            }
        }
        foreach (InstructionSet set in All)
        {
            writer.Line();
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (writer.Block($"private static void {method}_{set.Bits}({parameters})"))
                body(set);
        }
    }

    /// <summary>Writes a kernel whose text is the same for all widths: <c>S</c> are the operations, <c>V</c> the vector.</summary>
    public static void EmitGeneric(CodeWriter writer, Kernel kernel, string method, Action body)
    {
        string parameters = string.Join(", ", kernel.Operands.Select(o => "ref float " + o)) + ", int samples";
        string arguments = string.Join(", ", kernel.Operands.Select(o => "ref " + o)) + ", samples";
        WriteSummary(writer, kernel);
        using (writer.Block($"public static void {method}({parameters})"))
        {
            string prefix = "";
            foreach (InstructionSet set in All)
            {
                writer.Line(set == All[All.Count - 1] ? "else" : $"{prefix}if ({set.IsSupported})");
                writer.Line($"    {method}<{set.Simd}, Vector{set.Bits}<float>>({arguments});");
                prefix = "else ";
            }
        }
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {method}<S, V>({parameters}) where S : struct, ISimd<V> where V : struct"))
            body();
    }

    /// <summary>Writes a kernel of plain scalar code.</summary>
    public static void EmitScalar(CodeWriter writer, Kernel kernel, string method, Action body)
    {
        WriteSummary(writer, kernel);
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"public static void {method}({string.Join(", ", kernel.Operands.Select(o => "ref float " + o))}, int samples)"))
            body();
    }

    private static void WriteSummary(CodeWriter writer, Kernel kernel)
    {
        foreach (string line in kernel.Describe())
            writer.Line("// " + line);
    }
}
