namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>Each mistake in a layer is reported once, on the attribute or argument at fault, and nothing else is.</summary>
public class LayerDiagnosticsTests
{
    [Fact]
    public Task KernelLargerThanPaddedInput() => Expect("Input(1, 4, 9), Conv2d(6, 5)",
        new Finding("MG0101", "Conv2d(6, 5)",
            "Conv2d 'conv1': kernel 5 is larger than the padded input height 4; use a kernel of at most 4 or a padding that adds 1 more"));

    [Fact]
    public Task DilatedKernelLargerThanPaddedInput() => Expect("Input(1, 9, 4), Conv2d(6, 1, 3, Dilation = 3, Padding = 1)",
        new Finding("MG0101", "Conv2d(6, 1, 3, Dilation = 3, Padding = 1)",
            "Conv2d 'conv1': kernel 3 with dilation 3 spans 7, which is larger than the padded input width 4 + 1 + 1 = 6; use a kernel of "
                + "at most 2 or a padding that adds 1 more"));

    [Fact]
    public Task LinearOnAnImage() => Expect("Input(512, 7, 7), Relu, Linear(10)",
        new Finding("MG0102", "Linear(10)", "Linear 'fc1' needs 1 dimension per sample, got 512×7×7; put Flatten before it"));

    [Fact]
    public Task GroupsThatDoNotDivideTheInput() => Expect("Input(6, 8, 8), Conv2d(8, 3, Groups = 4)",
        new Finding("MG0103", "Conv2d(8, 3, Groups = 4)",
            "Conv2d 'conv1': 6 input channels cannot be split into 4 groups: 6 / 4 leaves 2; groups must divide 6 and 8"));

    [Fact]
    public Task GroupsThatDoNotDivideTheOutput() => Expect("Input(6, 8, 8), Conv2d(8, 3, Groups = 3)",
        new Finding("MG0103", "Conv2d(8, 3, Groups = 3)",
            "Conv2d 'conv1': 8 output channels cannot be split into 3 groups: 8 / 3 leaves 2; groups must divide 6 and 8"));

    [Fact]
    public Task WinogradWithGroups() => Expect("Input(6, 9, 9), Conv2d(8, 3, Groups = 2, Algorithm = ConvAlgorithm.Winograd4)",
        new Finding("MG0111", "Algorithm = ConvAlgorithm.Winograd4",
            "Conv2d 'conv1': winograd4, Winograd's F(4×4, 3×3), needs kernel 3×3 and stride 1×1, dilation 1×1 and 1 group; got kernel 3×3, "
                + "stride 1×1, dilation 1×1 and 2 groups; use direct or auto"));

    [Fact]
    public Task WinogradWithStrides() =>
        Expect("Input(6, 9, 9), Conv2d(8, 3, Algorithm = ConvAlgorithm.Winograd2, Strides = new[] { 1, 2 })",
        new Finding("MG0111", "Algorithm = ConvAlgorithm.Winograd2",
            "Conv2d 'conv1': winograd2, Winograd's F(2×2, 3×3) or F(2×2, 5×5) or F(2×2, 3×3) of stride 2, needs kernel 3×3 and stride 1×1 "
                + "or kernel 5×5 and stride 1×1 or kernel 3×3 and stride 2×2, dilation 1×1 and 1 group; got kernel 3×3, stride 1×2, "
                + "dilation 1×1 and 1 group; use direct or auto"));

    [Theory]
    [InlineData("Init = Initializer.Normal, InitStd = 0", "InitStd = 0", "initStd must be above 0, got 0")]
    [InlineData("InitStd = 0.02", "InitStd = 0.02", "initStd goes with normal, truncatedNormal; it means nothing for init auto")]
    [InlineData("Init = Initializer.Constant, InitGain = 2", "InitGain = 2",
        "initGain goes with auto, he, xavier, lecun, heNormal, xavierNormal, orthogonal; it means nothing for init constant")]
    [InlineData("Init = Initializer.TruncatedNormal, InitLower = 2", "TruncatedNormal", "initUpper must be above initLower, got 2 to 2")]
    public Task NumbersOfInitialisation(string arguments, string place, string message) =>
        Expect($"Input(8), Linear(4, {arguments})",
            new Finding("MG0005", place == "TruncatedNormal" ? $"Linear(4, {arguments})" : place, "Linear 'fc1': " + message));

    [Fact]
    public Task SumOfDifferentShapes() => Expect("Input(3, 8, 8), Conv2d(8, 3, Padding = 1), Add(\"conv1\", \"input\")",
        new Finding("MG0104", "Add(\"conv1\", \"input\")", "Add 'add1' needs inputs of one shape, got 8×8×8 and 3×8×8; they may "
            + "differ where one has size 1, counted from the last dimension"));

    [Fact]
    public Task ConvolutionOfFeatures() => Expect("Input(64), Conv2d(6, 5)",
        new Finding("MG0105", "Conv2d(6, 5)", "Conv2d 'conv1' needs channels×height×width per sample, got 64; put it before Flatten"));

    [Fact]
    public Task RowsThatAreNeverRead() => Expect("Input(1, 28, 27), AvgPool2d(3)",
        new Finding("MG0106", "AvgPool2d(3)",
            "AvgPool2d 'pool1': the last 1 of 28 rows are never read: (28 + 0 - 3) / 3 + 1 = 9.33 is rounded down to 9; a padding or crop "
                + "that makes (28 + padding - 3) a multiple of 3 reads all"));

    [Fact]
    public Task SumOfOne() => Expect("Input(3, 8, 8), Relu, Add(\"input\")",
        new Finding("MG0107", "Add(\"input\")",
            "Add 'add1' takes 2 to 8 inputs, got 1; name them all, the layer before too: Add(\"relu1\", \"input\")"));

    [Fact]
    public Task SumOfNothing() => Expect("Input(3, 8, 8), Relu, Tanh, Add, Relu",
        new Finding("MG0107", "Add",
            "Add 'add1' takes 2 to 8 inputs, got 0; name them all, the layer before too: Add(\"tanh1\", \"relu1\")"));

    [Fact]
    public Task TensorTooLarge() => Expect("Input(1, 30000, 30000), Conv2d(64, 1)",
        new Finding("MG0108", "Conv2d(64, 1)",
            "Conv2d 'conv1' would make a tensor of 64×30000×30000 elements; at most 1073741824 are supported"));

    [Fact]
    public Task InputTooLarge() => Expect("Input(2147483647, 2147483647, 2147483647), Relu, Conv2d(0, 1)",
        new Finding("MG0108", "Input(2147483647, 2147483647, 2147483647)",
            "Input would make a tensor of 2147483647×2147483647×2147483647 elements; at most 1073741824 are supported"),
        new Finding("MG0005", "0", "Conv2d 'conv1': outChannels must be at least 1, got 0"));

    [Fact]
    public Task WindowWhoseSizeOverflows() => Expect("Input(1, 8, 8), Conv2d(1, 2147483647, Padding = 2147483647, Dilation = 2147483647)",
        new Finding("MG0108", "Conv2d(1, 2147483647, Padding = 2147483647, Dilation = 2147483647)",
            "Conv2d 'conv1': the padded input height 8 + 2147483647 + 2147483647 = 4294967302 is more than the 1073741824 supported"));

    [Fact]
    public Task ParametersTooLargeTogether() => Expect("Input(32768), Linear(32768, Bias = false), Linear(1)",
        new Finding("MG0108", "Linear(1)",
            "Linear 'fc2': with its parameters the network has 1073774593; at most 1073741824 are supported"));

    [Fact]
    public Task PaddingOfMoreThanHalfAWindow() => Expect("Input(1, 8, 8), MaxPool2d(2, Padding = 2)",
        new Finding("MG0109", "MaxPool2d(2, Padding = 2)",
            "MaxPool2d 'pool1': padding 2×2 is more than half the window 2×2; some windows would see nothing but padding; use at "
                + "most 1×1"));

    [Fact]
    public Task ReflectionOfMoreThanTheImage() => Expect("Input(1, 3, 3), Conv2d(1, 3, Padding = 3, PaddingMode = PaddingMode.Reflect)",
        new Finding("MG0109", "Conv2d(1, 3, Padding = 3, PaddingMode = PaddingMode.Reflect)",
            "Conv2d 'conv1': reflecting 3,3,3,3 rows and columns (top, left, bottom, right) needs an image larger than that, got 1×3×3; "
                + "use less padding or replicate"));

    [Fact]
    public Task NegativeAndZeroSizes() =>
        Expect("Input(1, 8, 8), Conv2d(kernelSize: 0, outChannels: -1, Stride = 0, Paddings = new[] { 1, -1 }), Linear(0)",
        new Finding("MG0005", "kernelSize: 0", "Conv2d 'conv1': kernelSize must be at least 1, got 0"),
        new Finding("MG0005", "outChannels: -1", "Conv2d 'conv1': outChannels must be at least 1, got -1"),
        new Finding("MG0005", "Stride = 0", "Conv2d 'conv1': Stride must be at least 1, got 0"),
        new Finding("MG0005", "-1", "Conv2d 'conv1': Paddings must be at least 0, got -1"),
        new Finding("MG0005", "0", "Linear 'fc1': outFeatures must be at least 1, got 0"));

    [Fact]
    public Task BothFormsOfOneArgument() => Expect("Input(1, 8, 8), MaxPool2d(2, Stride = 2, Strides = new[] { 2, 2 })",
        new Finding("MG0005", "Strides = new[] { 2, 2 }", "MaxPool2d 'pool1': Stride and Strides say the same twice; give one of them"));

    [Fact]
    public Task ArraysOfTheWrongLength() => Expect("Input(1, 8, 8), Conv2d(1, 1, Strides = new[] { 2 }, Paddings = new int[] { 1, 2, 3 })",
        new Finding("MG0005", "Strides = new[] { 2 }", "Conv2d 'conv1': Strides takes 2 numbers (height, width), got 1"),
        new Finding("MG0005", "Paddings = new int[] { 1, 2, 3 }",
            "Conv2d 'conv1': Paddings takes 2 numbers (height, width) or 4 (top, left, bottom, right), got 3"));

    [Fact]
    public Task NumbersThatAreNotFinite() => Expect("Input(1, 8, 8), BatchNorm2d(Eps = double.NaN, Momentum = 1e300)",
        new Finding("MG0005", "Eps = double.NaN", "BatchNorm2d 'bn1': Eps must be a finite number, got NaN"),
        new Finding("MG0005", "Momentum = 1e300", "BatchNorm2d 'bn1': Momentum must be a finite number, got 1E+300"));

    [Fact]
    public Task WordsThatAreNotInTheEnum() => Expect("Input(1, 8, 8), Conv2d(1, 1, PaddingMode = (PaddingMode)7)",
        new Finding("MG0005", "PaddingMode = (PaddingMode)7",
            "Conv2d 'conv1': PaddingMode must be one of zeros, replicate, reflect, circular, got number 7"));

    [Fact]
    public Task DropoutOfEverything() => Expect("Input(8), Dropout(P = 1)",
        new Finding("MG0005", "Dropout(P = 1)", "Dropout 'dropout1': p must be at least 0 and less than 1, got 1.0"));

    [Fact]
    public Task SoftmaxOverADimensionThatIsNotThere() => Expect("Input(8), Softmax(Dim = 2)",
        new Finding("MG0005", "Softmax(Dim = 2)",
            "Softmax 'softmax1': dim 2 does not exist; with the batch there are 2, so 1 to 1 or -1 to -1"));

    [Fact]
    public Task UnknownFromWithTheNearestName() =>
        Expect("Input(1, 8, 8), Conv2d(1, 1, Name = \"stem\"), Relu, Tanh(From = \"sterm\"), Relu",
        new Finding("MG0003", "From = \"sterm\"",
            "Tanh 'tanh1' reads 'sterm', but no layer before it has that name; did you mean 'stem'?"));

    [Fact]
    public Task UnknownFromFarFromAll() => Expect("Input(1, 8, 8), Conv2d(1, 1), Tanh(From = \"backbone\")",
        new Finding("MG0003", "From = \"backbone\"",
            "Tanh 'tanh1' reads 'backbone', but no layer before it has that name; there are 'input', 'conv1'"));

    [Fact]
    public Task UnknownInputsOfASum() => Expect("Input(8), Relu, Add(\"relu1\", \"relu9\"), Add(new[] { \"rele1\", \"relu1\" })",
        new Finding("MG0003", "\"relu9\"", "Add 'add1' reads 'relu9', but no layer before it has that name; did you mean 'relu1'?"),
        new Finding("MG0003", "\"rele1\"", "Add 'add2' reads 'rele1', but no layer before it has that name; did you mean 'relu1'?"));

    [Fact]
    public Task FromALaterLayer() => Expect("Input(8), Relu(From = \"end\"), Relu(Name = \"self\", From = \"self\"), Relu(Name = \"end\")",
        new Finding("MG0003", "From = \"end\"", "Relu 'relu1' reads 'end', which comes later; a layer reads those before it"),
        new Finding("MG0003", "From = \"self\"", "Relu 'self' reads 'self', which is the layer itself; a layer reads those before it"));

    [Fact]
    public Task NullAmongTheInputs() => Expect("Input(8), Relu, Add(\"relu1\", null!)",
        new Finding("MG0005", "null!", "Add 'add1': the name of an input is null"));

    [Fact]
    public Task UnusedLayer() => Expect("Input(8), Linear(4), Linear(5, From = \"input\")",
        new Finding("MG0004", "Linear(4)", "Linear 'fc1': no layer reads its result; remove it, or name it as the input of a later layer"));

    [Fact]
    public Task DuplicateNames() =>
        Expect("Input(8), Relu(Name = \"a\"), Tanh(Name = \"a\"), Relu(Name = \"tanh3\"), Tanh, Tanh, Relu(Name = \"input\")",
        new Finding("MG0006", "Name = \"a\"", "Tanh 'a': layer 1, Relu, has this name already; give one of them another Name"),
        new Finding("MG0006", "Tanh", "Tanh 'tanh3': layer 3, Relu, has this name already; give one of them another Name"),
        new Finding("MG0006", "Name = \"input\"", "Relu 'input': this name is the network's input; choose another"));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("é")]
    [InlineData("a\u202Eb")]
    [InlineData("a/*")]
    public Task NamesThatCannotBeKeys(string name) => Expect($"Input(8), Relu(Name = \"{name}\")",
        new Finding("MG0005", $"Name = \"{name}\"",
            $"Relu: '{name.Replace("\u202E", "\\u202e", StringComparison.Ordinal)}' cannot be a layer's name; it is letters, digits, "
                + "underscores and hyphens, in parts joined by points, as in 'layer1.0.conv1'"));

    [Fact]
    public Task ALayerAfterABrokenOneIsNotReportedAgain() =>
        Expect("Input(1, 4, 4), Conv2d(6, 5, Name = \"a\"), Linear(10), Add(\"a\", \"input\"), MaxPool2d(0), Linear(3, From = \"input\")",
        new Finding("MG0101", "Conv2d(6, 5, Name = \"a\")",
            "Conv2d 'a': kernel 5 is larger than the padded input height 4; use a kernel of at most 4 or a padding that adds 1 more"),
        new Finding("MG0005", "0", "MaxPool2d 'pool1': kernelSize must be at least 1, got 0"),
        new Finding("MG0102", "Linear(3, From = \"input\")",
            "Linear 'fc2' needs 1 dimension per sample, got 1×4×4; put Flatten before it"));

    [Theory]
    [InlineData("Conv2d(\"six\", 5)", "CS1503", false)]
    [InlineData("Conv2d(6)", "CS1729", false)]
    [InlineData("Conv2d(6, 5, Pading = 2)", "CS0246", false)]
    [InlineData("Conv3d(6, 5)", "CS0246", true)]
    [InlineData("Conv2d(6, 5, Padding = Two)", "CS0103", true)]
    [InlineData("Conv2d(Sizes.Two, 5)", "CS0103", true)]
    public async Task WhatTheCompilerRefusesIsNotReportedAgain(string layer, string id, bool mayBeGenerated)
    {
        Report report = await Compile.Run(
            $"using ModelGen;\n[Network, Input(1, 28, 28), {layer}, Linear(10), Linear(0)] partial class Net;");
        Assert.Contains(report.Findings, f => f.Id == id);
        Finding[] ours = [.. report.Findings.Where(f => f.Id.StartsWith("MG", StringComparison.Ordinal)).OrderBy(f => f.Id)];
        Assert.Equal("Linear 'fc2': outFeatures must be at least 1, got 0", ours[0].Message);
        // A generator might declare it, so that in the end the compiler would have nothing to say.
        Assert.Equal(mayBeGenerated ? ["MG0005", "MG0012"] : ["MG0005"], ours.Select(f => f.Id));
    }

    private static async Task Expect(string attributes, params Finding[] expected)
    {
        Report report = await Compile.Run($"using ModelGen;\n[Network, {attributes}] partial class Net;");
        Assert.Equal(expected, report.Findings);
    }
}
