using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The innermost part of <see cref="ConvolveChannels"/>: some pixels (or samples) times some vectors of output channels, in registers over
/// all that is summed. What decides its registers and addresses is constant; what it sums over comes as a <c>TileShape</c>, so that one
/// method serves every layer of a network with the same tile, in vectors of any width. The weights are read once, from front to back.
/// </summary>
/// <param name="Pixels">Pixels of the tile.</param>
/// <param name="Vectors">Vectors of output channels: whole blocks of 16, or a part of one.</param>
/// <param name="InputStep">
/// Floats from one pixel's input to the next one's; 0 where the pixels are samples, whose distance the shape tells.
/// </param>
/// <param name="ResultStep">Floats from one pixel's result to the next one's; 0 likewise.</param>
/// <param name="Adds">Whether something is added to the sums, pixels of which lie as near to each other.</param>
/// <param name="Parts">
/// Into how many parts each sum is divided, of every other tap for instance: a tile of few sums waits for its multiply-adds otherwise.
/// </param>
internal sealed record ChannelTile(int Pixels, int Vectors, int InputStep, int ResultStep, bool Adds = false, int Parts = 1) : ITileMethod
{
    public string Title =>
        $"Tile{Pixels}x{Vectors}{(IsOfOnePixel ? "" : Distance(InputStep, ResultStep))}{(Parts > 1 ? $"By{Parts}" : "")}"
        + (Adds ? "Plus" : "");

    /// <summary>The tile as one of a single pixel, whose distance to others does not matter, if that is what it is.</summary>
    public ChannelTile Simplified() => Pixels == 1 ? this with { InputStep = Layout.Block, ResultStep = Layout.Block } : this;

    /// <summary>What names of tiles and rows say of the distances between their pixels.</summary>
    public static string Distance(int inputStep, int resultStep) => (inputStep, resultStep) switch
    {
        (0, 0) => "Samples",
        _ when inputStep == resultStep => $"Step{inputStep}",
        _ => $"Step{inputStep}To{resultStep}",
    };

    private bool IsOfOnePixel => this == Simplified() && Pixels == 1;

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        w.Line($"// {Pixels} {(Pixels == 1 ? "pixel" : OverSamples ? "samples" : $"pixels at distance {InputStep}")} × {Vectors} vectors "
            + "of output channels.");
        // One method for both, where there are both: it can do without anything to add.
        if (!Adds && tiles.Find(this with { Adds = true }) is { } adding)
        {
            w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            w.Line($"private static void {method}<S, V>({TileMethods.ParametersOf(false)}) {VectorCode.Constraints} =>");
            w.Line($"    {adding}<S, V>(ref image, ref filter, ref bias, ref result, ref Unsafe.NullRef<float>(), in shape);");
            return;
        }
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>({TileMethods.ParametersOf(Adds)}) {VectorCode.Constraints}"))
        {
            for (int q = 1; q < Vectors; q++)
                w.Line($"nint filter{q} = shape.Filter<S, V>({q}), result{q} = shape.Result<S, "
                    + $"V>({q}){(Adds ? $", residual{q} = shape.Residual<S, V>({q})" : "")};");
            for (int p = 1; p < Pixels && OverSamples; p++)
                w.Line($"nint input{p} = (nint)shape.InputSample * {p}, sample{p} = (nint)shape.ResultSample * {p};");
            for (int q = 0; q < Vectors; q++)
                w.Wrapped(Enumerable.Range(0, Pixels)
                    .Select(p => (p == 0 ? $"V sum0_{q} = TileShape.Start<S, V>(ref bias, {q})" : $"sum{p}_{q} = sum0_{q}")
                    + (p == Pixels - 1 ? ";" : ",")));
            for (int part = 1; part < Parts; part++)
                w.Wrapped(Sums.Select((sum, i) => (i == 0 ? "V " : "") + $"{Part(sum, part)} = default"
                    + (i == Pixels * Vectors - 1 ? ";" : ",")));
            Taps(w, taps => Products(w, taps), Parts);
            for (int part = 1; part < Parts; part++)
                w.Wrapped(Sums.Select(sum => $"{sum} = S.Add({sum}, {Part(sum, part)});"));
            if (Adds)
                Add(w);
            // Bounds are 0 for ReLU, 0 and 6 for ReLU6, and infinite otherwise; the order of the operands keeps NaN.
            w.Line("V floor = S.Broadcast(shape.Floor), ceiling = S.Broadcast(shape.Ceiling);");
            for (int p = 0; p < Pixels; p++)
                w.Wrapped(Enumerable.Range(0, Vectors)
                    .Select(q => $"S.Store(S.Min(ceiling, S.Max(floor, sum{p}_{q})), ref result, {ResultAt(p, q)});"));
        }
    }

    /// <summary>
    /// Writes the loops over all that a <c>TileShape</c> sums, in the order of the weights; the body gets a number of taps, reads as many
    /// elements of the image, the first at <c>pixel</c>, and moves it on.
    /// </summary>
    /// <param name="most">How many taps of a row are taken at a time, and one by one what is left of them.</param>
    public static void Taps(CodeWriter w, Action<int> products, int most = 1)
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
                    if (most > 1)
                    {
                        w.Line("int column = Math.Min(taps, shape.Columns);");
                        using (w.Block($"for (; column >= {most}; column -= {most})"))
                            products(most);
                    }
                    using (w.Block($"for ({(most > 1 ? "" : "int column = Math.Min(taps, shape.Columns)")}; column > 0; column--)"))
                        products(1);
                    w.Line("row = ref Unsafe.Add(ref row, shape.RowStep);");
                }
                w.Line("channel = ref Unsafe.Add(ref channel, shape.LaneStep);");
            }
            w.Line("image = ref Unsafe.Add(ref image, shape.BlockStep);");
        }
    }

    private bool OverSamples => InputStep == 0;

    private IEnumerable<string> Sums =>
        Enumerable.Range(0, Vectors).SelectMany(q => Enumerable.Range(0, Pixels).Select(p => $"sum{p}_{q}"));

    private static string Part(string sum, int part) => part == 0 ? sum : $"{sum}_{part}";

    private void Add(CodeWriter w)
    {
        using (w.Block("if (!Unsafe.IsNullRef(ref residual))"))
        {
            for (int q = 0; q < Vectors; q++)
            {
                string vector = q == 0 ? "0" : "residual" + q;
                w.Wrapped(Enumerable.Range(0, Pixels)
                    .Select(p => $"sum{p}_{q} = S.Add(sum{p}_{q}, S.Load(ref residual, {Index.Sum(p * ResultStep, (vector, 1))}));"));
            }
        }
    }

    // Some taps, one for each part of the sums: a line for each pixel.
    private void Products(CodeWriter w, int taps)
    {
        for (int tap = 0; tap < taps; tap++)
        {
            w.Wrapped(Enumerable.Range(0, Vectors)
                .Select(q => $"V {Part("w" + q, tap)} = S.Load(ref filter, "
                + $"{Index.Sum(tap * Layout.Block, (q == 0 ? "0" : "filter" + q, 1))});"));
            if (Pixels > 1)
                w.Wrapped(Enumerable.Range(0, Vectors)
                    .Select(q => $"CacheLine.Prefetch(ref Unsafe.Add(ref filter, "
                    + $"{Index.Sum(tap * Layout.Block, ("shape.PrefetchDistance", 1), (q == 0 ? "0" : "filter" + q, 1))}));"));
            for (int p = 0; p < Pixels; p++)
            {
                string value = Index.Element("pixel", Index.Sum(OverSamples ? 0 : p * InputStep,
                    (OverSamples && p > 0 ? "input" + p : "0", 1), ("shape.ColumnStep", tap)));
                w.Wrapped([$"V {Part("x" + p, tap)} = S.Broadcast({value});",
                    .. Enumerable.Range(0, Vectors).Select(q => Product($"sum{p}_{q}", "x" + p, "w" + q, tap))]);
            }
        }
        w.Line($"filter = ref Unsafe.Add(ref filter, {taps * Layout.Block});");
        w.Line($"pixel = ref Unsafe.Add(ref pixel, {Index.Sum(0, ("shape.ColumnStep", taps))});");
    }

    private static string Product(string sum, string value, string weight, int part) =>
        $"{Part(sum, part)} = S.FusedMultiplyAdd({Part(value, part)}, {Part(weight, part)}, {Part(sum, part)});";

    private string ResultAt(int pixel, int vector) =>
        Index.Sum(pixel * ResultStep, (OverSamples && pixel > 0 ? "sample" + pixel : "0", 1), (vector == 0 ? "0" : "result" + vector, 1));
}

/// <summary>
/// A row of pixels times as many vectors of output channels as a tile has: the row cut into <see cref="ChannelTile"/>s, for each
/// instruction set as suits it.
/// </summary>
/// <param name="Pixels">Pixels of the row.</param>
/// <param name="Shapes">The largest tile for each of <see cref="InstructionSet.All"/>; the default where that never comes here.</param>
/// <param name="InputStep">Floats from one pixel's input to the next one's.</param>
/// <param name="ResultStep">Floats from one pixel's result to the next one's.</param>
/// <param name="Adds">Whether something is added to the sums.</param>
internal sealed record ChannelRow(int Pixels, EquatableArray<RegisterTile> Shapes, int InputStep, int ResultStep, bool Adds) : IRowMethod
{
    public string Title => $"Row{Pixels}{ChannelTile.Distance(InputStep, ResultStep)}{(Adds ? "Plus" : "")}"
        + string.Concat(UsedShapes.Select(u => $"_{u.Set.Suffix}By{u.Shape.Outer}x{u.Shape.Vectors}"));

    /// <summary>The one tile that the row is for every instruction set; null if there are several.</summary>
    public ChannelTile? AsTile()
    {
        RegisterTile[] used = [.. Shapes.Where(s => s.Outer > 0).Distinct()];
        return used.Length == 1 && used[0].Outer >= Pixels ? TileOf(Pixels, used[0]) : null;
    }

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        w.Line($"// A row of {Pixels} pixels at distance {InputStep} × the vectors of a tile, in tiles of nearly equal length.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>({TileMethods.ParametersOf(Adds)}) {VectorCode.Constraints}"))
        {
            VectorCode.ByInstructionSet(w, UsedShapes.Select(u => u.Set), (part, set) =>
            {
                RegisterTile shape = Shapes[set.Index];
                foreach (Stretch stretch in Stretch.Cut(Pixels, shape.Outer))
                {
                    using (part.For("p", stretch.Start, stretch.End, stretch.Size, out string p))
                    {
                        string tile = tiles.MethodOf(TileOf(stretch.Size, shape));
                        part.Line($"{tile}<S, V>({Index.Ref("image", Index.Sum(0, (p, InputStep)))}, ref filter, ref bias, "
                            + $"{Index.Ref("result", Index.Sum(0, (p, ResultStep)))}, "
                            + $"{(Adds ? Index.Ref("residual", Index.Sum(0, (p, ResultStep))) + ", " : "")}in shape);");
                    }
                }
            });
        }
    }

    private IEnumerable<(InstructionSet Set, RegisterTile Shape)> UsedShapes =>
        InstructionSet.All.Zip(Shapes, (set, shape) => (set, shape)).Where(s => s.shape.Outer > 0);

    private ChannelTile TileOf(int pixels, RegisterTile shape) =>
        new ChannelTile(pixels, shape.Vectors, InputStep, ResultStep, Adds).Simplified();
}
