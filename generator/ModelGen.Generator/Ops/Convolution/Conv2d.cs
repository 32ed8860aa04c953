using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// 2-D cross-correlation. Inputs: image [C, H, W], filters [O, C/groups, kh, kw] and, unless the layer has none, bias [O]. Result [O, H',
/// W']. Its <see cref="ConvolutionPlan"/> may add a last input of the result's shape, apply an activation and take the largest of each 2×2.
/// </summary>
internal sealed class Conv2d : Operator
{
    public override string Name => OpNames.Conv2d;

    public override LayerDescription Layer => new("conv",
        "2-D convolution (cross-correlation) of the input with `outChannels` learned filters; input channels are inferred.",
        "LeCun et al. 1998, Gradient-based learning applied to document recognition, §II.A")
    {
        ShapeRule = "C×H×W to outChannels×H'×W' with H' = ⌊(H + padding top + padding bottom − dilation·(kernelSize − 1) − 1) / stride⌋ "
            + "+ 1, W' likewise "
            + "(Dumoulin and Visin 2016, §2.4). Groups must divide C and outChannels.",
        Example = "Conv2d(64, 7, Stride = 2, Padding = 3, Bias = false)",
    };

    public override EquatableArray<AttributeSpec> Attributes =>
    [
        new("outChannels", AttributeKind.Int, null, "Number of filters, which is the number of output channels.", 1) { LayerOnly = true },
        new("kernelSize", AttributeKind.Pair, null, "Height and width of the filters.", 1) { LayerOnly = true },
        new("stride", AttributeKind.Pair, new[] { 1, 1 }, "Step of the filters, down and across.", 1),
        new("padding", AttributeKind.Border, new[] { 0, 0, 0, 0 }, "Rows and columns added around the input.", 0),
        new("dilation", AttributeKind.Pair, new[] { 1, 1 }, "Distance between the taps of a filter.", 1),
        new("groups", AttributeKind.Int, 1,
            "Number of groups; each sees its own share of the channels. Must divide both channel counts.", 1),
        new("bias", AttributeKind.Bool, true, "Whether a learned bias is added to each output channel.") { LayerOnly = true },
        new("paddingMode", AttributeKind.Word, "zeros",
            "What the padding holds: zeros, the edge repeated (replicate), the inside mirrored without the edge (reflect), or the "
                + "other side (circular).")
            { LayerOnly = true, Words = [Pad.Zeros, "replicate", Pad.Reflect, Pad.Circular] },
        new(ConvolutionAlgorithms.Attribute, AttributeKind.Word, ConvolutionAlgorithms.Auto,
            "How inference computes it: the compiler's choice (auto), the sums as they stand (direct), or Winograd's F(2×2, 3×3) or "
                + "F(2×2, 5×5) (winograd2) or F(4×4, 3×3) (winograd4), "
            + "which need a kernel of that size, dilation 1, one group and stride 1; F(2×2, 3×3) has a form for stride 2 too. Goes "
                + "before what the network says to optimize for. Training does the same, forwards and backwards. "
            + "An infinity, NaN or number above 1e37 in the input may make Winograd's whole tiles, 2×2 or 4×4 results, not finite where "
                + "direct sums are finite; choose direct where inputs may have such.")
            { LayerOnly = true, Words = ConvolutionAlgorithms.Words, EnumName = "ConvAlgorithm" },
        .. Initializers.Attributes,
        new("same", AttributeKind.Bool, false,
            "Padding so that the result has ⌈H / stride⌉ rows and ⌈W / stride⌉ columns, an odd row or column at the bottom or right, as "
                + "PyTorch's and Keras's padding \"same\".")
            { LayerOnly = true },
    ];

    public override int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name)
    {
        var call = CallOf(graph, inputs, attributes, name);
        Require.Image(call);
        int channels = call.Inputs[0].Shape[0];
        int outChannels = attributes.Int("outChannels");
        int groups = attributes.Int("groups");
        CheckGroups(call, channels, outChannels, groups);
        EquatableArray<int> kernel = attributes.Ints("kernelSize");
        string algorithm = attributes.Word(ConvolutionAlgorithms.Attribute, ConvolutionAlgorithms.Auto);
        CheckAlgorithm(call, kernel, algorithm);
        if (attributes.Flag("same"))
        {
            attributes = attributes.With("padding", SamePadding(call, kernel));
            call = call with { Attributes = attributes };
        }
        string paddingMode = attributes.Word("paddingMode", "zeros");
        if (paddingMode != "zeros")
        {
            Pad.Infer(call, paddingMode);
            var border = AttributeMap.Of(("padding", attributes["padding"]), ("mode", paddingMode));
            inputs = [graph.Add("Pad", inputs, border, name)];
            attributes = attributes.With("padding", new[] { 0, 0, 0, 0 });
        }

        // The window is checked against the input before anything of the layer is added.
        Window.Of(attributes).OutputSize(call.Label, graph.TypeOf(inputs[0]).Shape);
        TensorType filters = Require.Size(call, TensorType.Fixed(outChannels, channels / groups, kernel[0], kernel[1]));
        int fanIn = channels / groups * kernel[0] * kernel[1];
        int weight = graph.Parameter(name + ".weight", filters, Initializers.ForWeight(call.Label, attributes));
        int[] operands = attributes.Flag("bias")
            ? [inputs[0], weight, graph.Parameter(name + ".bias", TensorType.Fixed(outChannels), Initializers.ForBias(attributes, fanIn))]
            : [inputs[0], weight];
        // A node says it only where the user did.
        AttributeMap remaining = WithoutLayerOnly(attributes);
        return graph.Add(Name, operands, algorithm == ConvolutionAlgorithms.Auto ? remaining
            : remaining.With(ConvolutionAlgorithms.Attribute, algorithm), name);
    }

    public override TensorType Infer(OperatorCall call)
    {
        ConvolutionPlan plan = ConvolutionPlan.Of(call);
        ConvolutionInputs inputs = ConvolutionInputs.Of(plan, call.Inputs.Count);
        Require.InputCount(call, plan.AddsResidual ? 3 : 2, plan.AddsResidual ? 4 : 3);
        Require.Image(call);
        Shape image = call.Inputs[0].Shape;
        Shape filters = call.Inputs[1].Shape;
        int groups = call.Attributes.Int("groups");
        CheckGroups(call, image[0], filters[0], groups);
        if (filters.Rank != 4 || filters[1] != image[0] / groups)
            throw new ShapeException(
                ProblemIds.ShapesDiffer, $"{call.Label} needs filters [O, {image[0] / groups}, kh, kw] for input {image}, got {filters}");
        (int height, int width) = Window.Of(call.Attributes, filters[2], filters[3]).OutputSize(call.Label, image);
        TensorType result = Require.Size(call, TensorType.Sample(filters[0], height / plan.Pool, width / plan.Pool));
        if (inputs.Residual is int residual && call.Inputs[residual] != result)
            throw new ShapeException(ProblemIds.ShapesDiffer, $"{call.Label} adds {call.Inputs[residual].Shape} to {result.Shape}");
        return result;
    }

    public override IEnumerable<Problem> Warnings(OperatorCall call) =>
        Window.Of(call.Attributes, call.Inputs[1].Shape[2], call.Inputs[1].Shape[3]).UnreadWarnings(call.Label, call.Inputs[0].Shape);

    public override long MultiplyAdds(OperatorCall call)
    {
        Shape filters = call.Inputs[1].Shape;
        (int height, int width) = WindowOf(call.Inputs[1], call.Attributes).OutputSize(call.Label, call.Inputs[0].Shape);
        return checked(filters.Length * height * width);
    }

    public override Implementation? ReadImplementation(IReadOnlyList<string> words) => ConvolutionPlan.Read(words);

    public override void Gradient(GradientContext context, Node node, int gradient)
    {
        if (context.Graph[node.Inputs[ConvolutionInputs.Filters]].Is(OpNames.TransposeFilters))
            TransposedGradient(context, node, gradient);
        else
            OwnGradient(context, node, gradient);
        if (ConvolutionInputs.Of(node).Bias is int bias && context.Needs(node.Inputs[bias]))
            context.Accumulate(node.Inputs[bias], context.Graph.Add("ChannelSum", [gradient], AttributeMap.Empty, node.Name));
    }

    private static void OwnGradient(GradientContext context, Node node, int gradient)
    {
        (int image, int weight) = (node.Inputs[0], node.Inputs[1]);
        Window window = WindowOf(context.TypeOf(weight), node.Attributes);
        if (context.Needs(image))
            context.Accumulate(image, InputGradient(context.Graph, node, gradient, window));
        if (context.Needs(weight))
        {
            Shape filters = context.TypeOf(weight).Shape;
            AttributeMap attributes = node.Attributes.With("kernelSize", new[] { filters[2], filters[3] });
            context.Accumulate(weight, context.Graph.Add(OpNames.ConvWeightGradient, [image, gradient], attributes, node.Name));
        }
    }

    // Of a transposed convolution, the convolution that it is the transpose of, by its own filters: with the stride by which the input was
    // spread on a canvas, if it was, and as much padding as the canvas lacks of what the taps span.
    private static void TransposedGradient(GradientContext context, Node node, int gradient)
    {
        GraphBuilder graph = context.Graph;
        Node source = graph[node.Inputs[0]];
        bool isSpread = source.Is("InsertZeros");
        (int image, int weight) = (isSpread ? source.Inputs[0] : source.Id, graph[node.Inputs[1]].Inputs[0]);
        Window window = WindowOf(context.TypeOf(weight), node.Attributes);
        (EquatableArray<int> stride, EquatableArray<int> offset) = isSpread
            ? (source.Attributes.Ints("stride"), source.Attributes.Ints("offset"))
            : ([1, 1], [window.Padding.Top, window.Padding.Left]);
        (int top, int bottom) = Borders(1, window.SpanY, stride[0], offset[0]);
        (int left, int right) = Borders(2, window.SpanX, stride[1], offset[1]);
        AttributeMap attributes = AttributeMap.Of(("stride", stride), ("padding", new[] { top, left, bottom, right }),
            ("dilation", node.Attributes["dilation"]), ("groups", node.Attributes["groups"]));
        if (context.Needs(image))
            context.Accumulate(image, graph.Add(OpNames.Conv2d, [gradient, weight], attributes, node.Name));
        if (!context.Needs(weight))
            return;
        attributes = attributes.With("kernelSize", new[] { window.KernelHeight, window.KernelWidth });
        context.Accumulate(weight, graph.Add(OpNames.ConvWeightGradient, [gradient, image], attributes, node.Name));

        // So that there are as many windows as the image has pixels, the last of them whole.
        (int Before, int After) Borders(int axis, int span, int step, int first)
        {
            int before = span - 1 - first, length = (context.TypeOf(image).Shape[axis] - 1) * step + span;
            return (before, Math.Max(0, length - before - context.TypeOf(gradient).Shape[axis]));
        }
    }

    // dL/dx is the correlation of dL/dy, padded by what the window spans beyond its own padding, with the filters rotated by 180°.
    // A stride is undone by zeros between the pixels of dL/dy (Dumoulin and Visin 2016, §4), or, where the kernel is a single pixel,
    // between those of the result.
    private static int InputGradient(GraphBuilder graph, Node node, int gradient, Window window)
    {
        Shape image = graph.TypeOf(node.Inputs[0]).Shape;
        int groups = node.Attributes.Int("groups");
        int rotated = graph.Add(OpNames.TransposeFilters, [node.Inputs[1]], AttributeMap.Of(("groups", groups)), node.Name);
        var strides = new[] { window.StrideY, window.StrideX };
        if (window.Taps == 1 && window.Padding.IsNone && (window.StrideY > 1 || window.StrideX > 1))
        {
            int few = graph.Add(OpNames.Conv2d, [gradient, rotated], AttributeMap.Of(("groups", groups)), node.Name);
            return graph.Add("InsertZeros", [few], AttributeMap.Of(("stride", strides), ("size", new[] { image[1], image[2] })), node.Name);
        }
        int top = window.SpanY - 1 - window.Padding.Top;
        int left = window.SpanX - 1 - window.Padding.Left;
        int bottom = window.SpanY - 1 - window.Padding.Bottom;
        int right = window.SpanX - 1 - window.Padding.Right;
        bool spread = window.StrideY > 1 || window.StrideX > 1 || Math.Min(Math.Min(top, bottom), Math.Min(left, right)) < 0;
        if (spread)
        {
            gradient = graph.Add("InsertZeros", [gradient], AttributeMap.Of(
                ("stride", strides), ("offset", new[] { top, left }),
                ("size", new[] { image[1] + window.SpanY - 1, image[2] + window.SpanX - 1 })), node.Name);
        }
        return graph.Add(OpNames.Conv2d, [gradient, rotated], AttributeMap.Of(
            ("padding", spread ? new[] { 0, 0, 0, 0 } : new[] { top, left, bottom, right }),
            ("dilation", new[] { window.DilationY, window.DilationX }), ("groups", groups)), node.Name);
    }

    private static int[] SamePadding(OperatorCall call, EquatableArray<int> kernel)
    {
        if (call.Attributes.Ints("padding").Any(p => p != 0))
        {
            throw new ShapeException(ProblemIds.InvalidArgument, $"{call.Label}: same says the padding, so none can be given")
            { Attribute = "same" };
        }
        Shape image = call.Inputs[0].Shape;
        (int top, int bottom) = Borders(0);
        (int left, int right) = Borders(1);
        return [top, left, bottom, right];

        (int Before, int After) Borders(int axis)
        {
            (int length, int stride) = (image[axis + 1], call.Attributes.Ints("stride")[axis]);
            long span = (long)call.Attributes.Ints("dilation")[axis] * (kernel[axis] - 1) + 1;
            long missing = Math.Max(0, (long)((length - 1) / stride) * stride + span - length);
            return ((int)Math.Min(missing / 2, Require.LargestLength), (int)Math.Min(missing - missing / 2, Require.LargestLength));
        }
    }

    private static Window WindowOf(TensorType filters, AttributeMap attributes) =>
        Window.Of(attributes, filters.Shape[2], filters.Shape[3]);

    private static void CheckAlgorithm(OperatorCall call, EquatableArray<int> kernel, string algorithm)
    {
        WinogradForm[] forms = [.. ConvolutionAlgorithms.FormsOf(algorithm)];
        if (forms.Length == 0 || forms.Any(f => f.CanCompute(kernel[0], kernel[1], call.Attributes)))
            return;
        (EquatableArray<int> stride, EquatableArray<int> dilation, int groups) =
            (call.Attributes.Ints("stride"), call.Attributes.Ints("dilation"), call.Attributes.Int("groups"));
        string names = string.Join(" or ", forms.Select(f => f.Notation));
        string needs = string.Join(" or ", forms.Select(f => $"kernel {f.Taps}×{f.Taps} and stride {f.Stride}×{f.Stride}"));
        throw new ShapeException(ProblemIds.Algorithm,
            $"{call.Label}: {algorithm}, Winograd's {names}, needs {needs}, dilation 1×1 and 1 group; got kernel {kernel[0]}×{kernel[1]}, "
                + $"stride {stride[0]}×{stride[1]}, dilation {dilation[0]}×{dilation[1]} and {groups} group{(groups == 1 ? "" : "s")}; "
                + "use direct or auto")
        { Attribute = ConvolutionAlgorithms.Attribute };
    }

    /// <summary>Groups must divide both channel counts.</summary>
    /// <exception cref="ShapeException">They do not.</exception>
    internal static void CheckGroups(OperatorCall call, int channels, int outChannels, int groups)
    {
        if (channels % groups == 0 && outChannels % groups == 0)
            return;
        (string what, int count) = channels % groups != 0 ? ("input channels", channels) : ("output channels", outChannels);
        throw new ShapeException(ProblemIds.Groups,
            $"{call.Label}: {count} {what} cannot be split into {groups} groups: {count} / {groups} leaves {count % groups}; groups must "
                + $"divide {channels} and {outChannels}");
    }
}
