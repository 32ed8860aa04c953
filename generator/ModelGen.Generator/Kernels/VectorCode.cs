using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Writes the methods of kernels, once for all instruction sets or once for each, with a method before them that passes on to the best that
/// the processor has.
/// </summary>
internal static class VectorCode
{
    /// <summary>Vectors in a block of 16 channels.</summary>
    public static int VectorsPerBlock(this InstructionSet set) => Layout.Block / set.Width;

    /// <summary>
    /// What generic methods over the vector width need to say of their type parameters: <c>S</c> are the operations, <c>V</c> the vector.
    /// </summary>
    public const string Constraints = "where S : struct, ISimd<V> where V : struct";

    /// <summary>
    /// Writes the method that callers use and, for each instruction set, the one it passes on to. Where most of the text is the same for
    /// all widths prefer <see cref="EmitGeneric"/>.
    /// </summary>
    public static void EmitForAll(CodeWriter writer, Kernel kernel, string method, Action<InstructionSet> body)
    {
        WriteDispatch(writer, kernel, method, set => $"{method}_{set.Suffix}");
        foreach (InstructionSet set in InstructionSet.All)
        {
            writer.Line();
            writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (writer.Block($"private static void {method}_{set.Suffix}({Parameters(kernel)})"))
                body(set);
        }
    }

    /// <summary>
    /// Writes a kernel as one method generic over the vector width, where <c>S</c> are the operations and <c>V</c> is the vector. Parts
    /// that differ are written with <see cref="ByInstructionSet"/>.
    /// </summary>
    public static void EmitGeneric(CodeWriter writer, Kernel kernel, string method, Action body)
    {
        WriteDispatch(writer, kernel, method, set => $"{method}<{set.Simd}, {set.Vector}>");
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {method}<S, V>({Parameters(kernel)}) {Constraints}"))
            body();
    }

    /// <summary>
    /// Inside a generic method, writes what each instruction set does. What is the same text for several is written once; otherwise tests
    /// of what they are capable of, which the JIT and NativeAOT fold, stand before each.
    /// </summary>
    /// <param name="sets">The instruction sets that come here, best first.</param>
    /// <exception cref="InvalidOperationException">
    /// Two of them are to do different things and generic code cannot tell them apart.
    /// </exception>
    public static void ByInstructionSet(CodeWriter writer, IEnumerable<InstructionSet> sets, Action<CodeWriter, InstructionSet> body)
    {
        InstructionSet[] all = [.. sets];
        // What is the same text for neighbours is one branch, if something tells all of them from those that come later; those that come
        // before have their own branches.
        var branches = new List<(string Text, int First, int End)>();
        for (int i = 0; i < all.Length; i++)
        {
            var part = new CodeWriter();
            body(part, all[i]);
            string text = part.ToString().TrimEnd('\n');
            int first = branches.Count > 0 && branches[branches.Count - 1].Text == text ? branches[branches.Count - 1].First : i;
            if (first < i && TestOf(first, i + 1) is not null)
                branches[branches.Count - 1] = (text, first, i + 1);
            else
                branches.Add((text, i, i + 1));
        }
        if (branches.Count == 1)
        {
            writer.Line(branches[0].Text);
            return;
        }
        for (int i = 0; i < branches.Count; i++)
        {
            (string text, int first, int end) = branches[i];
            string test = TestOf(first, end) ?? throw new InvalidOperationException(
                $"generic code cannot tell {all[first].Name} from {string.Join(" and ", all.Skip(end).Select(s => s.Name))}");
            using (writer.Block(end == all.Length ? "else" : $"{(i == 0 ? "" : "else ")}if ({test})"))
                writer.Line(text);
        }

        string? TestOf(int first, int end) => end == all.Length ? ""
            : InstructionSet.Capability(all.Skip(first).Take(end - first).ToList(), all.Skip(end).ToList());
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
        string.Join(", ", kernel.Operands.Select(o => "ref float " + o))
        + ", int samples" + (kernel.Units > 1 ? ", int firstUnit, int endUnit" : "");

    // The method that callers use: passes on to the widest vectors that the processor has.
    private static void WriteDispatch(CodeWriter writer, Kernel kernel, string method, Func<InstructionSet, string> target)
    {
        string arguments = string.Join(", ", kernel.Operands.Select(o => "ref " + o))
            + ", samples" + (kernel.Units > 1 ? ", firstUnit, endUnit" : "");
        WriteSummary(writer, kernel);
        using (writer.Block($"public static void {method}({Parameters(kernel)})"))
        {
            string prefix = "";
            foreach (InstructionSet set in InstructionSet.All)
            {
                writer.Line(set == InstructionSet.All[InstructionSet.All.Count - 1] ? "else" : $"{prefix}if ({set.IsSupported})");
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
