using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>
/// How one operator is done on a machine: which layouts it reads and writes, and by which kernel. What the operator means
/// stands in <see cref="Operator"/>; a row of <see cref="LoweringTable"/> joins the two.
/// </summary>
internal abstract class OperatorLowering
{
    /// <summary>How the layouts of the per-sample inputs and the result hang together.</summary>
    public virtual LayoutCoupling Coupling => LayoutCoupling.None;

    /// <summary>The same for one input, where inputs differ in it.</summary>
    public virtual LayoutCoupling CouplingOf(OperatorCall call, int input) => Coupling;

    /// <summary>What is demanded of, or would be liked for, the layout of the result.</summary>
    public virtual LayoutPreference PreferredLayout(OperatorCall call, Shape result) =>
        Coupling == LayoutCoupling.Kind ? LayoutPreference.Image : LayoutPreference.None;

    /// <summary>The border of zeros that must be stored around an input.</summary>
    public virtual Halo RequiredHalo(OperatorCall call, Shape result, int input) => Halo.None;

    /// <summary>The exact layout that an input must have; null if it will be taken as it is.</summary>
    public virtual Layout? RequiredLayout(ILayoutContext context, Node node, int input) =>
        Coupling == LayoutCoupling.Same && node.Type.PerSample && context.TypeOf(node.Inputs[input]).PerSample
            ? context.Chosen(node.Id) : null;

    /// <summary>The layout of the result; null lets its first reader choose.</summary>
    public virtual Layout? ResultLayout(ILayoutContext context, Node node) =>
        node.Type.PerSample ? context.Chosen(node.Id) : Layout.Dense(node.Shape);

    /// <summary>Chooses the kernel, now that all layouts are known.</summary>
    public virtual KernelCall Lower(LoweringContext context, Node node) =>
        throw new InvalidOperationException($"{node.Op} has no kernel: a pass must replace it before lowering");
}
