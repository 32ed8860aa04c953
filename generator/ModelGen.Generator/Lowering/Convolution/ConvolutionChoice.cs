using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>The ways in which a convolution is computed, each by a kernel of its own.</summary>
internal enum ConvolutionMethod
{
    /// <summary>Direct sums with vectors of neighbouring pixels: planes to planes.</summary>
    AlongRows,

    /// <summary>Direct sums with vectors of output channels: anything to blocks.</summary>
    OverChannels,

    /// <summary>Direct sums where each channel has a filter of its own: blocks to blocks.</summary>
    Depthwise,

    /// <summary>Winograd's algorithm: blocks to blocks.</summary>
    Winograd,
}

/// <summary>Which method serves a convolution, and in which layouts. Nothing else decides it.</summary>
internal static class ConvolutionChoice
{
    // Blocks need no partial stores and suit whatever comes next: they win ties, and win up to this factor.
    private const double BlocksAdvantage = 1.25;

    // What a multiply-add on pixels that are not neighbours takes.
    private const int StridedCost = 4;

    /// <summary>The method where the result is known to lie in blocks, or not to.</summary>
    public static ConvolutionMethod Of(ConvolutionPlan plan, Shape filters, int groups, bool inBlocks) =>
        plan.Winograd is not null ? ConvolutionMethod.Winograd
        : !inBlocks ? ConvolutionMethod.AlongRows
        : IsDepthwise(filters, groups) ? ConvolutionMethod.Depthwise
        : FillsBlocks(filters[0], groups) ? ConvolutionMethod.OverChannels
        : ConvolutionMethod.AlongRows;

    /// <summary>The method that a convolution has if the layout is as it would like it.</summary>
    public static ConvolutionMethod Preferred(OperatorCall call, Shape result)
    {
        (Shape filters, int groups) = (call.Inputs[ConvolutionInputs.Filters].Shape, call.Attributes.Int("groups"));
        bool inBlocks = Prefers(filters, result, groups, call.Attributes.Ints("stride")[1]) == LayoutPreference.Blocked;
        return Of(ConvolutionPlan.Of(call), filters, groups, inBlocks);
    }

    /// <summary>
    /// The layout that direct sums would like for their result. Counts 512-bit multiply-adds for an output row: vectors of 16 output
    /// channels for each pixel, or vectors of 16 pixels for each channel.
    /// </summary>
    public static LayoutPreference Prefers(Shape filters, Shape output, int groups, int strideX)
    {
        if (!FillsBlocks(filters[0], groups) && !IsDepthwise(filters, groups))
            return LayoutPreference.Pitched;
        double byChannels = Layout.DivideUp(filters[0], Layout.Block) * (double)output[2];
        double byPixels = filters[0] * (double)Layout.DivideUp(output[2], Layout.Block) * (strideX == 1 ? 1 : StridedCost);
        return byPixels * BlocksAdvantage < byChannels ? LayoutPreference.Pitched : LayoutPreference.Blocked;
    }

    /// <summary>The layout that a method needs its image in; null where it takes it as it lies.</summary>
    /// <param name="filters">[O, C/groups, kh, kw].</param>
    public static Layout? InputLayout(ConvolutionMethod method, ILayoutContext context, Node node, Shape filters)
    {
        int image = node.Inputs[ConvolutionInputs.Image];
        (Layout now, Shape shape, Layout chosen) = (context.Of(image)!, context.TypeOf(image).Shape, context.Chosen(image));
        Halo halo = Window.Of(node.Attributes, 1, 1).Padding;
        switch (method)
        {
            case ConvolutionMethod.Winograd or ConvolutionMethod.Depthwise:
                return AnyBlocks(context, image);
            case ConvolutionMethod.OverChannels:
                // Single floats, of any layout that has the halo; but the channels of a group must not begin within a block.
                Layout? needed = now.Halo.Covers(halo) && now.Dims == shape ? null : chosen;
                bool beginsWithinBlock = node.Attributes.Int("groups") > 1 && filters[1] % Layout.Block != 0;
                return beginsWithinBlock && (needed ?? now).IsBlocked ? Layout.Pitched(chosen.Dims, chosen.Halo.Union(halo)) : needed;
            default:
                // Whole vectors along a row: planes with room behind them.
                return now.Kind == LayoutKind.Pitched && now.Halo.Covers(halo) ? null
                    : Layout.Pitched(chosen.Dims, chosen.Halo.Union(halo));
        }
    }

    /// <summary>Blocks with a halo: for the depthwise weight gradient, which does not look after edges.</summary>
    public static Layout? BlocksWithHalo(ILayoutContext context, Node node)
    {
        int image = node.Inputs[ConvolutionInputs.Image];
        (Layout now, Shape shape) = (context.Of(image)!, context.TypeOf(image).Shape);
        Halo halo = Window.Of(node.Attributes, 1, 1).Padding;
        return now.IsBlocked && now.Halo.Covers(halo) && now.Dims == shape ? null
            : Layout.Blocked(shape, context.Chosen(image).Halo.Union(halo));
    }

    /// <summary>Any blocks, with or without halo: for kernels that look after the edges of the image themselves.</summary>
    public static Layout? AnyBlocks(ILayoutContext context, int image)
    {
        (Layout now, Shape shape) = (context.Of(image)!, context.TypeOf(image).Shape);
        return now.IsBlocked && now.Dims == shape ? null : Layout.Blocked(shape);
    }

    /// <summary>Whether all 16 output channels of every block read the same input channels.</summary>
    public static bool FillsBlocks(int outChannels, int groups) => groups == 1 || outChannels / groups % Layout.Block == 0;

    /// <summary>Whether each channel has a filter of its own, narrow enough for kernels that write its columns one by one.</summary>
    public static bool IsDepthwise(Shape filters, int groups) =>
        groups > 1 && groups == filters[0] && filters[1] == 1 && filters[3] <= Window.MostColumns;
}
