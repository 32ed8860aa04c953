using ModelGen.Generator.Emit;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The loops over what one output value sums: input channels, kernel rows, kernel columns, in the order in which filters are packed. Columns, and rows of
/// small kernels, are unrolled; the rest are loops with constant bounds.
/// </summary>
internal static class ReductionLoops
{
    // Beyond this many taps in one loop body unrolling gains nothing and costs code.
    private const int MostUnrolledTaps = 9;

    /// <param name="tap">Writes one tap: offset from the reference <c>pixel</c>, and the tap's number in this body.</param>
    /// <param name="advance">Writes what moves on after a body with that many taps.</param>
    public static void Emit(CodeWriter w, ConvolutionGeometry g, Action<int, int> tap, Action<int> advance)
    {
        int rowStep = g.Window.DilationY * g.Input.RowStride;
        int columnStep = g.Window.DilationX * g.Input.PixelStride;
        int width = g.Window.KernelWidth;
        bool unrollRows = g.Window.Taps <= MostUnrolledTaps;
        ForChannels(w, g, () =>
        {
            if (unrollRows)
            {
                w.Line("ref float pixel = ref channel;");
                for (int ky = 0; ky < g.Window.KernelHeight; ky++)
                {
                    for (int kx = 0; kx < width; kx++)
                        Tap(ky * rowStep + kx * columnStep, ky * width + kx);
                }
                advance(g.Window.Taps);
                return;
            }
            using (w.For("ky", 0, g.Window.KernelHeight))
            {
                if (width <= 2 * MostUnrolledTaps)
                {
                    w.Line($"ref float pixel = ref Unsafe.Add(ref channel, ky * {rowStep});");
                    for (int kx = 0; kx < width; kx++)
                        Tap(kx * columnStep, kx);
                    advance(width);
                }
                else
                {
                    using (w.For("kx", 0, width))
                    {
                        w.Line($"ref float pixel = ref Unsafe.Add(ref channel, ky * {rowStep} + kx * {columnStep});");
                        Tap(0, 0);
                        advance(1);
                    }
                }
            }
        });

        void Tap(int offset, int number)
        {
            using (w.Braces())
                tap(offset, number);
        }
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
