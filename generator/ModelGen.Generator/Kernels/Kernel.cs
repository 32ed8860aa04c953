using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Computes one operation on known shapes and layouts. Kernels are values: two that are equal are one method in the generated code.
/// Operands are passed by reference, in the order of <see cref="Operands"/>, the result last, then the number of samples and, for kernels
/// of several units, the first unit and the one after the last.
/// </summary>
internal abstract record Kernel
{
    /// <summary>What the method is called, before a number is put behind it: <c>Conv2d5x5</c>.</summary>
    public abstract string Title { get; }

    /// <summary>
    /// How it is computed, where there are several ways or one deserves its name: <c>direct 3×3</c>; null for what is done as everybody
    /// does it.
    /// </summary>
    public virtual string? Algorithm => null;

    /// <summary>Names of the operands in the method's signature.</summary>
    public abstract EquatableArray<string> Operands { get; }

    /// <summary>The most floats behind its operands that the kernel may read, without using what it finds.</summary>
    public virtual int Overrun => 0;

    /// <summary>Into what threads may divide the work.</summary>
    public virtual KernelUnits Division => KernelUnits.One;

    /// <summary>Into how many independent units the work can be divided, for all samples together.</summary>
    public int MostUnits => Division.Count;

    /// <summary>Rows of the result that a unit has, of all planes; 0 where units are something else.</summary>
    public int RowsOfUnit => Division.Rows;

    /// <summary>Whether a unit that has rows reads no others of the images.</summary>
    public bool ReadsOwnRows => Division.ReadsOwnRows;

    /// <summary>Whether threads share the work. The schedule says so; the method takes a range of units then.</summary>
    public bool IsDivided { get; init; }

    /// <summary>Units of which the method takes a range; 1 for a method that does everything.</summary>
    public int Units => IsDivided ? MostUnits : 1;

    /// <summary>
    /// Operands, by position, in whose memory the result may be written, if they have its layout: of what is read of them nothing has been
    /// written before.
    /// </summary>
    public virtual EquatableArray<int> InPlaceOperands => [];

    /// <summary>What the kernel leaves in the halo of its result.</summary>
    public virtual HaloEffect HaloEffect => HaloEffect.Spoils;

    /// <summary>Whether only pixels of the result are written, neither halo nor gaps, so that clearing the halo need not wait.</summary>
    public bool StaysInside => HaloEffect == HaloEffect.Keeps;

    /// <summary>Floats of memory that the kernel needs for itself while it runs; it is passed last. Each thread has its own.</summary>
    public virtual int Scratch => 0;

    /// <summary>What the kernel computes and how it goes about it, for the reader of the generated code; one string a line.</summary>
    public abstract IEnumerable<string> Describe();

    /// <summary>Writes the method; register tiles that it shares with others it asks for by name.</summary>
    public abstract void Emit(CodeWriter writer, string method, TileMethods tiles);

    /// <summary>Writes the statement that runs the kernel. Arguments are C# expressions for memory, without <c>ref</c>.</summary>
    /// <param name="earlierSamples">C# text: how many samples other threads have before them.</param>
    public virtual string Call(
        string method, IReadOnlyList<string> arguments, string samples, UnitRange range, string earlierSamples = "0") =>
        $"{method}({string.Join(", ", arguments.Select(a => "ref " + a))}, {samples}{(Units > 1 ? $", {range.First}, {range.End}" : "")});";

    /// <summary>The same for all units.</summary>
    public string Call(string method, IReadOnlyList<string> arguments, string samples) =>
        Call(method, arguments, samples, UnitRange.All(Units));

    /// <summary>
    /// Loops over rows of planes: the units of kernels that divide images so (<see cref="KernelUnits.OfImage"/>). The body gets plane and
    /// row.
    /// </summary>
    protected void ForRows(CodeWriter w, int planes, int rows, Action<string, string> row)
    {
        if (Units > 1 && KernelUnits.HasManyRows(rows))
        {
            using (w.For("plane", 0, planes, out string each))
            using (w.Block("for (int oy = firstUnit; oy < endUnit; oy++)"))
                row(each, "oy");
            return;
        }
        if (Units > 1)
        {
            using (w.Block("for (int unit = firstUnit; unit < endUnit; unit++)"))
            {
                w.Line(FormattableString.Invariant($"int plane = unit / {rows}, oy = unit % {rows};"));
                row("plane", "oy");
            }
            return;
        }
        using (w.For("plane", 0, planes, out string plane))
        using (w.For("oy", 0, rows, out string oy))
            row(plane, oy);
    }
}

/// <summary>A range of a kernel's units, as C# text.</summary>
internal readonly record struct UnitRange(string First, string End)
{
    /// <summary>What kernels call theirs.</summary>
    public static UnitRange Parameters => new("firstUnit", "endUnit");

    public static UnitRange All(int units) => new("0", units.ToString(CultureInfo.InvariantCulture));

    /// <summary>The share of part <c>part</c> of <c>parts</c>: equal but for one unit.</summary>
    public static UnitRange Part(int units) =>
        new(FormattableString.Invariant($"part * {units} / parts"), FormattableString.Invariant($"(part + 1) * {units} / parts"));
}

/// <summary>A kernel and the values it works on, the result last.</summary>
internal sealed record KernelCall(Kernel Kernel, EquatableArray<int> Operands);

/// <summary>A kernel of the runtime library, for what gains nothing from constants: a call, or several one behind the other.</summary>
internal sealed record RuntimeKernel(EquatableArray<RuntimeCall> Calls, int RuntimeUnits = 1) : Kernel
{
    public RuntimeKernel(RuntimeCall call, int runtimeUnits = 1) : this([call], runtimeUnits)
    {
    }

    public override string Title => "";

    public override EquatableArray<string> Operands => [];

    public override KernelUnits Division => IsByRows ? KernelUnits.OfRows(RuntimeUnits, readsOwn: true) : new(RuntimeUnits);

    /// <summary>Whether units are rows, which are read as they are written.</summary>
    public bool IsByRows { get; init; }

    public override HaloEffect HaloEffect => LeavesInHalo;

    /// <summary>What the method leaves in the halo.</summary>
    public HaloEffect LeavesInHalo { get; init; }

    public override EquatableArray<int> InPlaceOperands => WritesOver;

    /// <summary>Operands that the method may write over.</summary>
    public EquatableArray<int> WritesOver { get; init; } = [];

    public override IEnumerable<string> Describe() => [];

    public override void Emit(CodeWriter writer, string method, TileMethods tiles)
    {
    }

    public override string Call(
        string method, IReadOnlyList<string> arguments, string samples, UnitRange range, string earlierSamples = "0")
    {
        var site = new CallSite(arguments, samples, earlierSamples, range, MostUnits, DoesAll: range == UnitRange.All(Units));
        return string.Join(";\n", Calls.Select(c => c.Write(site))) + ";";
    }
}
