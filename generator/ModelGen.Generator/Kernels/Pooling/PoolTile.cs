using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The register tile of pooling in blocks: some pixels of a row for one vector of channels. A column of the image is read once a row of the
/// window, for all windows that it falls into.
/// </summary>
/// <param name="Widths">For averages, of how many columns each pixel's is taken.</param>
internal sealed record PoolTile(bool IsMax, RowPiece Piece, EquatableArray<int> Widths) : ITileMethod
{
    public string Title =>
        $"{(IsMax ? "Max" : "Avg")}PoolTile{Piece.Name}{(Widths.All(w => w == OfAll) ? "" : "Over" + string.Join("_", Widths))}";

    // What widths are unless an edge is near: maxima have none.
    private int OfAll => IsMax ? 0 : Piece.KernelWidth;

    /// <summary>The most pixels that leave registers for a column of the image and what is done with it.</summary>
    public static int MostPixels(InstructionSet set) => Math.Min(8, set.Registers - 4);

    public void Emit(CodeWriter w, string method, TileMethods tiles)
    {
        int pixels = Piece.Pixels;
        w.Line($"// {Piece.Describe()}.");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (w.Block($"private static void {method}<S, V>(ref float image, ref float result, int rows, nint "
            + $"rowStep{(IsMax ? "" : ", int height")}) {VectorCode.Constraints}"))
        {
            string start = IsMax ? "S.Broadcast(float.NegativeInfinity)" : "S.Broadcast(0f)";
            w.Wrapped(Enumerable.Range(0, pixels).Select(p => (p == 0 ? $"V result0 = {start}" : $"result{p} = result0")
                + (p == pixels - 1 ? ";" : ",")));
            using (w.Block("for (; rows > 0; rows--)"))
            {
                for (int column = 0; column < Piece.Columns; column++)
                {
                    IReadOnlyList<(int Pixel, int Tap)> readers = Piece.ReadersOf(column);
                    if (readers.Count == 0)
                        continue;
                    w.Wrapped([$"V column{column} = S.Load(ref image, {column * Layout.Block});",
                        .. readers.Select(r =>
                            $"result{r.Pixel} = {(IsMax ? "Pooling.Max<S, V>" : "S.Add")}(result{r.Pixel}, column{column});")]);
                }
                w.Line("image = ref Unsafe.Add(ref image, rowStep);");
            }
            foreach (int width in IsMax ? [] : Widths.Distinct())
                w.Line($"V factor{width} = S.Broadcast(1f / (height * {width}));");
            w.Wrapped(Enumerable.Range(0, pixels)
                .Select(p => $"S.Store({(IsMax ? $"result{p}" : $"S.Multiply(result{p}, factor{Widths[p]})")}, ref result, "
                + $"{p * Layout.Block});"));
        }
    }
}
