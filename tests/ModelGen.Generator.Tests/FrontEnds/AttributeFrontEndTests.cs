using Microsoft.CodeAnalysis;
using ModelGen.Generator.Discovery;
using ModelGen.Generator.Language;
using ModelGen.Generator.Language.Attributes;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>What graph a class's attributes make.</summary>
public class AttributeFrontEndTests
{
    [Fact]
    public void LeNet5BecomesItsGraph()
    {
        NetworkModel model = Model(LeNet5.Source, "Zoo.LeNet5");
        Assert.Equal("""
            graph LeNet5
            %0 = Input "image" : f32[N,1,28,28]
            %1 = Parameter "conv1.weight" {init=auto} : f32[6,1,5,5]
            %2 = Parameter "conv1.bias" {init=zeros} : f32[6]
            %3 = Conv2d(%0, %1, %2) "conv1" {dilation=[1,1], groups=1, padding=[2,2,2,2], stride=[1,1]} : f32[N,6,28,28]
            %4 = Tanh(%3) "tanh1" : f32[N,6,28,28]
            %5 = AvgPool2d(%4) "pool1" {ceilMode=0, countIncludePad=1, kernelSize=[2,2], padding=[0,0], stride=[2,2]} : f32[N,6,14,14]
            %6 = Parameter "conv2.weight" {init=auto} : f32[16,6,5,5]
            %7 = Parameter "conv2.bias" {init=zeros} : f32[16]
            %8 = Conv2d(%5, %6, %7) "conv2" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[1,1]} : f32[N,16,10,10]
            %9 = Tanh(%8) "tanh2" : f32[N,16,10,10]
            %10 = AvgPool2d(%9) "pool2" {ceilMode=0, countIncludePad=1, kernelSize=[2,2], padding=[0,0], stride=[2,2]} : f32[N,16,5,5]
            %11 = Flatten(%10) "flatten1" : f32[N,400]
            %12 = Parameter "fc1.weight" {init=auto} : f32[120,400]
            %13 = Parameter "fc1.bias" {init=zeros} : f32[120]
            %14 = Linear(%11, %12, %13) "fc1" : f32[N,120]
            %15 = Tanh(%14) "tanh3" : f32[N,120]
            %16 = Parameter "fc2.weight" {init=auto} : f32[84,120]
            %17 = Parameter "fc2.bias" {init=zeros} : f32[84]
            %18 = Linear(%15, %16, %17) "fc2" : f32[N,84]
            %19 = Tanh(%18) "tanh4" : f32[N,84]
            %20 = Parameter "fc3.weight" {init=auto} : f32[10,84]
            %21 = Parameter "fc3.bias" {init=zeros} : f32[10]
            %22 = Linear(%19, %20, %21) "fc3" : f32[N,10]
            output "output" %22

            """.ReplaceLineEndings("\n"), model.Graph.ToString());
        Assert.Equal(new TrainingOptions(16, "CrossEntropy", 0.1f), model.Training);
        Assert.Equal(new ClassDeclaration("Zoo", [], "LeNet5", "public"), model.Class);
    }

    [Fact]
    public void EveryFormOfAnArgumentIsRead()
    {
        NetworkModel model = Model("""
            using Conv = ModelGen.Conv2dAttribute;
            using ModelGen;

            [Network, InputAttribute(new[] { 2, 9, 8 })]
            [Conv(4, 3, 1, Strides = new[] { 2, 1 }, Paddings = new[] { 1, 0 }, Bias = false, Init = Initializer.LeCun, Name = "a")]
            [ModelGen.Conv2d(kernelWidth: 1, kernelHeight: 2, outChannels: 4, Paddings = new int[] { 0, 1, 2, 3 }, Dilation = 2, Groups = 2, PaddingMode = PaddingMode.Replicate)]
            [MaxPool2d(3, 2, CeilMode = true, Strides = null, Paddings = new[] { 1, 0 }, From = "a"), BatchNorm2d(Eps = 1e-3, Momentum = 0.2f)]
            partial class Net;
            """, "Net");
        Assert.Equal("""
            graph Net
            %0 = Input "image" : f32[N,2,9,8]
            %1 = Parameter "a.weight" {init=lecun} : f32[4,2,3,1]
            %2 = Conv2d(%0, %1) "a" {dilation=[1,1], groups=1, padding=[1,0,1,0], stride=[2,1]} : f32[N,4,5,8]
            %3 = Pad(%2) "conv2" {mode=replicate, padding=[0,1,2,3]} : f32[N,4,7,12]
            %4 = Parameter "conv2.weight" {init=auto} : f32[4,2,2,1]
            %5 = Parameter "conv2.bias" {init=zeros} : f32[4]
            %6 = Conv2d(%3, %4, %5) "conv2" {dilation=[2,2], groups=2, padding=[0,0,0,0], stride=[1,1]} : f32[N,4,5,12]
            %7 = MaxPool2d(%2) "pool1" {ceilMode=1, dilation=[1,1], kernelSize=[3,2], padding=[1,0], stride=[3,2]} : f32[N,4,2,4]
            %8 = Parameter "bn1.weight" {init=ones, trainable=1} : f32[4]
            %9 = Parameter "bn1.bias" {init=zeros, trainable=1} : f32[4]
            %10 = Parameter "bn1.running_mean" {init=zeros, trainable=0} : f32[4]
            %11 = Parameter "bn1.running_var" {init=ones, trainable=0} : f32[4]
            %12 = RunningStatistics(%10, %11) "bn1" {eps=0.001, momentum=0.2} : f32[3,4]
            %13 = BatchNorm2d(%7, %8, %9, %12) "bn1" : f32[N,4,2,4]
            output "output" %13

            """.ReplaceLineEndings("\n"), model.Graph.ToString());
    }

    [Fact]
    public void BranchesReadWhatTheyName()
    {
        NetworkModel model = Model("""
            using ModelGen;

            [Network, Input(4)]
            [Relu(Name = "trunk")]
            [Tanh]
            [Sigmoid(From = "trunk")]
            [Add("tanh1", "sigmoid1", "input")]
            partial class Net;
            """, "Net");
        Assert.Equal("""
            graph Net
            %0 = Input "image" : f32[N,4]
            %1 = Relu(%0) "trunk" : f32[N,4]
            %2 = Tanh(%1) "tanh1" : f32[N,4]
            %3 = Sigmoid(%1) "sigmoid1" : f32[N,4]
            %4 = Add(%2, %3) "add1" : f32[N,4]
            %5 = Add(%4, %0) "add1" : f32[N,4]
            output "output" %5

            """.ReplaceLineEndings("\n"), model.Graph.ToString());
    }

    [Theory]
    [InlineData("Zoo.Outer+Box+Inner+class", "Zoo", "partial class Outer;partial record struct Box;partial interface Inner", "@class",
        "protected internal",
        "namespace Zoo { partial class Outer { partial record struct Box { partial interface Inner { [Network, Input(4), Relu] protected "
            + "internal partial class @class; } } } }")]
    [InlineData("Net", "", "", "Net", "internal", "[Network, Input(4), Relu] partial class Net;")]
    [InlineData("event.Zoo.Rec+Net", "@event.Zoo", "partial record Rec", "Net", "private",
        "namespace @event.Zoo; partial record Rec { [Network, Input(4), Relu] partial class Net; }")]
    public void ClassesAreReadAsDeclared(string type, string space, string containing, string name, string accessibility, string source)
    {
        ClassDeclaration expected = new(space, new([.. containing.Split(';', StringSplitOptions.RemoveEmptyEntries)]), name, accessibility);
        Assert.Equal(expected, Model("using ModelGen; " + source, type).Class);
    }

    internal static NetworkDeclaration Declaration(string source, string type)
    {
        Compilation compilation = Compile.Create(source);
        return NetworkReader.Read(compilation, compilation.GetTypeByMetadataName(type)!, CancellationToken.None).Declaration;
    }

    private static NetworkModel Model(string source, string type)
    {
        FrontEndResult result = AttributeFrontEnd.Build(Declaration(source, type));
        Assert.True(result.Model is not null, string.Join("\n", result.Problems.Select(p => p.Problem.Message)));
        GraphVerifier.Verify(result.Model.Graph, "the attributes");
        return result.Model;
    }
}
