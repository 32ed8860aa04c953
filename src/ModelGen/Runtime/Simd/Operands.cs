namespace ModelGen.Runtime;

/// <summary>
/// Where up to three of a kernel's operands begin, in the order in which it names them. (With more fields the JIT would keep it in memory.)
/// </summary>
internal readonly ref struct Operands
{
    public readonly ref float First, Second, Third;

    public Operands(ref float first) => First = ref first;

    public Operands(ref float first, ref float second)
    {
        First = ref first;
        Second = ref second;
    }

    public Operands(ref float first, ref float second, ref float third)
    {
        First = ref first;
        Second = ref second;
        Third = ref third;
    }

    /// <summary>Labels, for kernels whose second operand these are.</summary>
    public ref int Labels => ref System.Runtime.CompilerServices.Unsafe.As<float, int>(ref Second);
}
