namespace ModelGen.Generator.Tests.Definition;

internal static class ResNet18
{
    public const string Source = """
        using ModelGen;

        [Network]
        public sealed partial class ResNet18
        {
            static Tensor Define([Shape(3, 224, 224)] Tensor image)
            {
                var x = image.Conv2d(64, 7, stride: 2, padding: 3, bias: false, name: "conv1")
                             .BatchNorm2d(name: "bn1").Relu().MaxPool2d(3, stride: 2, padding: 1);
                int[] widths = [64, 128, 256, 512];
                for (int stage = 0; stage < 4; stage++)
                    for (int block = 0; block < 2; block++)
                        x = BasicBlock(x, widths[stage], stride: stage > 0 && block == 0 ? 2 : 1, name: $"layer{stage + 1}.{block}");
                return x.AvgPool2d((x.Height, x.Width)).Flatten().Linear(1000, name: "fc");
            }

            static Tensor BasicBlock(Tensor x, int width, int stride, string name)
            {
                var y = x.Conv2d(width, 3, stride: stride, padding: 1, bias: false, name: name + ".conv1").BatchNorm2d(name: name + ".bn1").Relu()
                         .Conv2d(width, 3, padding: 1, bias: false, name: name + ".conv2").BatchNorm2d(name: name + ".bn2");
                if (stride != 1 || x.Channels != width)
                    x = x.Conv2d(width, 1, stride: stride, bias: false, name: name + ".downsample.0").BatchNorm2d(name: name + ".downsample.1");
                return (x + y).Relu();
            }
        }
        """;
}
