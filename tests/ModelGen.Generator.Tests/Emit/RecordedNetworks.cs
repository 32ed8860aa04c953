using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// Random networks that once went wrong, as they were then: what a seed stands for changes with the layers that
/// <see cref="ModelGen.Tests.Reference.RandomGraphs"/> knows.
/// </summary>
internal static class RecordedNetworks
{
    private static readonly Dictionary<int, string> Texts = new()
    {
        [8054] = """
            graph Random
            %0 = Input "input" : f32[N,8,4,7]
            %1 = Relu(%0) "relu2" : f32[N,8,4,7]
            %2 = Parameter "conv2.weight" {init=auto} : f32[48,8,1,4]
            %3 = Parameter "conv2.bias" {init=zeros} : f32[48]
            %4 = Conv2d(%1, %2, %3) "conv2" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[3,3]} : f32[N,48,2,2]
            %5 = Softmax(%4) "softmax1" {dim=-1} : f32[N,48,2,2]
            %6 = Tanh(%5) "tanh1" : f32[N,48,2,2]
            %7 = Flatten(%6) "flatten1" : f32[N,192]
            %8 = Sigmoid(%7) "sigmoid1" : f32[N,192]
            %9 = Parameter "fc1.weight" {init=auto} : f32[192,192]
            %10 = Linear(%8, %9) "fc1" : f32[N,192]
            %11 = Add(%8, %10) "add1" : f32[N,192]
            %12 = Sigmoid(%11) "sigmoid2" : f32[N,192]
            %13 = Parameter "fc2.weight" {init=auto} : f32[9,192]
            %14 = Linear(%12, %13) "fc2" : f32[N,9]
            output "output" %14
            """,
        [8062] = """
            graph Random
            %0 = Input "input" : f32[N,16,6,4]
            %1 = Relu(%0) "relu1" : f32[N,16,6,4]
            %2 = Pad(%1) "conv3" {mode=replicate, padding=[2,1,2,0]} : f32[N,16,10,5]
            %3 = Parameter "conv3.weight" {init=auto} : f32[16,16,4,3]
            %4 = Parameter "conv3.bias" {init=zeros} : f32[16]
            %5 = Conv2d(%2, %3, %4) "conv3" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[3,2]} : f32[N,16,3,2]
            %6 = Flatten(%5) "flatten1" : f32[N,96]
            %7 = Parameter "fc1.weight" {init=auto} : f32[96,96]
            %8 = Linear(%6, %7) "fc1" : f32[N,96]
            %9 = Sigmoid(%8) "sigmoid1" : f32[N,96]
            %10 = Add(%6, %8) "add2" : f32[N,96]
            %11 = Add(%10, %9) "add2" : f32[N,96]
            %12 = Sigmoid(%11) "sigmoid2" : f32[N,96]
            %13 = Parameter "fc2.weight" {init=auto} : f32[13,96]
            %14 = Parameter "fc2.bias" {init=zeros} : f32[13]
            %15 = Linear(%12, %13, %14) "fc2" : f32[N,13]
            %16 = Parameter "fc3.weight" {init=auto} : f32[7,13]
            %17 = Linear(%15, %16) "fc3" : f32[N,7]
            output "output" %17
            """,
        [8071] = """
            graph Random
            %0 = Input "input" : f32[N,2,11,6]
            %1 = Pad(%0) "conv1" {mode=replicate, padding=[0,0,0,0]} : f32[N,2,11,6]
            %2 = Parameter "conv1.weight" {init=auto} : f32[4,1,2,2]
            %3 = Parameter "conv1.bias" {init=zeros} : f32[4]
            %4 = Conv2d(%1, %2, %3) "conv1" {dilation=[2,1], groups=2, padding=[0,0,0,0], stride=[1,1]} : f32[N,4,9,5]
            %5 = Tanh(%4) "tanh1" : f32[N,4,9,5]
            %6 = Tanh(%5) "tanh2" : f32[N,4,9,5]
            %7 = Add(%6, %5) "add1" : f32[N,4,9,5]
            %8 = Flatten(%7) "flatten1" : f32[N,180]
            %9 = Parameter "fc1.weight" {init=auto} : f32[180,180]
            %10 = Linear(%8, %9) "fc1" : f32[N,180]
            %11 = Add(%8, %10) "add2" : f32[N,180]
            %12 = Softmax(%11) "softmax1" {dim=1} : f32[N,180]
            %13 = Parameter "fc2.weight" {init=auto} : f32[4,180]
            %14 = Parameter "fc2.bias" {init=zeros} : f32[4]
            %15 = Linear(%12, %13, %14) "fc2" : f32[N,4]
            output "output" %15
            """,
        [8080] = """
            graph Random
            %0 = Input "input" : f32[N,48,9,8]
            %1 = Pad(%0) "conv1" {mode=replicate, padding=[1,1,1,1]} : f32[N,48,11,10]
            %2 = Parameter "conv1.weight" {init=auto} : f32[16,48,4,1]
            %3 = Conv2d(%1, %2) "conv1" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[1,1]} : f32[N,16,8,10]
            %4 = AvgPool2d(%3) "pool1" {ceilMode=0, countIncludePad=0, kernelSize=[1,2], padding=[0,0], stride=[1,2]} : f32[N,16,8,5]
            %5 = Pad(%4) "conv2" {mode=replicate, padding=[1,1,1,1]} : f32[N,16,10,7]
            %6 = Parameter "conv2.weight" {init=auto} : f32[16,1,4,2]
            %7 = Conv2d(%5, %6) "conv2" {dilation=[1,1], groups=16, padding=[0,0,0,0], stride=[2,1]} : f32[N,16,4,6]
            %8 = Parameter "bn1.weight" {init=ones, trainable=1} : f32[16]
            %9 = Parameter "bn1.bias" {init=zeros, trainable=1} : f32[16]
            %10 = Parameter "bn1.running_mean" {init=zeros, trainable=0} : f32[16]
            %11 = Parameter "bn1.running_var" {init=ones, trainable=0} : f32[16]
            %12 = RunningStatistics(%10, %11) "bn1" {eps=0.001, momentum=0.1} : f32[3,16]
            %13 = BatchNorm2d(%7, %8, %9, %12) "bn1" : f32[N,16,4,6]
            %14 = Flatten(%13) "flatten1" : f32[N,384]
            %15 = Parameter "fc1.weight" {init=auto} : f32[384,384]
            %16 = Parameter "fc1.bias" {init=zeros} : f32[384]
            %17 = Linear(%14, %15, %16) "fc1" : f32[N,384]
            %18 = Add(%14, %17) "add1" : f32[N,384]
            %19 = Dropout(%18) "dropout1" {p=0.0} : f32[N,384]
            %20 = Parameter "fc2.weight" {init=auto} : f32[3,384]
            %21 = Linear(%19, %20) "fc2" : f32[N,3]
            output "output" %21
            """,
        [8087] = """
            graph Random
            %0 = Input "input" : f32[N,3,9,7]
            %1 = MaxPool2d(%0) "pool1" {ceilMode=1, dilation=[1,2], kernelSize=[2,2], padding=[0,0], stride=[2,2]} : f32[N,3,5,3]
            %2 = Tanh(%1) "tanh1" : f32[N,3,5,3]
            %3 = Parameter "bn1.weight" {init=ones, trainable=1} : f32[3]
            %4 = Parameter "bn1.bias" {init=zeros, trainable=1} : f32[3]
            %5 = Parameter "bn1.running_mean" {init=zeros, trainable=0} : f32[3]
            %6 = Parameter "bn1.running_var" {init=ones, trainable=0} : f32[3]
            %7 = RunningStatistics(%5, %6) "bn1" {eps=0.001, momentum=0.01} : f32[3,3]
            %8 = BatchNorm2d(%2, %3, %4, %7) "bn1" : f32[N,3,5,3]
            %9 = MaxPool2d(%8) "pool2" {ceilMode=0, dilation=[1,1], kernelSize=[3,1], padding=[0,0], stride=[3,1]} : f32[N,3,1,3]
            %10 = Sigmoid(%9) "sigmoid1" : f32[N,3,1,3]
            %11 = Parameter "bn2.weight" {init=ones, trainable=1} : f32[3]
            %12 = Parameter "bn2.bias" {init=zeros, trainable=1} : f32[3]
            %13 = Parameter "bn2.running_mean" {init=zeros, trainable=0} : f32[3]
            %14 = Parameter "bn2.running_var" {init=ones, trainable=0} : f32[3]
            %15 = RunningStatistics(%13, %14) "bn2" {eps=1E-05, momentum=0.1} : f32[3,3]
            %16 = BatchNorm2d(%10, %11, %12, %15) "bn2" : f32[N,3,1,3]
            %17 = Flatten(%16) "flatten1" : f32[N,9]
            %18 = Relu(%17) "relu1" : f32[N,9]
            %19 = Parameter "fc1.weight" {init=auto} : f32[9,9]
            %20 = Parameter "fc1.bias" {init=zeros} : f32[9]
            %21 = Linear(%18, %19, %20) "fc1" : f32[N,9]
            %22 = Sigmoid(%21) "sigmoid2" : f32[N,9]
            %23 = Add(%18, %21) "add1" : f32[N,9]
            %24 = Add(%23, %22) "add1" : f32[N,9]
            %25 = Parameter "fc2.weight" {init=auto} : f32[5,9]
            %26 = Linear(%24, %25) "fc2" : f32[N,5]
            output "output" %26
            """,
        [8121] = """
            graph Random
            %0 = Input "input" : f32[N,2,9,5]
            %1 = Sigmoid(%0) "sigmoid1" : f32[N,2,9,5]
            %2 = Relu(%1) "relu1" : f32[N,2,9,5]
            %3 = Tanh(%2) "tanh1" : f32[N,2,9,5]
            %4 = Parameter "bn1.weight" {init=ones, trainable=1} : f32[2]
            %5 = Parameter "bn1.bias" {init=zeros, trainable=1} : f32[2]
            %6 = Parameter "bn1.running_mean" {init=zeros, trainable=0} : f32[2]
            %7 = Parameter "bn1.running_var" {init=ones, trainable=0} : f32[2]
            %8 = RunningStatistics(%6, %7) "bn1" {eps=1E-05, momentum=0.01} : f32[3,2]
            %9 = BatchNorm2d(%3, %4, %5, %8) "bn1" : f32[N,2,9,5]
            %10 = AvgPool2d(%9) "pool1" {ceilMode=0, countIncludePad=1, kernelSize=[2,1], padding=[1,0], stride=[2,1]} : f32[N,2,5,5]
            %11 = Pad(%10) "conv1" {mode=reflect, padding=[0,0,0,0]} : f32[N,2,5,5]
            %12 = Parameter "conv1.weight" {init=auto} : f32[1,2,3,3]
            %13 = Conv2d(%11, %12) "conv1" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[2,1]} : f32[N,1,2,3]
            %14 = Parameter "bn2.weight" {init=ones, trainable=1} : f32[1]
            %15 = Parameter "bn2.bias" {init=zeros, trainable=1} : f32[1]
            %16 = Parameter "bn2.running_mean" {init=zeros, trainable=0} : f32[1]
            %17 = Parameter "bn2.running_var" {init=ones, trainable=0} : f32[1]
            %18 = RunningStatistics(%16, %17) "bn2" {eps=1E-05, momentum=0.1} : f32[3,1]
            %19 = BatchNorm2d(%13, %14, %15, %18) "bn2" : f32[N,1,2,3]
            %20 = Tanh(%19) "tanh2" : f32[N,1,2,3]
            %21 = Flatten(%20) "flatten1" : f32[N,6]
            %22 = Parameter "fc1.weight" {init=auto} : f32[6,6]
            %23 = Linear(%21, %22) "fc1" : f32[N,6]
            %24 = Sigmoid(%23) "sigmoid2" : f32[N,6]
            %25 = Add(%21, %23) "add1" : f32[N,6]
            %26 = Add(%25, %24) "add1" : f32[N,6]
            %27 = Parameter "fc2.weight" {init=auto} : f32[4,6]
            %28 = Parameter "fc2.bias" {init=zeros} : f32[4]
            %29 = Linear(%26, %27, %28) "fc2" : f32[N,4]
            %30 = Relu(%29) "relu2" : f32[N,4]
            %31 = Parameter "fc3.weight" {init=auto} : f32[10,4]
            %32 = Parameter "fc3.bias" {init=zeros} : f32[10]
            %33 = Linear(%30, %31, %32) "fc3" : f32[N,10]
            output "output" %33
            """,
        [9086] = """
            graph Random
            %0 = Input "input" : f32[N,15,10,10]
            %1 = AvgPool2d(%0) "pool1" {ceilMode=1, countIncludePad=0, kernelSize=[3,3], padding=[0,1], stride=[3,3]} : f32[N,15,4,4]
            %2 = Relu(%1) "relu1" : f32[N,15,4,4]
            %3 = AvgPool2d(%2) "pool3" {ceilMode=1, countIncludePad=1, kernelSize=[2,3], padding=[1,1], stride=[2,2]} : f32[N,15,3,3]
            %4 = Pad(%3) "conv1" {mode=replicate, padding=[1,1,1,1]} : f32[N,15,5,5]
            %5 = Parameter "conv1.weight" {init=auto} : f32[10,3,2,2]
            %6 = Conv2d(%4, %5) "conv1" {dilation=[1,1], groups=5, padding=[0,0,0,0], stride=[2,3]} : f32[N,10,2,2]
            %7 = Pad(%6) "conv2" {mode=reflect, padding=[1,1,1,1]} : f32[N,10,4,4]
            %8 = Parameter "conv2.weight" {init=auto} : f32[15,10,1,2]
            %9 = Parameter "conv2.bias" {init=zeros} : f32[15]
            %10 = Conv2d(%7, %8, %9) "conv2" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[1,1]} : f32[N,15,4,3]
            %11 = Parameter "conv3.weight" {init=auto} : f32[15,15,3,3]
            %12 = Parameter "conv3.bias" {init=zeros} : f32[15]
            %13 = Conv2d(%10, %11, %12) "conv3" {dilation=[1,1], groups=1, padding=[1,1,1,1], stride=[1,1]} : f32[N,15,4,3]
            %14 = Sigmoid(%13) "sigmoid1" : f32[N,15,4,3]
            %15 = Add(%10, %13) "add1" : f32[N,15,4,3]
            %16 = Add(%15, %14) "add1" : f32[N,15,4,3]
            %17 = Flatten(%16) "flatten1" : f32[N,180]
            %18 = Relu(%17) "relu3" : f32[N,180]
            %19 = Add(%17, %18) "add2" : f32[N,180]
            %20 = Parameter "fc1.weight" {init=auto} : f32[180,180]
            %21 = Parameter "fc1.bias" {init=zeros} : f32[180]
            %22 = Linear(%19, %20, %21) "fc1" : f32[N,180]
            %23 = Add(%19, %22) "add3" : f32[N,180]
            %24 = Tanh(%23) "tanh1" : f32[N,180]
            %25 = Parameter "fc2.weight" {init=auto} : f32[3,180]
            %26 = Parameter "fc2.bias" {init=zeros} : f32[3]
            %27 = Linear(%24, %25, %26) "fc2" : f32[N,3]
            output "output" %27
            """,
        // Gradients that are accumulated and clipped, of a bias that lies as an image with a halo does.
        [9100] = """
            graph Random
            %0 = Input "input" : f32[N,2,15,4]
            %1 = Parameter "conv2.weight" {init=auto} : f32[15,2,1,3]
            %2 = Conv2d(%0, %1) "conv2" {dilation=[1,1], groups=1, padding=[0,0,0,0], stride=[1,1]} : f32[N,15,15,2]
            %3 = Parameter "conv3.weight" {init=auto} : f32[15,15,3,3]
            %4 = Parameter "conv3.bias" {init=zeros} : f32[15]
            %5 = Conv2d(%2, %3, %4) "conv3" {dilation=[1,1], groups=1, padding=[1,1,1,1], stride=[1,1]} : f32[N,15,15,2]
            %6 = Tanh(%2) "tanh1" : f32[N,15,15,2]
            %7 = Maximum(%5, %6) "maximum1" : f32[N,15,15,2]
            %8 = Flatten(%7) "flatten1" : f32[N,450]
            %9 = Parameter "position1.bias" {init=zeros, trainable=1} : f32[450]
            %10 = PositionBias(%8, %9) "position1" : f32[N,450]
            %11 = Parameter "fc1.weight" {init=auto} : f32[5,450]
            %12 = Parameter "fc1.bias" {init=zeros} : f32[5]
            %13 = Linear(%10, %11, %12) "fc1" : f32[N,5]
            output "output" %13
            """,
    };

    /// <summary>The seeds that made them, which still choose their values, batches and options.</summary>
    public static IEnumerable<int> Seeds => Texts.Keys;

    public static Graph Of(int seed) => GraphParser.Parse(Texts[seed]);
}
