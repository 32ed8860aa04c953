using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Kernels;

/// <summary>Parameters from PyTorch's order to that of a kernel, by the runtime library; units are blocks of output channels.</summary>
internal static class PackKernels
{
    /// <summary>
    /// Whether the library packs so: a row of floats for each output channel, to blocks of 16 of them, or pairs of blocks.
    /// </summary>
    public static bool CanPack(Layout source, Layout destination) =>
        source.Kind == LayoutKind.Dense && destination.Halo.IsNone && source.Dims.Rank > 0 && source.Dims[0] == destination.Dims[0]
        && (destination.IsBlocked || destination.IsWinograd || destination.Kind == LayoutKind.BFloat16);

    /// <summary>Operands are the parameter and the result.</summary>
    public static Kernel Pack(Layout layout) => layout.Kind == LayoutKind.BFloat16
        ? Call("BFloat16.Pack", 2, layout, 2 * Layout.Block)
        : Call(layout.IsWinograd ? $"Winograd.TransformFilters<{layout.Form!.Type}>" : "Packing.ToBlocks", 2, layout, Layout.Block);

    /// <summary>Operands are the filters, the weight and the running variance of a batch normalisation, and the result.</summary>
    /// <param name="layout">Of the result.</param>
    /// <param name="eps">Added to the variance, as C# text.</param>
    public static Kernel FoldAndPack(Layout layout, string eps) => Call(
        layout.IsWinograd ? $"Winograd.FoldAndTransformFilters<{layout.Form!.Type}>" : "Packing.FoldToBlocks",
        4, layout, Layout.Block, eps);

    // Output channels; input channels of Winograd's filters, floats behind an output channel of others.
    private static RuntimeKernel Call(string method, int operands, Layout layout, int channelsOfUnit, params CallArgument[] more) => new(
        RuntimeCall.Of(method,
            [
                .. CallArgument.Operands(operands), layout.Channels,
                layout.IsWinograd ? layout.Dims[1] : layout.Dims.Length / layout.Channels, .. more, CallArgument.ThreadPart,
            ]),
        Layout.DivideUp(layout.Channels, channelsOfUnit));
}
