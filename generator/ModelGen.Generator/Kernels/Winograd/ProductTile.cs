using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The register tile of a matrix product: some columns, which are pixels in blocks of 16 channels, times some vectors of rows. It fetches
/// what will be needed next while it works, because filters that are used for few columns come from memory faster than the processor asks
/// for them by itself.
/// </summary>
/// <param name="Pixels">Columns.</param>
/// <param name="Vectors">Vectors of output channels: whole blocks of 16, or a part of one.</param>
/// <param name="Lines">Lines of 64 bytes that are fetched for each input channel.</param>
internal sealed record ProductTile(int Pixels, int Vectors, int Lines) : ITileMethod
{
    public string Title => $"Product{Pixels}x{Vectors}Fetch{Lines}";

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        w.Line($"// {Pixels} columns × {Vectors} vectors of rows.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>(ref float image, ref float filter, ref float prefetched, ref float result, in "
            + $"TileShape shape) {VectorCode.Constraints}"))
        {
            for (int q = 1; q < Vectors; q++)
                w.Line($"nint filter{q} = shape.Filter<S, V>({q}), result{q} = shape.Result<S, V>({q});");
            for (int q = 0; q < Vectors; q++)
                w.Wrapped(Enumerable.Range(0, Pixels).Select(p => (p == 0 ? $"V sum0_{q} = default" : $"sum{p}_{q} = sum0_{q}")
                    + (p == Pixels - 1 ? ";" : ",")));
            using (w.Block("for (int channels = shape.Taps; channels > 0; channels -= shape.Columns)"))
            {
                w.Line("ref float pixel = ref image;");
                using (w.Block("for (int lane = Math.Min(channels, shape.Columns); lane > 0; lane--)"))
                {
                    w.Wrapped(Enumerable.Range(0, Vectors).Select(q => $"V w{q} = S.Load(ref filter, {(q == 0 ? "0" : "filter" + q)});"));
                    for (int line = 0; line < Lines; line++)
                        w.Line($"CacheLine.Prefetch({Index.Ref("prefetched", Index.Sum(line * Layout.Block))});");
                    for (int p = 0; p < Pixels; p++)
                    {
                        string value = Index.Element("pixel", Index.Sum(p * Layout.Block));
                        w.Wrapped([$"V x{p} = S.Broadcast({value});",
                            .. Enumerable.Range(0, Vectors).Select(q => $"sum{p}_{q} = S.FusedMultiplyAdd(x{p}, w{q}, sum{p}_{q});")]);
                    }
                    w.Line($"filter = ref Unsafe.Add(ref filter, {Layout.Block});");
                    w.Line($"prefetched = ref Unsafe.Add(ref prefetched, {Lines * Layout.Block});");
                    w.Line("pixel = ref Unsafe.Add(ref pixel, 1);");
                }
                w.Line("image = ref Unsafe.Add(ref image, shape.RowStep);");
            }
            for (int p = 0; p < Pixels; p++)
                w.Wrapped(Enumerable.Range(0, Vectors)
                    .Select(q => $"S.Store(sum{p}_{q}, ref result, {Index.Sum(p * Layout.Block, (q == 0 ? "0" : "result" + q, 1))});"));
        }
    }
}
