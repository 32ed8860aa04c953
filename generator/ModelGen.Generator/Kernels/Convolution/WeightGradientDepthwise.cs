using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// dL/dW of a depthwise convolution with vectors along the channels: the sums of some rows of the kernel stay in registers over all pixels
/// and samples. Reads blocks, the image with its halo; the result is packed [C/16][kh][kw][16], as <see cref="ConvolveDepthwise"/> reads
/// its weights.
/// </summary>
internal sealed record WeightGradientDepthwise(ConvolutionGeometry Geometry) : Kernel
{
    // Registers for sums, of the 16 that every instruction set has.
    private const int MostSums = 14;

    public override string Title => $"Depthwise{Geometry.Window.KernelHeight}x{Geometry.Window.KernelWidth}WeightGradient";

    public override EquatableArray<string> Operands => ["x", "dy", "dw"];

    public override KernelUnits Division => new(Geometry.OutBlocks);

    public override IEnumerable<string> Describe()
    {
        yield return $"Weight gradient, {Geometry.Describe()}.";
        yield return "Vectors of channels; a tile of taps stays in registers over all pixels and samples.";
    }

    public override void Emit(CodeWriter writer, string method, TileMethods tiles) => VectorCode.EmitGeneric(writer, this, method, () =>
    {
        Window window = Geometry.Window;
        int rows = Math.Max(1, MostSums / window.KernelWidth);
        using (writer.ForUnits("block", 0, Geometry.OutBlocks, 1, Units, out string block))
        using (writer.Block($"for (int lane = 0; lane < {Layout.Block}; lane += S.Width)"))
        {
            foreach (Stretch stretch in Stretch.Cut(window.KernelHeight, rows, out bool several))
            {
                using (writer.For("ky", stretch.Start, stretch.End, stretch.Size, out string ky, scoped: several))
                    WriteTile(writer, stretch.Size, block, ky);
            }
        }
    });

    private void WriteTile(CodeWriter w, int rows, string block, string ky)
    {
        ConvolutionGeometry g = Geometry;
        Window window = g.Window;
        (int Row, int Column)[] taps = [.. Enumerable.Range(0, rows * window.KernelWidth)
            .Select(t => (t / window.KernelWidth, t % window.KernelWidth))];
        w.Wrapped(taps.Select(t => $"V sum{t.Row}_{t.Column} = default;"));
        using (w.ForSamples())
        using (w.For("oy", 0, g.OutHeight, out string oy))
        {
            string pixel = Index.Sum(
                g.InputOrigin, ("n", g.Input.Length), (block, g.Input.PlaneStride), (ky, window.DilationY * g.Input.RowStride),
                    (oy, window.StrideY * g.Input.RowStride), ("lane", 1));
            string gradient = Index.Sum(g.Output.Origin, ("n", g.Output.Length), (block, g.Output.PlaneStride),
                (oy, g.Output.RowStride), ("lane", 1));
            w.Line($"ref float pixel = {Index.Ref("x", pixel)};");
            w.Line($"ref float gradient = {Index.Ref("dy", gradient)};");
            using (w.Block($"for (int columns = {g.OutWidth}; columns > 0; columns--)"))
            {
                w.Line("V slope = S.Load(ref gradient, 0);");
                w.Wrapped(taps.Select(t => $"sum{t.Row}_{t.Column} = S.FusedMultiplyAdd(S.Load(ref pixel, "
                    + $"{Index.Sum(t.Row * window.DilationY * g.Input.RowStride + t.Column * window.DilationX * g.Input.PixelStride)}), "
                        + $"slope, sum{t.Row}_{t.Column});"));
                w.Line($"pixel = ref Unsafe.Add(ref pixel, {window.StrideX * g.Input.PixelStride});");
                w.Line($"gradient = ref Unsafe.Add(ref gradient, {g.Output.PixelStride});");
            }
        }
        string result = Index.Sum(0, (block, window.Taps * Layout.Block), (ky, window.KernelWidth * Layout.Block), ("lane", 1));
        w.Line($"ref float result = {Index.Ref("dw", result)};");
        w.Wrapped(taps.Select(
            t => $"S.Store(sum{t.Row}_{t.Column}, ref result, {(t.Row * window.KernelWidth + t.Column) * Layout.Block});"));
    }
}
