using ModelGen.Generator.Collections;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// dL/dW with vectors along a row of pixels, for layers whose forward pass is <see cref="ConvolvePixels"/>: sums products of neighbouring
/// inputs and gradients over all rows and samples in registers, and adds up the lanes at the end. Lanes beyond the end of a row are masked
/// on both sides, because what lies there may be anything. The result is in PyTorch's order [O][C][kh][kw].
/// </summary>
internal sealed record WeightGradientPixels(ConvolutionGeometry Geometry) : Kernel
{
    public override string Title => $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}WeightGradient";

    public override EquatableArray<string> Operands => ["x", "dy", "dw"];

    // Groups, or output channels.
    public override KernelUnits Division => new(Geometry.Groups > 1 ? Geometry.Groups : Geometry.OutChannels);

    public override int Overrun => PixelLoad.Overrun(Geometry.Window.StrideX);

    public override IEnumerable<string> Describe()
    {
        yield return $"Weight gradient, {Geometry.Describe()}.";
        yield return "Vectors of pixels; a tile of output channels × taps stays in registers over all rows and samples.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) =>
        VectorCode.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int outPerGroup = g.OutChannels / g.Groups;
        RegisterTile tile = RegisterTile.Choose(set, outPerGroup, g.Window.KernelWidth, _ => true);
        using (w.ForUnits("group", 0, g.Groups, 1, g.Groups > 1 ? Units : 1, out string group))
        {
            foreach (Stretch outputs in Stretch.Cut(outPerGroup, tile.Outer, out bool severalSizes))
            {
                using (w.ForUnits("o", outputs.Start, outputs.End, outputs.Size, g.Groups > 1 ? 1
                    : Units, out string o, scoped: severalSizes))
                using (w.For("c", 0, g.ChannelsPerGroup, out string c))
                using (w.For("ky", 0, g.Window.KernelHeight, out string ky))
                {
                    foreach (Stretch columns in Stretch.Cut(g.Window.KernelWidth, tile.Vectors, out bool several))
                    {
                        using (w.For("kx", columns.Start, columns.End, columns.Size, out string kx, scoped: several))
                        {
                            string channel = Index.Sum(0, (group, g.ChannelsPerGroup), (c, 1));
                            string input = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (channel, g.Input.PlaneStride),
                                (ky, g.Window.DilationY * g.Input.RowStride), (kx, g.Window.DilationX));
                            string output = Index.Sum(0, (group, outPerGroup), (o, 1));
                            string weight = Index.Sum(0, (output, g.Reduction), (c, g.Window.Taps), (ky, g.Window.KernelWidth), (kx, 1));
                            TileBody(w, set, outputs.Size, columns.Size, input, output, weight);
                        }
                    }
                }
            }
        }
    }

    private void TileBody(CodeWriter w, InstructionSet set, int outputs, int taps, string input, string output, string weight)
    {
        ConvolutionGeometry g = Geometry;
        w.Line($"// {outputs} output channels × {taps} taps");
        for (int o = 0; o < outputs; o++)
        {
            for (int t = 0; t < taps; t++)
                w.Line($"var sum{o}_{t} = {set.Vector}.Zero;");
        }
        using (w.ForSamples())
        using (w.For("oy", 0, g.OutHeight, out string oy))
        {
            string gradients = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (output, g.Output.PlaneStride), (oy, g.Output.RowStride));
            w.Line($"ref float pixels = {Index.Ref("x", Index.Sum(0, (input, 1), (oy, g.Window.StrideY * g.Input.RowStride)))};");
            w.Line($"ref float gradients = {Index.Ref("dy", gradients)};");
            int whole = g.OutWidth / set.Width * set.Width;
            bool several = whole > 0 && whole < g.OutWidth;
            if (whole > 0)
            {
                using (w.For("ox", 0, whole, set.Width, out string ox, scoped: several))
                    Step(w, set, outputs, taps, set.Width, ox);
            }
            if (whole < g.OutWidth)
            {
                using (w.For("ox", whole, g.OutWidth, set.Width, out string ox, scoped: several))
                    Step(w, set, outputs, taps, g.OutWidth - whole, ox);
            }
        }
        w.Line($"ref float result = {Index.Ref("dw", weight)};");
        for (int o = 0; o < outputs; o++)
        {
            for (int t = 0; t < taps; t++)
                w.Line($"{Index.Element("result", o * g.Reduction + t)} = {set.Simd}.HorizontalSum(sum{o}_{t});");
        }
    }

    private void Step(CodeWriter w, InstructionSet set, int outputs, int taps, int lanes, string ox)
    {
        int step = Geometry.Window.StrideX;
        w.Line($"ref float pixel = {Index.Ref("pixels", Index.Sum(0, (ox, step)))};");
        w.Line($"ref float gradient = {Index.Ref("gradients", ox)};");
        for (int t = 0; t < taps; t++)
            w.Line($"var value{t} = {Masked(PixelLoad.Expression(set, "pixel", t * Geometry.Window.DilationX, step))};");
        for (int o = 0; o < outputs; o++)
        {
            w.Line($"var gradient{o} = {Masked($"{set.Simd}.Load(ref gradient, {o * Geometry.Output.PlaneStride})")};");
            for (int t = 0; t < taps; t++)
                w.Line($"sum{o}_{t} = {set.Simd}.FusedMultiplyAdd(gradient{o}, value{t}, sum{o}_{t});");
        }

        string Masked(string load) => lanes == set.Width ? load : $"{set.Simd}.FirstLanes({load}, {lanes})";
    }
}
