using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The loops over what one output value sums: input channels, kernel rows, kernel columns, in the order in which filters are packed. The tile is unrolled, these
/// are not: a step of a tile has enough multiply-adds to hide a loop's counter, and code that is one tile long stays in the cache and can be read.
/// </summary>
internal static class ReductionLoops
{
    /// <param name="tap">Writes one tap, whose input is at the reference <c>pixel</c>, and moves on to the next weight.</param>
    public static void Emit(CodeWriter w, ConvolutionGeometry g, Action tap)
    {
        int rowStep = g.Window.DilationY * g.Input.RowStride;
        int columnStep = g.Window.DilationX * g.Input.PixelStride;
        ForChannels(w, g, () =>
        {
            using (w.For("ky", 0, g.Window.KernelHeight))
            using (w.For("kx", 0, g.Window.KernelWidth))
            {
                w.Line($"ref float pixel = ref Unsafe.Add(ref channel, ky * {rowStep} + kx * {columnStep});");
                tap();
            }
        });
    }

    private static void ForChannels(CodeWriter w, ConvolutionGeometry g, Action body)
    {
        Layout input = g.Input;
        bool contiguous = !input.IsBlocked || input.PlaneStride == Layout.Block || g.ChannelsPerGroup <= Layout.Block;
        if (contiguous)
        {
            int step = input.IsBlocked ? 1 : input.PlaneStride;
            using (w.For("c", 0, g.ChannelsPerGroup))
            {
                w.Line($"ref float channel = ref Unsafe.Add(ref image, (nint)c * {step});");
                body();
            }
            return;
        }
        using (w.For("cb", 0, Layout.DivideUp(g.ChannelsPerGroup, Layout.Block)))
        {
            string lanes = g.ChannelsPerGroup % Layout.Block == 0
                ? $"{Layout.Block}"
                : $"Math.Min({Layout.Block}, {g.ChannelsPerGroup} - cb * {Layout.Block})";
            using (w.Block($"for (int lane = 0, lanes = {lanes}; lane < lanes; lane++)"))
            {
                w.Line($"ref float channel = ref Unsafe.Add(ref image, (nint)cb * {input.PlaneStride} + lane);");
                body();
            }
        }
    }
}
