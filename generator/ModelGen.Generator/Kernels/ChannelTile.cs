using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The innermost part of <see cref="ConvolveChannels"/>: some pixels (or samples) times some vectors of output channels, in registers over all that is summed. What
/// decides its registers and addresses is constant; what it sums over comes as a <c>TileShape</c>, so that one method serves every layer of a network with the
/// same tile. The weights are read once, from front to back.
/// </summary>
/// <param name="Pixels">Pixels of the tile.</param>
/// <param name="Vectors">Vectors of output channels.</param>
/// <param name="InputStep">Floats from one pixel's input to the next one's; 0 where the pixels are samples, whose distance the shape tells.</param>
/// <param name="ResultStep">Floats from one pixel's result to the next one's; 0 likewise.</param>
/// <param name="HasTaps">Whether the kernel is larger than 1×1.</param>
/// <param name="HasBias">Whether sums start at a bias.</param>
internal sealed record ChannelTile(
    InstructionSet Set, int Pixels, int Vectors, int InputStep, int ResultStep, bool HasTaps, bool HasBias) : Tiles.ITile
{
    public string Title => $"Tile{Pixels}x{Vectors}_{Set.Bits}";

    public void Emit(CodeWriter w, string method)
    {
        string simd = Set.Simd;
        w.Line($"// {Pixels} {(OverSamples ? "samples" : $"pixels at distance {InputStep}")} × {Vectors} vectors of output channels{(HasTaps ? "" : ", kernel 1×1")}{(HasBias ? ", plus bias" : "")}.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}(ref float image, ref float filter, ref float bias, ref float result, in TileShape shape)"))
        {
            for (int block = 1; block < Blocks; block++)
                w.Line($"nint filter{block} = (nint)shape.FilterStep * {block}, result{block} = (nint)shape.ResultStep * {block};");
            for (int p = 1; p < Pixels && OverSamples; p++)
                w.Line($"nint input{p} = (nint)shape.InputSample * {p}, sample{p} = (nint)shape.ResultSample * {p};");
            for (int q = 0; q < Vectors; q++)
            {
                string start = HasBias
                    ? $"{simd}.Load(ref bias, {q / Set.VectorsPerBlock * Layout.Block + q % Set.VectorsPerBlock * Set.Width})"
                    : $"Vector{Set.Bits}<float>.Zero";
                w.Line($"var sum0_{q} = {start};");
                for (int p = 1; p < Pixels; p++)
                    w.Line($"var sum{p}_{q} = sum0_{q};");
            }
            using (w.Block("for (int rest = shape.Channels; rest > 0; rest -= shape.Lanes)"))
            {
                w.Line($"ref float {(HasTaps ? "channel" : "pixel")} = ref image;");
                using (w.Block("for (int lane = Math.Min(rest, shape.Lanes); lane > 0; lane--)"))
                {
                    Taps(w);
                    string moving = HasTaps ? "channel" : "pixel";
                    w.Line($"{moving} = ref Unsafe.Add(ref {moving}, shape.LaneStep);");
                }
                w.Line("image = ref Unsafe.Add(ref image, shape.BlockStep);");
            }
            // The floor is 0 for ReLU and minus infinity otherwise; the order of the operands keeps NaN.
            w.Line($"var floor = {simd}.Broadcast(shape.Floor);");
            for (int p = 0; p < Pixels; p++)
            {
                for (int q = 0; q < Vectors; q++)
                    w.Line($"{simd}.Store({simd}.Max(floor, sum{p}_{q}), ref result, {Offset("result", q, p * ResultStep, OverSamples && p > 0 ? "sample" + p : "0")});");
            }
        }
    }

    private int Blocks => Layout.DivideUp(Vectors, Set.VectorsPerBlock);

    private void Taps(CodeWriter w)
    {
        if (!HasTaps)
        {
            Products(w);
            return;
        }
        w.Line("ref float row = ref channel;");
        using (w.Block("for (int ky = shape.KernelHeight; ky > 0; ky--)"))
        {
            w.Line("ref float pixel = ref row;");
            using (w.Block("for (int kx = shape.KernelWidth; kx > 0; kx--)"))
            {
                Products(w);
                w.Line("pixel = ref Unsafe.Add(ref pixel, shape.ColumnStep);");
            }
            w.Line("row = ref Unsafe.Add(ref row, shape.RowStep);");
        }
    }

    private void Products(CodeWriter w)
    {
        for (int q = 0; q < Vectors; q++)
            w.Line($"var weight{q} = {Set.Simd}.Load(ref filter, {Offset("filter", q, 0, "0")});");
        for (int p = 0; p < Pixels; p++)
        {
            w.Line($"var value{p} = {Set.Simd}.Broadcast({Index.Element("pixel", OverSamples && p > 0 ? "input" + p : Index.Sum(p * InputStep))});");
            for (int q = 0; q < Vectors; q++)
                w.Line($"sum{p}_{q} = {Set.Simd}.FusedMultiplyAdd(value{p}, weight{q}, sum{p}_{q});");
        }
        w.Line($"filter = ref Unsafe.Add(ref filter, {Layout.Block});");
    }

    private bool OverSamples => InputStep == 0;

    // The place of a vector of output channels: a block further on, and within it; and perhaps of another sample.
    private string Offset(string what, int vector, int constant, string sample)
    {
        int block = vector / Set.VectorsPerBlock;
        return Index.Sum(constant + vector % Set.VectorsPerBlock * Set.Width, (sample, 1), block == 0 ? ("0", 0) : (what + block, 1));
    }
}
