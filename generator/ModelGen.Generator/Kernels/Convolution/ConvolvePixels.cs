using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Convolution with vectors along a row of pixels: each weight is broadcast and multiplied by as many neighbouring pixels as a vector
/// holds. For few channels, and for groups that do not fill a block of 16. Reads and writes planes with room behind them: the last vector
/// of a row runs over into the next row, which is written later, or into that room. So threads divide output channels, not rows. Weights
/// are in PyTorch's order [O][C][kh][kw].
/// </summary>
internal sealed record ConvolvePixels(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    public override string Title => $"Conv{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}";

    public override string Algorithm => $"direct {Geometry.Window.Size} along rows";

    public override EquatableArray<string> Operands => Geometry.OperandsWith(Epilogue);

    // Output channels, or groups of them. A tile of several channels belongs to whoever has the first.
    public override KernelUnits Division => new(Geometry.Groups > 1 ? Geometry.Groups : Geometry.OutChannels);

    public override int Overrun => PixelLoad.Overrun(Geometry.Window.StrideX);

    public override IEnumerable<string> Describe()
    {
        yield return $"Convolution {Geometry.Describe()}{Epilogue.Describe()}.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of pixels along a row, tiles of output channels; "
            + $"{Geometry.Reduction} products a result.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) =>
        VectorCode.EmitForAll(writer, this, method, set => Body(writer, set));

    private void Body(CodeWriter w, InstructionSet set)
    {
        ConvolutionGeometry g = Geometry;
        int outPerGroup = g.OutChannels / g.Groups;
        int rowVectors = Layout.DivideUp(g.OutWidth, set.Width);
        RegisterTile tile = RegisterTile.Choose(set, outPerGroup, rowVectors, _ => true);
        string group = "0";
        using (w.ForSamples())
        using (g.Groups > 1 ? w.ForUnits("group", 0, g.Groups, 1, Units, out group) : default)
        {
            foreach (Stretch channels in Stretch.Cut(outPerGroup, tile.Outer, out bool severalSizes))
            {
                using (w.ForUnits("o", channels.Start, channels.End, channels.Size, g.Groups == 1 ? Units
                    : 1, out string o, scoped: severalSizes))
                {
                    string output = Index.Sum(0, (group, outPerGroup), (o, 1));
                    using (w.For("oy", 0, g.OutHeight, out string oy))
                    {
                        foreach (Stretch columns in Stretch.Cut(rowVectors, tile.Vectors, out bool several))
                        {
                            using (w.For("ox", columns.Start * set.Width, columns.End * set.Width, columns.Size * set.Width, out string ox,
                                scoped: several))
                                TileBody(w, set, channels.Size, columns.Size, group, output, oy, ox);
                        }
                    }
                    if (!Epilogue.InRegisters)
                    {
                        string plane = Index.Sum(0, ("n", g.Output.Length), (output, g.Output.PlaneStride));
                        w.Line($"ref float stored = {Index.Ref("y", plane)};");
                        w.Line($"Elementwise.{Epilogue.Function}(ref stored, ref stored, {channels.Size * g.Output.PlaneStride});");
                    }
                }
            }
        }
    }

    private void TileBody(CodeWriter w, InstructionSet set, int channels, int vectors, string group, string output, string oy, string ox)
    {
        ConvolutionGeometry g = Geometry;
        string simd = set.Simd;
        int step = g.Window.StrideX;
        w.Line($"// {channels} output channels × {vectors} vectors of pixels");
        string from = Index.Sum(g.InputOrigin, ("n", g.Input.Length), (group, g.ChannelsPerGroup * g.Input.PlaneStride),
            (oy, g.Window.StrideY * g.Input.RowStride), (ox, step));
        w.Line($"ref float image = {Index.Ref("x", from)};");
        w.Line($"ref float filter = {Index.Ref("weight", Index.Sum(0, (output, g.Reduction)))};");
        for (int o = 0; o < channels; o++)
        {
            string start = Epilogue.HasBias ? $"{simd}.Broadcast({Index.Element("bias", Index.Plus(output, o))})" : $"{set.Vector}.Zero";
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
                w.Line($"var value{o} = {simd}.Broadcast({Index.Element("filter", o * g.Reduction)});");
                for (int q = 0; q < vectors; q++)
                    w.Line($"sum{o}_{q} = {simd}.FusedMultiplyAdd(value{o}, pixels{q}, sum{o}_{q});");
            }
            w.Line("filter = ref Unsafe.Add(ref filter, 1);");
        });
        string to = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (output, g.Output.PlaneStride), (oy, g.Output.RowStride), (ox, 1));
        w.Line($"ref float result = {Index.Ref("y", to)};");
        for (int o = 0; o < channels; o++)
        {
            for (int q = 0; q < vectors; q++)
                w.Line($"{simd}.Store({Epilogue.InRegister(set, $"sum{o}_{q}")}, ref result, {o * g.Output.PlaneStride + q * set.Width});");
        }
    }
}

/// <summary>Loads of neighbouring output pixels' inputs: consecutive floats, or every second, third, … one.</summary>
internal static class PixelLoad
{
    /// <summary>Floats behind every arena.</summary>
    public const int SpareFloats = KernelContract.SpareFloats;

    /// <summary>How far the widest load at a row's end may read beyond the row.</summary>
    public static int Overrun(int stride) => InstructionSet.All[0].Width * stride;

    public static string Expression(InstructionSet set, string reference, int offset, int stride) => stride switch
    {
        1 => $"{set.Simd}.Load(ref {reference}, {offset})",
        _ => $"{set.Simd}.LoadStrided(ref {reference}, {offset}, {stride})",
    };
}
