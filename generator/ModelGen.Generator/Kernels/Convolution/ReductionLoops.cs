using ModelGen.Generator.Layouts;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The loops over what one output value sums: input channels, kernel rows, kernel columns, in the order in which filters are packed. The
/// tile is unrolled, these are not: a step of a tile has enough multiply-adds to hide a loop's counter, and code that is one tile long
/// stays in the cache and can be read.
/// </summary>
internal static class ReductionLoops
{
    /// <param name="tap">Writes one tap, whose input is at the reference <c>pixel</c>, and moves on to the next weight.</param>
    public static void Emit(CodeWriter w, ConvolutionGeometry g, Action tap)
    {
        ForChannels(w, g, channel =>
        {
            using (w.For("ky", 0, g.Window.KernelHeight, out string ky))
            using (w.For("kx", 0, g.Window.KernelWidth, out string kx))
            {
                string offset = Index.Sum(0, (ky, g.Window.DilationY * g.Input.RowStride), (kx, g.Window.DilationX * g.Input.PixelStride));
                w.Line($"ref float pixel = {Index.Ref(channel, offset)};");
                tap();
            }
        });
    }

    private static void ForChannels(CodeWriter w, ConvolutionGeometry g, Action<string> body)
    {
        Layout input = g.Input;
        bool contiguous = !input.HasBlocksApart || g.ChannelsPerGroup <= Layout.Block;
        if (contiguous)
        {
            using (w.For("c", 0, g.ChannelsPerGroup, out string c))
                Channel(Index.Sum(0, (c, input.ChannelStride)));
            return;
        }
        using (w.For("cb", 0, Layout.DivideUp(g.ChannelsPerGroup, Layout.Block), out string cb))
        {
            string lanes = g.ChannelsPerGroup % Layout.Block == 0
                ? $"{Layout.Block}"
                : $"Math.Min({Layout.Block}, {Index.Sum(g.ChannelsPerGroup, (cb, -Layout.Block))})";
            using (w.Block($"for (int lane = 0, lanes = {lanes}; lane < lanes; lane++)"))
                Channel(Index.Sum(0, (cb, input.PlaneStride), ("lane", 1)));
        }

        void Channel(string offset)
        {
            if (offset == "0")
            {
                body("image");
                return;
            }
            w.Line($"ref float channel = {Index.Ref("image", offset)};");
            body("channel");
        }
    }
}
