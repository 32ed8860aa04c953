using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Kernels;

/// <summary>How runtime kernels are told where the pixels of an image lie.</summary>
internal static class RuntimeImage
{
    /// <summary>The layout as a C# expression; a feature vector is an image of one pixel.</summary>
    public static string Of(Layout layout) =>
        $"new ImageLayout({(layout.IsBlocked ? "true" : "false")}, {layout.Channels}, {layout.Height}, {layout.Width}, {layout.Length}, {layout.PlaneStride}, {layout.RowStride})";

    /// <summary>Pixel (0, 0) of the first channel of an operand of a <see cref="RuntimeKernel"/>.</summary>
    public static string First(int operand, Layout layout)
    {
        string memory = "{" + operand + "}";
        return layout.Origin == 0 ? memory : $"ref Unsafe.Add({memory}, {layout.Origin})";
    }
}
