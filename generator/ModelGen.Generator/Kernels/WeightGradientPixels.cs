using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// dL/dW with vectors along a row of pixels, for layers whose forward pass is <see cref="ConvolvePixels"/>: sums products of neighbouring inputs and gradients
/// over all rows and samples in registers, and adds up the lanes at the end. Lanes beyond the end of a row are masked on both sides, because what lies there may be
/// anything. The result is in PyTorch's order [O][C][kh][kw].
/// </summary>
internal sealed record WeightGradientPixels(ConvolutionGeometry Geometry) : Kernel
{
    public override string Title => $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}WeightGradient";

    public override EquatableArray<string> Operands => ["x", "dy", "dw"];

    public override IEnumerable<string> Describe()
    {
        yield return $"Weight gradient, {Geometry.Describe()}.";
        yield return "Vectors of pixels; a tile of output channels × taps stays in registers over all rows and samples.";
    }

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int outPerGroup = g.OutChannels / g.Groups;
        Tile tile = Tile.Choose(set, outPerGroup, g.Window.KernelWidth, _ => true);
        using (w.For("group", 0, g.Groups))
        {
            foreach (Stretch outputs in Stretch.Cut(outPerGroup, tile.Outer))
            {
                using (w.For("o", outputs.Start, outputs.End, outputs.Size))
                using (w.For("c", 0, g.ChannelsPerGroup))
                using (w.For("ky", 0, g.Window.KernelHeight))
                {
                    w.Line($"int output = group * {outPerGroup} + o;");
                    foreach (Stretch columns in Stretch.Cut(g.Window.KernelWidth, tile.Vectors))
                    {
                        using (w.For("kx", columns.Start, columns.End, columns.Size))
                            TileBody(w, set, outputs.Size, columns.Size);
                    }
                }
            }
        }
    }

    private void TileBody(CodeWriter w, InstructionSet set, int outputs, int taps)
    {
        ConvolutionGeometry g = Geometry;
        w.Line($"// {outputs} output channels × {taps} taps");
        for (int o = 0; o < outputs; o++)
        {
            for (int t = 0; t < taps; t++)
                w.Line($"var sum{o}_{t} = Vector{set.Bits}<float>.Zero;");
        }
        string input = $"{g.InputOrigin} + (group * {g.ChannelsPerGroup} + c) * {g.Input.PlaneStride} + ky * {g.Window.DilationY * g.Input.RowStride} + kx * {g.Window.DilationX}";
        using (w.ForSamples())
        using (w.For("oy", 0, g.OutHeight))
        {
            w.Line($"ref float pixels = ref Unsafe.Add(ref x, (nint)n * {g.Input.Length} + {input} + oy * {g.Window.StrideY * g.Input.RowStride});");
            w.Line($"ref float gradients = ref Unsafe.Add(ref dy, (nint)n * {g.Output.Length} + {g.Output.Origin} + output * {g.Output.PlaneStride} + oy * {g.Output.RowStride});");
            int whole = g.OutWidth / set.Width * set.Width;
            if (whole > 0)
            {
                using (w.For("ox", 0, whole, set.Width))
                    Step(w, set, outputs, taps, set.Width);
            }
            if (whole < g.OutWidth)
            {
                using (w.For("ox", whole, g.OutWidth, set.Width))
                    Step(w, set, outputs, taps, g.OutWidth - whole);
            }
        }
        for (int o = 0; o < outputs; o++)
        {
            for (int t = 0; t < taps; t++)
                w.Line($"Unsafe.Add(ref dw, (((output + {o}) * {g.ChannelsPerGroup} + c) * {g.Window.KernelHeight} + ky) * {g.Window.KernelWidth} + kx + {t}) = {set.Simd}.HorizontalSum(sum{o}_{t});");
        }
    }

    private void Step(CodeWriter w, InstructionSet set, int outputs, int taps, int lanes)
    {
        int step = Geometry.Window.StrideX;
        w.Line($"ref float pixel = ref Unsafe.Add(ref pixels, ox * {step});");
        w.Line("ref float gradient = ref Unsafe.Add(ref gradients, ox);");
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
