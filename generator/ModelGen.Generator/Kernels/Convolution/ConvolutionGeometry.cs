using ModelGen.Generator.Collections;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Machine;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Kernels;

/// <summary>What happens to each result before it is stored.</summary>
/// <param name="HasBias">A bias for each output channel is added.</param>
/// <param name="Activation">The activation that is applied.</param>
internal sealed record Epilogue(bool HasBias, Activation Activation)
{
    /// <summary>What the generated comment says of it, behind the convolution.</summary>
    public string Describe() => (HasBias ? ", plus bias" : "") + (Activation == Activation.None ? "" : $", {Activation.Word()}");

    /// <summary>Cheap enough to be done in registers; the others run over the stored result while it is in the cache.</summary>
    public bool InRegisters => Activation is Activation.None or Activation.Relu or Activation.Relu6;

    /// <summary>The runtime function that applies the activation to stored results.</summary>
    public string Function => Activation.ToString();

    /// <summary>The least value that is stored, as C# text; minus infinity if there is none.</summary>
    public string Floor => Activation is Activation.Relu or Activation.Relu6 ? "0f" : "float.NegativeInfinity";

    /// <summary>The largest value that is stored, as C# text; infinity if there is none.</summary>
    public string Ceiling => Activation is Activation.Relu6 ? "6f" : "float.PositiveInfinity";

    /// <summary>Both as what ends an argument list.</summary>
    public string Bounds => Activation switch
    {
        Activation.Relu => $", Floor: {Floor}",
        Activation.Relu6 => $", Floor: {Floor}, Ceiling: {Ceiling}",
        _ => "",
    };

    /// <summary>What is stored of a sum, as C# text. The order of the operands of Max and Min keeps NaN.</summary>
    public string InRegister(InstructionSet set, string sum) => Activation switch
    {
        Activation.Relu => $"{set.Simd}.Max({set.Vector}.Zero, {sum})",
        Activation.Relu6 => $"{set.Simd}.Min({set.Simd}.Broadcast(6f), {set.Simd}.Max({set.Vector}.Zero, {sum}))",
        _ => sum,
    };
}

/// <summary>
/// A convolution on known layouts. A fully connected layer is one whose kernel covers the whole input, with a single output pixel.
/// </summary>
/// <param name="Input">Layout of the image, with a halo at least as wide as the padding.</param>
/// <param name="Output">Layout of the result; a feature vector's blocks lie one behind the other.</param>
/// <param name="ChannelsPerGroup">Input channels that one output channel reads.</param>
internal sealed record ConvolutionGeometry(int Groups, Window Window, Layout Input, Layout Output, int OutChannels, int ChannelsPerGroup)
{
    public bool IsFullyConnected { get; init; }

    /// <summary>The most samples of a batch; 1 for inference on one image.</summary>
    public int Batch { get; init; }

    /// <summary>The blocks of what is added to the result before the activation; null for nothing.</summary>
    public Layout? Residual { get; init; }

    /// <summary>Rows and columns of which the largest result is stored: 2 where max pooling is part of the convolution.</summary>
    public int Pool { get; init; } = 1;

    /// <summary>Rows that are computed; those that no window of the pooling reaches are not.</summary>
    public int OutHeight => IsFullyConnected ? 1 : Output.Height * Pool;

    /// <summary>Columns that are computed.</summary>
    public int OutWidth => IsFullyConnected ? 1 : Output.Width * Pool;

    /// <summary>Blocks of 16 output channels.</summary>
    public int OutBlocks => IsFullyConnected ? Output.Length / Layout.Block : Output.Planes;

    public int OutBlockStride => IsFullyConnected ? Layout.Block : Output.PlaneStride;

    /// <summary>Products summed into one result.</summary>
    public int Reduction => ChannelsPerGroup * Window.Taps;

    /// <summary>Floats from the first float of a sample to the input pixel that the first tap of output pixel (0, 0) reads.</summary>
    public int InputOrigin => Input.Origin - Window.Padding.Top * Input.RowStride - Window.Padding.Left * Input.PixelStride;

    private const string ResidualOperand = "residual";

    /// <summary>Names of a kernel's operands.</summary>
    public EquatableArray<string> OperandsWith(Epilogue epilogue) =>
        ["x", "weight", .. epilogue.HasBias ? new[] { "bias" } : [], .. Residual is null ? [] : new[] { ResidualOperand }, "y"];

    /// <summary>Where the result may be written: what is added to the sums is read when they are stored.</summary>
    public EquatableArray<int> InPlaceOperandsWith(Epilogue epilogue) =>
        Residual is null ? [] : [OperandsWith(epilogue).ToList().IndexOf(ResidualOperand)];

    /// <summary>What a <c>TileShape</c> says of the products that are summed, as arguments in C#.</summary>
    public string Sums()
    {
        bool acrossBlocks = Input.HasBlocksApart && ChannelsPerGroup > Layout.Block;
        int lanes = acrossBlocks ? Layout.Block : ChannelsPerGroup;
        int laneStep = Input.ChannelStride;
        int blockStep = acrossBlocks ? Input.PlaneStride : 0;
        return Window.Taps == 1
            ? $"Channels: 1, Lanes: 1, LaneStep: 0, BlockStep: 0, Taps: {ChannelsPerGroup}, Columns: {lanes}, ColumnStep: {laneStep}, "
                + $"RowStep: {blockStep}"
            : $"Channels: {ChannelsPerGroup}, Lanes: {lanes}, LaneStep: {laneStep}, BlockStep: {blockStep}, "
                + $"Taps: {Window.Taps}, Columns: {Window.KernelWidth}, ColumnStep: {Window.DilationX * Input.PixelStride}, RowStep: "
                    + $"{Window.DilationY * Input.RowStride}";
    }

    /// <summary>What the generated comment says of it.</summary>
    public string Describe()
    {
        string size = IsFullyConnected ? $"{Input.Dims} → {OutChannels} features" : $"{Input.Dims} → {Output.Dims}";
        string groups = Groups == 1 ? "" : $", {Groups} groups";
        string window = IsFullyConnected ? "" :
            $", kernel {Window.KernelHeight}×{Window.KernelWidth}, stride {Window.StrideY}×{Window.StrideX}"
            + (Window.Padding.IsNone ? ""
                : $", padding {Window.Padding.Top},{Window.Padding.Left},{Window.Padding.Bottom},{Window.Padding.Right}")
            + (Window.DilationY * Window.DilationX == 1 ? "" : $", dilation {Window.DilationY}×{Window.DilationX}");
        return $"{size}{window}{groups}";
    }
}
