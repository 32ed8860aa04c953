using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Lowering;

/// <summary>The normalisation itself, what it divides by before the power, or the gradient: all over neighbouring channels.</summary>
/// <param name="method">The method of the runtime.</param>
/// <param name="constants">The attributes that it takes.</param>
internal sealed class LocalResponseLowering(string method, params string[] constants) : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.Image;

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        LocalResponse.Divided(context.Of(node.Id)).Kernel(RuntimeCall.Of(method,
            [.. LocalResponse.Images(context, node), .. LocalResponse.Constants(node, constants)])),
        node);
}

/// <summary>What each result adds to the gradients of its neighbours.</summary>
internal sealed class LocalResponseTermLowering : OperatorLowering
{
    public override LayoutCoupling Coupling => LayoutCoupling.Same;

    public override LayoutPreference PreferredLayout(OperatorCall call, Shape result) => LayoutPreference.Image;

    public override KernelCall Lower(LoweringContext context, Node node) => LoweringContext.Call(
        new RuntimeKernel(RuntimeCall.Of("LocalResponse.Term",
            [
                .. CallArgument.Operands(4), CallArgument.Joined($"(nint){context.Of(node.Id).Length} * ", CallArgument.Samples),
                .. LocalResponse.Constants(node, "beta"),
            ])),
        node);
}

/// <summary>Arguments that these operators share.</summary>
internal static class LocalResponse
{
    /// <summary>The operands, which all lie alike, how they lie, and the number of samples.</summary>
    public static IEnumerable<CallArgument> Images(LoweringContext context, Node node)
    {
        Layout layout = context.Of(node.Id);
        DividedImage image = Divided(layout);
        return
        [
            .. Enumerable.Range(0, node.Inputs.Count + 1).Select(i => image.First(i, layout)), image.Written(layout), CallArgument.Samples,
        ];
    }

    /// <summary>How threads share an image.</summary>
    public static DividedImage Divided(Layout layout) => new(layout, RunsOver: true);

    public static IEnumerable<CallArgument> Constants(Node node, params string[] names) => names.Select(
        n => (CallArgument)(n == "size" ? node.Attributes[n].ToString() : Literals.Float(node.Attributes.Float(n))));
}
