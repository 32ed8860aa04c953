using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The transformed patches of images, which the kernels that are done by Winograd's algorithm share: where they lie, and the call that
/// writes them.
/// </summary>
internal static class WinogradPatches
{
    /// <summary>Floats of one point of some tiles, from one point to the next.</summary>
    /// <param name="blocks">Blocks of 16 channels.</param>
    public static int Plane(int blocks, int tiles) => blocks * tiles * Layout.Block + KernelContract.WinogradGap;

    /// <summary>The algorithm in this form, for readers.</summary>
    public static string NameOf(WinogradForm form) => $"Winograd {form.Notation}";

    /// <summary>C# for the transform of some tiles of sample <c>n</c> of <c>x</c> to <c>patches</c>.</summary>
    public static string Transform(ConvolutionGeometry g, WinogradForm form, string tiles) =>
        $"Winograd.TransformInput<S, V, {form.Type}>({Index.Ref("x", Index.Sum(g.Input.Origin, ("n", g.Input.Length)))}, ref patches, "
            + $"images, {tiles});";

    /// <summary>C# for the images, of which at most so many tiles are taken at a time.</summary>
    public static string Images(ConvolutionGeometry g, WinogradForm form, int tiles, string bounds) =>
        $"new WinogradShape(Height: {g.Input.Height}, Width: {g.Input.Width}, Blocks: "
            + $"{Layout.DivideUp(g.ChannelsPerGroup, Layout.Block)}, Plane: {g.Input.PlaneStride}, Row: {g.Input.RowStride}, "
        + $"Top: {g.Window.Padding.Top}, Left: {g.Window.Padding.Left}, OutHeight: {g.OutHeight}, OutWidth: {g.OutWidth}, "
        + $"OutBlocks: {g.OutBlocks}, OutPlane: {g.Output.PlaneStride}, OutRow: {g.Output.RowStride}, TileSize: {form.Size}, Tiles: "
            + $"{tiles}{(g.Pool > 1 ? $", Pool: {g.Pool}" : "")}{bounds})";
}
