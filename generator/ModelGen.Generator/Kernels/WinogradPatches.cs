using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>The first half of <see cref="WinogradConvolution"/> where that has few tiles: transforms all patches of the image, which threads share by input channels.</summary>
/// <param name="Length">Floats of the patches of a sample.</param>
internal sealed record WinogradPatches(ConvolutionGeometry Geometry, WinogradTile Form, int Length) : Kernel
{
    public override string Title => "WinogradPatches";

    public override string Algorithm => NameOf(Form);

    public override EquatableArray<string> Operands => ["x", "scratch"];

    public override int MostUnits => Layout.DivideUp(Geometry.ChannelsPerGroup, Layout.Block);

    public override int Scratch => Length * Geometry.Batch;

    public override IEnumerable<string> Describe()
    {
        yield return $"The patches of {Geometry.Input} for Winograd's {Form.Form}: {TilesInAll} tiles.";
    }

    public override void Emit(CodeWriter writer, string method, Tiles tiles) => InstructionSet.EmitGeneric(writer, this, method, () =>
    {
        writer.Line($"var images = {Images(Geometry, Form, TilesInAll, "")};");
        using (writer.ForSamples())
        {
            writer.Line($"ref float patches = {Index.Ref("scratch", Index.Sum(0, ("n", Length)))};");
            writer.Line(Transform(Geometry, Form, $"new(0, {TilesInAll})", Units > 1 ? UnitRange.Parameters : UnitRange.All(MostUnits)));
        }
    });

    private int TilesInAll => Form.TilesOf(Geometry.OutHeight, Geometry.OutWidth);

    /// <summary>Floats of transformed patches and sums that stay in the second cache.</summary>
    public const int GroupFloats = 200_000;

    // As the runtime's Winograd.Gap.
    private const int Gap = 16;

    /// <summary>Floats of one point of some tiles, from one point to the next.</summary>
    /// <param name="blocks">Blocks of 16 channels.</param>
    public static int Plane(int blocks, int tiles) => blocks * tiles * Layout.Block + Gap;

    /// <summary>The algorithm in this form, for readers.</summary>
    public static string NameOf(WinogradTile form) => $"Winograd {form.Form}";

    /// <summary>C# for the transform of some tiles and blocks of input channels of sample <c>n</c> of <c>x</c> to <c>patches</c>.</summary>
    public static string Transform(ConvolutionGeometry g, WinogradTile form, string tiles, UnitRange blocks) =>
        $"Winograd.TransformInput<S, V, {form.Type}>({Index.Ref("x", Index.Sum(g.Input.Origin, ("n", g.Input.Length)))}, ref patches, images, {tiles}, new({blocks.First}, {blocks.End}));";

    /// <summary>C# for the images, of which at most so many tiles are taken at a time.</summary>
    public static string Images(ConvolutionGeometry g, WinogradTile form, int tiles, string bounds) =>
        $"new WinogradShape(Height: {g.Input.Height}, Width: {g.Input.Width}, Blocks: {Layout.DivideUp(g.ChannelsPerGroup, Layout.Block)}, Plane: {g.Input.PlaneStride}, Row: {g.Input.RowStride}, "
        + $"Top: {g.Window.Padding.Top}, Left: {g.Window.Padding.Left}, OutHeight: {g.OutHeight}, OutWidth: {g.OutWidth}, "
        + $"OutBlocks: {g.OutBlocks}, OutPlane: {g.Output.PlaneStride}, OutRow: {g.Output.RowStride}, TileSize: {form.Size}, Tiles: {tiles}{(g.Pool > 1 ? $", Pool: {g.Pool}" : "")}{bounds})";
}
