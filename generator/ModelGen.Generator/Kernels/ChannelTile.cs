using ModelGen.Generator.Collections;
using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The innermost part of <see cref="ConvolveChannels"/>: some pixels (or samples) times some vectors of output channels, in registers over all that is summed. What
/// decides its registers and addresses is constant; what it sums over comes as a <c>TileShape</c>, so that one method serves every layer of a network with the
/// same tile, in vectors of any width. The weights are read once, from front to back.
/// </summary>
/// <param name="Pixels">Pixels of the tile.</param>
/// <param name="Vectors">Vectors of output channels: whole blocks of 16, or a part of one.</param>
/// <param name="InputStep">Floats from one pixel's input to the next one's; 0 where the pixels are samples, whose distance the shape tells.</param>
/// <param name="ResultStep">Floats from one pixel's result to the next one's; 0 likewise.</param>
/// <param name="Adds">Whether something is added to the sums, pixels of which lie as near to each other.</param>
internal sealed record ChannelTile(int Pixels, int Vectors, int InputStep, int ResultStep, bool Adds = false) : Tiles.ITile
{
    public string Title => $"Tile{Pixels}x{Vectors}{(Adds ? "Plus" : "")}";

    /// <summary>The tile as one of a single pixel, whose distance to others does not matter, if that is what it is.</summary>
    public ChannelTile Simplified() => Pixels == 1 ? this with { InputStep = Layout.Block, ResultStep = Layout.Block } : this;

    public void Emit(CodeWriter w, string method, Tiles tiles)
    {
        w.Line($"// {Pixels} {(Pixels == 1 ? "pixel" : OverSamples ? "samples" : $"pixels at distance {InputStep}")} × {Vectors} vectors of output channels.");
        // One method for both, where there are both: it can do without anything to add.
        if (!Adds && tiles.Find(this with { Adds = true }) is { } adding)
        {
            w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            w.Line($"private static void {method}<S, V>({Tiles.ParametersOf(false)}) {InstructionSet.Constraints} =>");
            w.Line($"    {adding}<S, V>(ref image, ref filter, ref bias, ref result, ref Unsafe.NullRef<float>(), in shape);");
            return;
        }
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>({Tiles.ParametersOf(Adds)}) {InstructionSet.Constraints}"))
        {
            for (int q = 1; q < Vectors; q++)
                w.Line($"nint filter{q} = shape.Filter<S, V>({q}), result{q} = shape.Result<S, V>({q}){(Adds ? $", residual{q} = shape.Residual<S, V>({q})" : "")};");
            for (int p = 1; p < Pixels && OverSamples; p++)
                w.Line($"nint input{p} = (nint)shape.InputSample * {p}, sample{p} = (nint)shape.ResultSample * {p};");
            for (int q = 0; q < Vectors; q++)
                w.Wrapped(Enumerable.Range(0, Pixels).Select(p => (p == 0 ? $"V sum0_{q} = TileShape.Start<S, V>(ref bias, {q})" : $"sum{p}_{q} = sum0_{q}") + (p == Pixels - 1 ? ";" : ",")));
            Taps(w, () => Products(w));
            if (Adds)
                Add(w);
            // Bounds are 0 for ReLU, 0 and 6 for ReLU6, and infinite otherwise; the order of the operands keeps NaN.
            w.Line("V floor = S.Broadcast(shape.Floor), ceiling = S.Broadcast(shape.Ceiling);");
            for (int p = 0; p < Pixels; p++)
                w.Wrapped(Enumerable.Range(0, Vectors).Select(q => $"S.Store(S.Min(ceiling, S.Max(floor, sum{p}_{q})), ref result, {ResultAt(p, q)});"));
        }
    }

    /// <summary>Writes the loops over all that a <c>TileShape</c> sums, in the order of the weights; the body reads an element of the image at <c>pixel</c> and moves it on.</summary>
    public static void Taps(CodeWriter w, Action products)
    {
        using (w.Block("for (int channels = shape.Channels; channels > 0; channels -= shape.Lanes)"))
        {
            w.Line("ref float channel = ref image;");
            using (w.Block("for (int lane = Math.Min(channels, shape.Lanes); lane > 0; lane--)"))
            {
                w.Line("ref float row = ref channel;");
                using (w.Block("for (int taps = shape.Taps; taps > 0; taps -= shape.Columns)"))
                {
                    w.Line("ref float pixel = ref row;");
                    using (w.Block("for (int column = Math.Min(taps, shape.Columns); column > 0; column--)"))
                        products();
                    w.Line("row = ref Unsafe.Add(ref row, shape.RowStep);");
                }
                w.Line("channel = ref Unsafe.Add(ref channel, shape.LaneStep);");
            }
            w.Line("image = ref Unsafe.Add(ref image, shape.BlockStep);");
        }
    }

    private bool OverSamples => InputStep == 0;

    private void Add(CodeWriter w)
    {
        using (w.Block("if (!Unsafe.IsNullRef(ref residual))"))
        {
            for (int q = 0; q < Vectors; q++)
            {
                string vector = q == 0 ? "0" : "residual" + q;
                w.Wrapped(Enumerable.Range(0, Pixels).Select(p => $"sum{p}_{q} = S.Add(sum{p}_{q}, S.Load(ref residual, {Index.Sum(p * ResultStep, (vector, 1))}));"));
            }
        }
    }

    // One tap: a line for each pixel.
    private void Products(CodeWriter w)
    {
        w.Wrapped(Enumerable.Range(0, Vectors).Select(q => $"V w{q} = S.Load(ref filter, {(q == 0 ? "0" : "filter" + q)});"));
        if (Pixels > 1)
            w.Wrapped(Enumerable.Range(0, Vectors).Select(q => $"AlignedMemory.Prefetch(ref Unsafe.Add(ref filter, {Index.Sum(0, ("shape.Ahead", 1), (q == 0 ? "0" : "filter" + q, 1))}));"));
        for (int p = 0; p < Pixels; p++)
        {
            string value = Index.Element("pixel", OverSamples && p > 0 ? "input" + p : Index.Sum(p * InputStep));
            w.Wrapped([$"V x{p} = S.Broadcast({value});", .. Enumerable.Range(0, Vectors).Select(q => $"sum{p}_{q} = S.FusedMultiplyAdd(x{p}, w{q}, sum{p}_{q});")]);
        }
        w.Line($"filter = ref Unsafe.Add(ref filter, {Layout.Block});");
        w.Line("pixel = ref Unsafe.Add(ref pixel, shape.ColumnStep);");
    }

    private string ResultAt(int pixel, int vector) =>
        Index.Sum(pixel * ResultStep, (OverSamples && pixel > 0 ? "sample" + pixel : "0", 1), (vector == 0 ? "0" : "result" + vector, 1));
}

/// <summary>A row of pixels times as many vectors of output channels as a tile has: the row cut into <see cref="ChannelTile"/>s, for each instruction set as suits it.</summary>
/// <param name="Pixels">Pixels of the row.</param>
/// <param name="Shapes">The largest tile for each of <see cref="InstructionSet.All"/>; the default where that never comes here.</param>
/// <param name="InputStep">Floats from one pixel's input to the next one's.</param>
/// <param name="ResultStep">Floats from one pixel's result to the next one's.</param>
/// <param name="Adds">Whether something is added to the sums.</param>
internal sealed record ChannelRow(int Pixels, EquatableArray<Tile> Shapes, int InputStep, int ResultStep, bool Adds) : Tiles.IRow
{
    public string Title => $"Row{Pixels}{(Adds ? "Plus" : "")}";

    /// <summary>The one tile that the row is for every instruction set; null if there are several.</summary>
    public ChannelTile? AsTile()
    {
        Tile[] used = [.. Shapes.Where(s => s.Outer > 0).Distinct()];
        return used.Length == 1 && used[0].Outer >= Pixels ? TileOf(Pixels, used[0]) : null;
    }

    public void Emit(CodeWriter w, string method, Tiles tiles)
    {
        w.Line($"// A row of {Pixels} pixels at distance {InputStep} × the vectors of a tile, in tiles of nearly equal length.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>({Tiles.ParametersOf(Adds)}) {InstructionSet.Constraints}"))
        {
            IEnumerable<(InstructionSet Set, Tile Shape)> used = InstructionSet.All.Zip(Shapes, (set, shape) => (set, shape)).Where(s => s.shape.Outer > 0);
            InstructionSet.ByWidth(w, used.Select(u => u.Set), (part, set) =>
            {
                Tile shape = used.First(u => u.Set == set).Shape;
                foreach (Stretch stretch in Stretch.Cut(Pixels, shape.Outer))
                {
                    using (part.For("p", stretch.Start, stretch.End, stretch.Size, out string p))
                    {
                        string tile = tiles.MethodOf(TileOf(stretch.Size, shape));
                        part.Line($"{tile}<S, V>({Index.Ref("image", Index.Sum(0, (p, InputStep)))}, ref filter, ref bias, {Index.Ref("result", Index.Sum(0, (p, ResultStep)))}, {(Adds ? Index.Ref("residual", Index.Sum(0, (p, ResultStep))) + ", " : "")}in shape);");
                    }
                }
            });
        }
    }

    private ChannelTile TileOf(int pixels, Tile shape) => new ChannelTile(pixels, shape.Vectors, InputStep, ResultStep, Adds).Simplified();
}
