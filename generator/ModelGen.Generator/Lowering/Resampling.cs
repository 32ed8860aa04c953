using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Lowering;

/// <summary>An image at another size, or the gradient; threads share planes.</summary>
internal sealed class UpsampleLowering(string method) : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout x, Layout y) = (context.Of(node.Inputs[0]), context.Of(node.Id));
        string taps = node.Attributes["mode"].Word switch { "nearest" => "Nearest", "bilinear" => "Linear", _ => "Cubic" };
        string rule = node.Attributes["coordinates"].Word switch
        {
            Upsample.Corners => "Corners",
            Upsample.Asymmetric => "Asymmetric",
            _ => "HalfPixel",
        };
        RuntimeCall call = RuntimeCall.Of("Resampling." + method,
            RuntimeImage.First(0, x), RuntimeImage.Of(x), RuntimeImage.First(1, y),
            CallArgument.Joined(RuntimeImage.Of(y), CallArgument.OnlyUnits), "ResamplingTaps." + taps, "ResamplingRule." + rule,
            CallArgument.Samples);
        return LoweringContext.Call(new RuntimeKernel(call, y.Planes) { LeavesInHalo = HaloEffect.Keeps }, node);
    }
}

/// <summary>Channels that change places, with each other or with pixels.</summary>
internal sealed class ChannelOrderLowering(string method, string attribute) : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout x, Layout y) = (context.Of(node.Inputs[0]), context.Of(node.Id));
        RuntimeCall call = RuntimeCall.Of("ChannelOrder." + method,
            RuntimeImage.First(0, x), RuntimeImage.Of(x), RuntimeImage.First(1, y), RuntimeImage.Of(y), node.Attributes.Int(attribute),
            CallArgument.Samples);
        return LoweringContext.Call(new RuntimeKernel(call) { LeavesInHalo = HaloEffect.Keeps }, node);
    }
}

/// <summary>What stands where the largest of each window is; threads share planes.</summary>
internal sealed class MaxPoolGatherLowering : PoolingLowering
{
    public override KernelCall Lower(LoweringContext context, Node node)
    {
        (Layout x, Layout v, Layout y) = (context.Of(node.Inputs[0]), context.Of(node.Inputs[1]), context.Of(node.Id));
        var window = Window.Of(node.Attributes);
        RuntimeCall call = RuntimeCall.Of("PoolGather.Gather",
            RuntimeImage.First(0, x), RuntimeImage.Of(x), RuntimeImage.First(1, v), RuntimeImage.Of(v), RuntimeImage.First(2, y),
            CallArgument.Joined(RuntimeImage.Of(y), CallArgument.OnlyUnits), window.KernelHeight, window.KernelWidth, window.StrideY,
            window.StrideX, window.Padding.Top, window.Padding.Left, window.DilationY, window.DilationX, CallArgument.Samples);
        return LoweringContext.Call(new RuntimeKernel(call, y.Planes) { LeavesInHalo = HaloEffect.Keeps }, node);
    }
}
