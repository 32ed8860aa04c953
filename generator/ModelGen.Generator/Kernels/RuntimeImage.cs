using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Kernels;

/// <summary>How runtime kernels are told where the pixels of an image lie.</summary>
internal static class RuntimeImage
{
    /// <summary>The layout as a C# expression; a feature vector is an image of one pixel.</summary>
    public static CallArgument Of(Layout layout) => Of(layout, layout.Height);

    /// <summary>The same with another number of rows.</summary>
    public static CallArgument Of(Layout layout, CallArgument rows) => CallArgument.Joined(
        $"new ImageLayout({(layout.IsBlocked ? "true" : "false")}, {layout.Channels}, ", rows,
        $", {layout.Width}, {layout.Length}, {layout.PlaneStride}, {layout.RowStride})");

    /// <summary>Pixel (0, 0) of the first channel of an operand of a <see cref="RuntimeKernel"/>.</summary>
    public static CallArgument First(int operand, Layout layout) => First(CallArgument.Operand(operand), layout);

    /// <summary>The same of what stands at the first float of an image.</summary>
    public static CallArgument First(CallArgument memory, Layout layout) => memory.At(layout.Origin);
}

/// <summary>
/// An image of which threads share the work of a <see cref="RuntimeKernel"/>: by rows where there are enough of them, so that a thread
/// reads what it wrote the step before, and by planes otherwise. What the kernel reads has as many rows.
/// </summary>
/// <param name="Image">The result.</param>
/// <param name="RunsOver">
/// Whether the last vector of a row may run over what lies behind it, and in planes into the next row, which is another thread's; in blocks
/// pixels are whole vectors.
/// </param>
internal readonly record struct DividedImage(Layout Image, bool RunsOver = false)
{
    public bool IsByRows => KernelUnits.HasManyRows(Image.Height) && !(RunsOver && !Image.IsBlocked);

    private int Units => IsByRows ? Image.Height : Image.Planes;

    /// <summary>The kernel of the runtime that does the work, and writes pixels alone unless it runs over.</summary>
    public RuntimeKernel Kernel(params RuntimeCall[] calls) => new(new EquatableArray<RuntimeCall>(calls), Units)
    {
        IsByRows = IsByRows,
        LeavesInHalo = RunsOver ? HaloEffect.Spoils : HaloEffect.Keeps,
    };

    /// <summary>Pixel (0, 0), in the first row that is wanted, of the first channel of an operand.</summary>
    public CallArgument First(int operand, Layout layout) =>
        RuntimeImage.First(IsByRows ? CallArgument.Operand(operand, layout.RowStride) : CallArgument.Operand(operand), layout);

    /// <summary>How an image lies that is read.</summary>
    public CallArgument Read(Layout layout) => IsByRows ? RuntimeImage.Of(layout, CallArgument.UnitCount) : RuntimeImage.Of(layout);

    /// <summary>How an image lies that is written.</summary>
    public CallArgument Written(Layout layout) => IsByRows ? Read(layout) : CallArgument.Joined(Read(layout), CallArgument.OnlyUnits);
}
