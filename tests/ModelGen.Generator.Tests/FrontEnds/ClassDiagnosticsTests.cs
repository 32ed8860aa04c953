namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>What is wrong with the class, [Input] or [Trainable].</summary>
public class ClassDiagnosticsTests
{
    private const string Layers = "[Network, Input(8), Linear(4)]";

    [Fact]
    public Task NotPartial() => Expect($"{Layers} public class Net;", new Finding(
        "MG0001", "Net", "Net must be partial, because its other part is generated; write 'partial class Net'"));

    [Fact]
    public Task ContainingTypesNotPartial() => Expect($"struct Outer {{ interface Middle {{ {Layers} partial class Net; }} }}",
        new Finding("MG0001", "Net", "Middle must be partial, because Net inside it is; write 'partial interface Middle'"),
        new Finding("MG0001", "Net", "Outer must be partial, because Net inside it is; write 'partial struct Outer'"));

    [Fact]
    public Task NoInput() => Expect("[Network, Linear(4), Linear(0)] partial class Net;",
        new Finding("MG0005", "0", "Linear 'fc2': outFeatures must be at least 1, got 0"),
        new Finding("MG0002", "Net",
            "Net has no [Input]; add one, e.g. [Input(1, 28, 28)] for channels, height and width or [Input(784)] for features"));

    [Theory]
    [InlineData("Input", "none")]
    [InlineData("Input(1, 1, 1, 1, 28, 28)", "6 (1, 1, 1, 1, 28, 28)")]
    [InlineData("Input(new int[] { 1, 2, 3, 4, 5, 6 })", "6 (1, 2, 3, 4, 5, 6)")]
    public Task InputOfAnotherRank(string input, string got) => Expect($"[Network, {input}, Linear(4)] partial class Net;", new Finding(
        "MG0005", input, $"Input takes 1 to 5 sizes without the batch, such as 3 (channels, height, width) or 1 (features); got {got}"));

    [Theory]
    [InlineData("Input(1, 0, 28)", "0")]
    [InlineData("Input(-8)", "-8")]
    [InlineData("Input(new[] { 1, 2, -1 })", "-1")]
    public Task InputOfNoSize(string input, string size) => Expect($"[Network, {input}, Linear(4)] partial class Net;", new Finding(
        "MG0005", size, $"Input: every size must be at least 1, got {size}"));

    [Theory]
    [InlineData("", "int Profile;")]
    [InlineData("(Profile = true)", "void Profile(int steps) { }")]
    public Task ProfileIsFreeUnlessAsked(string options, string member) =>
        Expect($"[Network{options}, Input(8), Linear(4)] partial class Net {{ {member} }}");

    [Theory]
    [InlineData("int Profile;")]
    [InlineData("void Profile(System.ReadOnlySpan<float> a, System.Span<float> b, System.Span<long> c) { }")]
    public Task ProfileIsTakenWhereAsked(string member) =>
        Expect($"[Network(Profile = true), Input(8), Linear(4)] partial class Net {{ {member} }}", new Finding(
        "MG0008", "Net", "Net has a member 'Profile', which the generated part declares too; rename it"));

    [Fact]
    public Task NoLayers() => Expect("[Network, Input(8)] partial class Net;", new Finding(
        "MG0009", "Net", "Net has no layers; write them as attributes, in order: [Conv2d(6, 5), Tanh, Flatten, Linear(10)]"));

    [Fact]
    public Task LayersWithoutNetwork() => Expect("[Input(8), Linear(4), Relu] partial class Net;", new Finding(
        "MG0010", "Linear(4)", "Net has layers but no [Network], so nothing is generated; add [Network]"));

    [Fact]
    public Task SeveralDeclarations() =>
        Expect("[Network, Input(8), Linear(4)] partial class Net; [Tanh, Conv2d(1, 1)] partial class Net;", new Finding(
        "MG0007", "Tanh",
        "Net: its layers and [Input] stand on several declarations of the class, whose order is undefined; write all of them on one"));

    [Fact]
    public Task InputOnAnotherDeclaration() => Expect("[Network, Linear(4)] partial class Net; [Input(8)] partial class Net;", new Finding(
        "MG0007", "Input(8)",
        "Net: its layers and [Input] stand on several declarations of the class, whose order is undefined; write all of them on one"));

    [Theory]
    [InlineData("static partial class Net;", "Net is static, but each instance of a network has its own memory; leave out 'static'")]
    [InlineData("abstract partial class Net;", "Net is abstract, but the generated part makes it whole; leave out 'abstract'")]
    [InlineData("partial record Net;", "Net is a record, but a network owns memory that must not be copied; make it a class")]
    [InlineData("file partial class Net;", "Net is local to its file, but its other part is generated into another one; leave out 'file'")]
    [InlineData("partial class Net<T>;",
        "Net is generic, but a network's shapes are fixed when it is compiled; leave out the type parameters")]
    [InlineData("partial class Net(int x) { int X => x; }",
        "Net has a primary constructor, but the generated part has the constructor Net(Weights); use properties instead")]
    [InlineData("partial class Net : B { Net() : base(1) { } } class B(int x) { int X => x; }",
        "Net's base class B has no constructor without parameters, which the generated constructor would call; add one")]
    [InlineData("partial class Net { int InputLength; }",
        "Net has a member 'InputLength', which the generated part declares too; rename it")]
    [InlineData("partial class Net { void Forward(System.ReadOnlySpan<float> a, System.Span<float> b) { } }",
        "Net has a member 'Forward', which the generated part declares too; rename it")]
    [InlineData("partial class Net { class Weights; }", "Net has a member 'Weights', which the generated part declares too; rename it")]
    public Task UnsupportedClasses(string declaration, string message) =>
        Expect($"{Layers} {declaration}", new Finding("MG0008", "Net", message));

    [Fact]
    public Task InsideAGenericType() => Expect($"partial class Outer<T> {{ {Layers} partial class Net; }}", new Finding(
        "MG0008", "Net", "Outer is generic, but a network's shapes are fixed when it is compiled; move Net out of it"));

    [Fact]
    public Task NameOfAGeneratedMember() => Expect($"{Layers} partial class Weights;", new Finding(
        "MG0008", "Weights", "Weights has the name of one of its generated members; choose another name for the class"));

    [Fact]
    public Task TrainableOutOfRange() =>
        Expect("[Network, Input(8), Linear(4), Trainable(BatchSize = 0, Loss = (Loss)9, LabelSmoothing = 1)] partial class Net;",
        new Finding("MG0005", "BatchSize = 0", "Trainable: BatchSize must be at least 1, got 0"),
        new Finding("MG0005", "Loss = (Loss)9",
            "Trainable: Loss must be one of CrossEntropy, Hinge, MeanSquaredError, MeanAbsoluteError, Huber, BinaryCrossEntropyWithLogits, "
                + "SmoothL1, Focal, Dice, got number 9"),
        new Finding("MG0005", "LabelSmoothing = 1", "Trainable: LabelSmoothing must be at least 0 and less than 1, got 1"));

    [Fact]
    public Task TrainableWithoutScores() => Expect(
        "[Network, Trainable(Loss = Loss.Hinge), Input(1, 8, 8), Conv2d(16, 4)] partial class Net;", new Finding(
        "MG0110", "Trainable(Loss = Loss.Hinge)",
        "Trainable: the loss Hinge needs 1 dimension of class scores per sample, got 16×5×5; end with Flatten and Linear"));

    [Fact]
    public Task BatchTooLarge() =>
        Expect("[Network, Trainable(BatchSize = 2000000000), Input(8), Linear(4)] partial class Net;", new Finding(
        "MG0108", "Trainable(BatchSize = 2000000000)",
        "Trainable: 2000000000 samples of 8 elements, the largest tensor, make 16000000000; at most 1073741824 are supported, which are "
            + "134217728 samples"));

    [Theory]
    [InlineData("[Network(Batch = 0), Input(8), Linear(4)] partial class Net;", "0")]
    [InlineData("[Network(Batch = -3), Input(8), Linear(4)] partial class Net;", "-3")]
    [InlineData("[Network(Batch = -3)] partial class Net { static Tensor Define([Shape(8)] Tensor x) => x.Relu(); }", "-3")]
    public Task ForwardOfNoSamples(string declaration, string batch) => Expect(declaration, new Finding(
        "MG0005", $"Batch = {batch}", $"Network: Batch must be at least 1, got {batch}"));

    [Fact]
    public Task OptimizeThatIsNoMember() => Expect("[Network(Optimize = (Optimize)3), Input(8), Linear(4)] partial class Net;", new Finding(
        "MG0005", "Optimize = (Optimize)3", "Network: Optimize must be one of speed, memory, exact, got number 3"));

    [Fact]
    public Task WeightStorageThatIsNoMember() =>
        Expect("[Network(WeightStorage = (WeightStorage)(-1))] partial class Net { static Tensor Define([Shape(8)] Tensor x) => x.Relu(); }", new Finding(
        "MG0005", "WeightStorage = (WeightStorage)(-1)", "Network: WeightStorage must be one of auto, float32, bfloat16, got number -1"));

    [Theory]
    [InlineData("[Network(Batch = 2000000000), Input(8), Linear(4)] partial class Net;")]
    [InlineData("[Network(Batch = 2000000000)] partial class Net { static Tensor Define([Shape(8)] Tensor x) => x.Linear(4); }")]
    public Task ForwardOfTooManySamples(string declaration) => Expect(declaration, new Finding(
        "MG0108", "Batch = 2000000000",
        "Network: 2000000000 samples of 8 elements, the largest tensor, make 16000000000; at most 1073741824 are supported, which are "
            + "134217728 samples"));

    [Fact]
    public async Task WhatTheCompilerRefusesInNetworkIsItsToReport()
    {
        Report report = await Compile.Run("using ModelGen; [Network(Batch = \"2\"), Input(8), Linear(4)] partial class Net;");
        Assert.Equal("CS0029", Assert.Single(report.Findings).Id);
    }

    // Each tensor of the batch can be indexed, all that are alive at once cannot; 4 channels take the room of 16.
    [Fact]
    public Task MemoryThatNoArrayCanHave() =>
        Expect("[Network(Batch = 16), Input(4, 4096, 4096), Conv2d(4, 3, Padding = 1), Conv2d(4, 3, Padding = 1), Conv2d(4, 3, Padding = "
            + "1)] partial class Net;", new Finding(
        "MG0108", "Net",
        "Net: Forward on 16 samples needs more than the 2147482567 floats of memory that one array can have; use a smaller batch or "
            + "image"));

    // Each name is in the code.
    [Fact]
    public Task CodeThatNobodyWouldCompile()
    {
        string layers = string.Concat(Enumerable.Range(0, 330).Select(i => $", Relu(Name = \"{new string('a', 50_000)}{i}\")"));
        return Expect($"[Network, Input(4){layers}] partial class Net;", new Finding(
            "MG0108", "Net",
            "the network is too large: the code for it would have more than 16,000,000 characters; "
            + "use fewer layers, or fewer different ones"));
    }

    private static async Task Expect(string source, params Finding[] expected)
    {
        Report report = await Compile.Run("using ModelGen;\n" + source);
        // Of a class that is not partial the C# compiler says so too, because it has a stub.
        Assert.Equal(expected, report.Findings.Where(f => f.Id != "CS0260"));
    }
}
