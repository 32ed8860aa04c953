using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// Fully connected layer whose weights are stored in bfloat16: half the bytes to fetch, which is what such layers wait for. As
/// <see cref="ConvolveChannels"/>, with vectors along output channels, but each vector of places that is loaded is two vectors of weights,
/// of channels 16 apart. Weights are packed [O/32][I][16] places (<c>BFloat16.Pack</c>); sums are float.
/// </summary>
internal sealed record LinearBFloat16(ConvolutionGeometry Geometry, Epilogue Epilogue) : Kernel
{
    // Samples that a tile takes.
    private const int MostSamples = 4;

    public override string Title => "LinearBFloat16";

    public override string Algorithm => "fully connected, bfloat16";

    public override EquatableArray<string> Operands => Geometry.OperandsWith(Epilogue);

    // Pairs of blocks of output channels, the last of which may be a single one.
    public override KernelUnits Division => new(Layout.DivideUp(Geometry.OutBlocks, 2));

    public override IEnumerable<string> Describe()
    {
        yield return $"Fully connected {Geometry.Describe()}{Epilogue.Describe()}, weights in bfloat16.";
        yield return $"{Geometry.Input} to {Geometry.Output}; vectors of output channels, tiles over samples; {Geometry.Reduction} "
            + "products a result.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        ConvolutionGeometry g = Geometry;
        string samples = g.Batch > 1 ? $", InputSample: {g.Input.Length}, ResultSample: {g.Output.Length}" : "";
        writer.Line($"var shape = new TileShape({g.Sums()}, FilterStep: {PairStep}, PrefetchDistance: 0, ResultStep: "
            + $"{2 * Layout.Block}{samples}{Epilogue.Bounds});");
        writer.Line($"int pair = {(Units > 1 ? UnitRange.Parameters.First : "0")};");
        VectorCode.ByInstructionSet(writer, InstructionSet.All, (part, set) => Pairs(part, set, tiles));
        if (!Epilogue.InRegisters)
            Activate(writer);
    });

    private string End => Units > 1 ? UnitRange.Parameters.End : $"{MostUnits}";

    private bool HasSingleBlock => Geometry.OutBlocks % 2 == 1;

    // Places from one pair of blocks to the next.
    private int PairStep => Geometry.Reduction * Layout.Block;

    // As many pairs at a time as registers hold sums, then what is left of them, then a block without a partner.
    private void Pairs(CodeWriter w, InstructionSet set, TileMethods tiles)
    {
        int samples = Math.Min(Geometry.Batch, MostSamples);
        // A sum for each sample and weight, the samples' values, and the two weights and the places that they come from, with their mask.
        int vectors = new[] { 4, 2, 1 }.First(v => v == 1 || 2 * v * samples + samples + 4 <= set.Registers);
        int whole = Geometry.OutBlocks / 2;
        string end = !HasSingleBlock ? End : Units > 1 ? $"Math.Min({End}, {whole})" : $"{whole}";
        for (int size = Math.Max(1, vectors / set.VectorsPerBlock()); size > 0; size /= 2)
        {
            if (whole < size)
                continue;
            using (w.Block($"for (; pair + {size} <= {end}; pair += {size})"))
                Lanes(w, set, tiles, samples, Math.Min(vectors, size * set.VectorsPerBlock()), isSingle: false);
        }
        if (!HasSingleBlock)
            return;
        using (w.Block($"if (pair < {End})"))
            Lanes(w, set, tiles, samples, Math.Min(vectors, set.VectorsPerBlock()), isSingle: true);
    }

    // Tiles of short vectors take a part of a block at a time.
    private void Lanes(CodeWriter w, InstructionSet set, TileMethods tiles, int largest, int vectors, bool isSingle)
    {
        string lane = "0";
        using (vectors < set.VectorsPerBlock() ? w.For("lane", 0, Layout.Block, vectors * set.Width, out lane) : default)
        {
            w.Line("int n = 0;");
            foreach (int samples in largest > 1 ? new[] { largest, 1 } : [1])
            {
                using (w.Block($"for (; n + {samples} <= samples; n += {samples})"))
                {
                    string channel = Index.Sum(0, ("pair", 2 * Layout.Block), (lane, 1));
                    string from = Index.Ref("x", Index.Sum(Geometry.InputOrigin, ("n", Geometry.Input.Length)));
                    string filter = Index.Ref("weight", Index.Sum(0, ("pair", PairStep), (lane, 1)));
                    string bias = Epilogue.HasBias ? Index.Ref("bias", channel) : "ref Unsafe.NullRef<float>()";
                    string to = Index.Ref("y", Index.Sum(0, ("n", Geometry.Output.Length), (channel, 1)));
                    w.Line($"{tiles.MethodOf(new BFloat16Tile(samples, vectors, isSingle))}<S, V>({from}, {filter}, {bias}, {to}, in "
                        + "shape);");
                }
            }
        }
    }

    private void Activate(CodeWriter w)
    {
        string first = Units > 1 ? $"{UnitRange.Parameters.First} * {2 * Layout.Block}" : "0";
        string end = Units > 1 ? $"Math.Min({Geometry.Output.Length}, {End} * {2 * Layout.Block})" : $"{Geometry.Output.Length}";
        using (w.ForSamples())
        {
            w.Line($"ref float stored = {Index.Ref("y", Index.Sum(0, ("n", Geometry.Output.Length), (first, 1)))};");
            w.Line($"Elementwise.{Epilogue.Function}(ref stored, ref stored, {end} - {first});");
        }
    }
}

/// <summary>
/// The innermost part of <see cref="LinearBFloat16"/>: some samples times some vectors of places, in registers over all inputs.
/// </summary>
/// <param name="Samples">Samples of the tile.</param>
/// <param name="Vectors">Vectors of places, each of which has weights for twice as many output channels.</param>
/// <param name="IsSingle">Whether there are channels for the first weight of each place alone.</param>
internal sealed record BFloat16Tile(int Samples, int Vectors, bool IsSingle) : ITileMethod
{
    public string Title => $"BFloat16Tile{Samples}x{Vectors}{(IsSingle ? "Single" : "")}";

    // Of the weights of a place the first is in the lower half.
    private IReadOnlyList<string> Halves => IsSingle ? ["a"] : ["a", "b"];

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        w.Line($"// {Samples} {(Samples == 1 ? "sample" : "samples")} × {Vectors} vectors of "
            + $"{(IsSingle ? "single weights" : "pairs of weights")} in bfloat16.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>({TileMethods.ParametersOf(adds: false)}) {VectorCode.Constraints}"))
        {
            for (int q = 0; q < Vectors; q++)
                w.Line($"nint filter{q} = shape.Filter<S, V>({q}), a{q} = shape.Result<S, "
                    + $"V>({q}){(IsSingle ? "" : $", b{q} = a{q} + {Layout.Block}")};");
            for (int p = 1; p < Samples; p++)
                w.Line($"nint input{p} = (nint)shape.InputSample * {p}, sample{p} = (nint)shape.ResultSample * {p};");
            foreach (string half in Halves)
            {
                for (int q = 0; q < Vectors; q++)
                    w.Wrapped(Enumerable.Range(0, Samples)
                        .Select(p => (p == 0 ? $"V {half}0_{q} = BFloat16.Start<S, V>(ref bias, {half}{q})"
                        : $"{half}{p}_{q} = {half}0_{q}") + (p == Samples - 1 ? ";" : ",")));
            }
            if (!IsSingle)
                w.Line("V mask = S.Broadcast(BFloat16.SecondMask);");
            ChannelTile.Taps(w, _ => Products(w));
            w.Line("V floor = S.Broadcast(shape.Floor), ceiling = S.Broadcast(shape.Ceiling);");
            for (int p = 0; p < Samples; p++)
                w.Wrapped(Halves.SelectMany(half => Enumerable.Range(0, Vectors).Select(
                    q => $"S.Store(S.Min(ceiling, S.Max(floor, {half}{p}_{q})), ref result, "
                        + $"{(p == 0 ? "" : $"sample{p} + ")}{half}{q});")));
        }
    }

    // One input: weights are widened right before they are used, which takes fewest registers.
    private void Products(CodeWriter w)
    {
        w.Wrapped(Enumerable.Range(0, Samples)
            .Select(p => $"V value{p} = S.Broadcast({Index.Element("pixel", p == 0 ? "0" : "input" + p)});"));
        for (int q = 0; q < Vectors; q++)
        {
            w.Line($"V places{q} = S.Load(ref filter, filter{q}), weightA{q} = S.ShiftLeft(places{q}, 16);");
            w.Wrapped(Enumerable.Range(0, Samples).Select(p => $"a{p}_{q} = S.FusedMultiplyAdd(value{p}, weightA{q}, a{p}_{q});"));
            if (IsSingle)
                continue;
            w.Line($"V weightB{q} = S.BitAnd(places{q}, mask);");
            w.Wrapped(Enumerable.Range(0, Samples).Select(p => $"b{p}_{q} = S.FusedMultiplyAdd(value{p}, weightB{q}, b{p}_{q});"));
        }
        w.Line($"filter = ref Unsafe.Add(ref filter, {Layout.Block});");
        w.Line("pixel = ref Unsafe.Add(ref pixel, shape.ColumnStep);");
    }
}
