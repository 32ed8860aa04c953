using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Convolution with vectors along a row of pixels: each weight is broadcast and multiplied by as many neighbouring pixels as a vector holds. For few channels,
/// and for groups that do not fill a block of 16. Reads and writes planes with room behind them: the last vector of a row runs over into the next row, which is
/// written later, or into that room. Weights are in PyTorch's order [O][C][kh][kw].
/// </summary>
internal sealed record ConvolvePixels(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title => $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}";

    public override EquatableArray<string> Operands => Epilogue.HasBias ? ["x", "weight", "bias", "y"] : ["x", "weight", "y"];

    public override IEnumerable<string> Describe()
    {
        string epilogue = (Epilogue.HasBias ? ", plus bias" : "") + (Epilogue.Activation.Length > 0 ? $", {Epilogue.Activation}" : "");
        yield return $"Convolution {Geometry.Describe()}{epilogue}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of pixels along a row, tiles of output channels; {Geometry.Reduction} products a result.";
    }

    public override void Emit(CodeWriter writer, string method) => InstructionSet.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int outPerGroup = g.OutChannels / g.Groups;
        int rowVectors = Layout.DivideUp(g.OutWidth, set.Width);
        Tile tile = Tile.Choose(set, outPerGroup, rowVectors, _ => true);
        using (w.ForSamples())
        using (w.For("group", 0, g.Groups))
        {
            foreach (Stretch channels in Stretch.Cut(outPerGroup, tile.Outer))
            {
                using (w.For("o", channels.Start, channels.End, channels.Size))
                using (w.For("oy", 0, g.OutHeight))
                {
                    w.Line($"int output = group * {outPerGroup} + o;");
                    foreach (Stretch columns in Stretch.Cut(rowVectors, tile.Vectors))
                    {
                        using (w.For("ox", columns.Start * set.Width, columns.End * set.Width, columns.Size * set.Width))
                            TileBody(w, set, channels.Size, columns.Size);
                    }
                }
            }
            if (!Epilogue.InRegisters)
            {
                string planes = $"ref Unsafe.Add(ref y, (nint)n * {g.Output.Length} + group * {outPerGroup * g.Output.PlaneStride})";
                string name = char.ToUpperInvariant(Epilogue.Activation[0]) + Epilogue.Activation.Substring(1);
                w.Line($"Elementwise.{name}({planes}, {planes}, {outPerGroup * g.Output.PlaneStride});");
            }
        }
    }

    private void TileBody(CodeWriter w, InstructionSet set, int channels, int vectors)
    {
        ConvolutionGeometry g = Geometry;
        string simd = set.Simd;
        int step = g.Window.StrideX;
        w.Line($"// {channels} output channels × {vectors} vectors of pixels");
        string group = g.Groups == 1 ? "" : $"group * {g.ChannelsPerGroup * g.Input.PlaneStride} + ";
        w.Line($"ref float image = ref Unsafe.Add(ref x, (nint)n * {g.Input.Length} + {g.InputOrigin} + {group}oy * {g.Window.StrideY * g.Input.RowStride} + ox * {step});");
        w.Line($"ref float filter = ref Unsafe.Add(ref weight, output * {g.Reduction});");
        for (int o = 0; o < channels; o++)
        {
            string start = Epilogue.HasBias ? $"{simd}.Broadcast(Unsafe.Add(ref bias, output + {o}))" : $"Vector{set.Bits}<float>.Zero";
            w.Line($"var sum{o}_0 = {start};");
            for (int q = 1; q < vectors; q++)
                w.Line($"var sum{o}_{q} = sum{o}_0;");
        }
        ReductionLoops.Emit(w, g, () =>
        {
            for (int q = 0; q < vectors; q++)
                w.Line($"var pixels{q} = {PixelLoad.Expression(set, "pixel", q * set.Width * step, step)};");
            for (int o = 0; o < channels; o++)
            {
                w.Line($"var value{o} = {simd}.Broadcast(Unsafe.Add(ref filter, {o * g.Reduction}));");
                for (int q = 0; q < vectors; q++)
                    w.Line($"sum{o}_{q} = {simd}.FusedMultiplyAdd(value{o}, pixels{q}, sum{o}_{q});");
            }
            w.Line("filter = ref Unsafe.Add(ref filter, 1);");
        });
        w.Line($"ref float result = ref Unsafe.Add(ref y, (nint)n * {g.Output.Length} + {g.Output.Origin} + output * {g.Output.PlaneStride} + oy * {g.Output.RowStride} + ox);");
        for (int o = 0; o < channels; o++)
        {
            for (int q = 0; q < vectors; q++)
            {
                string value = Epilogue.Activation == "relu" ? $"{simd}.Max(Vector{set.Bits}<float>.Zero, sum{o}_{q})" : $"sum{o}_{q}";
                w.Line($"{simd}.Store({value}, ref result, {o * g.Output.PlaneStride + q * set.Width});");
            }
        }
    }
}

/// <summary>Loads of neighbouring output pixels' inputs: consecutive floats, or every second, third, … one.</summary>
internal static class PixelLoad
{
    /// <summary>Floats that a strided load may read beyond what it uses; arenas end with that much room.</summary>
    public const int Overrun = 512;

    public static string Expression(InstructionSet set, string reference, int offset, int stride) => stride switch
    {
        1 => $"{set.Simd}.Load(ref {reference}, {offset})",
        _ => $"{set.Simd}.LoadStrided(ref {reference}, {offset}, {stride})",
    };
}
