using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Computes one operation on known shapes and layouts. Kernels are values: two that are equal are one method in the generated code.
/// Operands are passed by reference, in the order of <see cref="Operands"/>, the result last, then the number of samples.
/// </summary>
internal abstract record Kernel
{
    /// <summary>What the method is called, before a number is put behind it: <c>Conv2d5x5</c>.</summary>
    public abstract string Title { get; }

    /// <summary>Names of the operands in the method's signature.</summary>
    public abstract EquatableArray<string> Operands { get; }

    /// <summary>The most floats behind its operands that the kernel may read, without using what it finds.</summary>
    public virtual int Overrun => 0;

    /// <summary>What the kernel computes and how it goes about it, for the reader of the generated code; one string a line.</summary>
    public abstract IEnumerable<string> Describe();

    /// <summary>Writes the method; register tiles that it shares with others it asks for by name.</summary>
    public abstract void Emit(CodeWriter writer, string method, Tiles tiles);

    /// <summary>Writes the statement that runs the kernel. Arguments are C# expressions for memory, without <c>ref</c>.</summary>
    public virtual string Call(string method, IReadOnlyList<string> arguments, string samples) =>
        $"{method}({string.Join(", ", arguments.Select(a => "ref " + a))}, {samples});";
}

/// <summary>A kernel and the values it works on, the result last.</summary>
internal sealed record KernelCall(Kernel Kernel, EquatableArray<int> Operands);

/// <summary>
/// A kernel of the runtime library, for what gains nothing from constants. In <paramref name="Template"/> <c>{0}</c> stands for a reference to the
/// first operand, <c>{0=}</c> for the operand itself as something to assign to, <c>{samples}</c> for the number of samples.
/// </summary>
internal sealed record RuntimeKernel(string Template) : Kernel
{
    public override string Title => "";

    public override EquatableArray<string> Operands => [];

    public override IEnumerable<string> Describe() => [];

    public override void Emit(CodeWriter writer, string method, Tiles tiles)
    {
    }

    public override string Call(string method, IReadOnlyList<string> arguments, string samples)
    {
        string call = Template.Replace("{samples}", samples);
        for (int i = 0; i < arguments.Count; i++)
            call = call.Replace("{" + i + "}", "ref " + arguments[i]).Replace("{" + i + "=}", arguments[i]);
        return call + ";";
    }
}
