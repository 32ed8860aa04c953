using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>From a definition all the way to code that compiles without a word.</summary>
public class WholeNetworksTests
{
    private const string Dense = Defined.Usings + """
        [Network]
        public partial class Net
        {
            static (Tensor Scores, Tensor Auxiliary) Define([Shape(8, 16, 16)] Tensor x, [Shape(8, 16, 16)] Tensor gate)
            {
                List<Tensor> features = [x * gate.Sigmoid()];
                for (int i = 0; i < 3; i++)
                    features.Add(Tensor.Concat(features, name: $"cat{i}").Conv2d(4, 3, padding: 1));
                x = Tensor.Concat(features).Concat(x, gate).Concat(x, dim: 1);
                return (x.GlobalAvgPool2d().Flatten().Linear(10), x.AdaptiveAvgPool2d((2, 1)).Flatten().Linear(3).LogSoftmax());
            }
        }
        """;

    [Fact]
    public async Task DenseBlockWithTwoInputsAndOutputs()
    {
        Defined.Both(Dense);
        Assert.Empty((await Compile.Run(Dense)).Findings);
    }

    [Fact]
    public async Task ResNet() =>
        Assert.Empty((await Compile.Run(ResNet18.Source.Replace("AvgPool2d((x.Height, x.Width))", "GlobalAvgPool2d()",
            StringComparison.Ordinal))).Findings);
}
