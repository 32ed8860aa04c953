using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>A real network, as users write it: He et al. 2016, table 1, with the names of torchvision.</summary>
public class ResNet18Tests
{
    [Fact]
    public void HasTheParametersOfTorchvision()
    {
        Graph graph = Defined.Both(ResNet18.Source, "ResNet18");
        Assert.Equal(11_689_512, graph.Parameters.Where(p => !p.Name.Contains("running", StringComparison.Ordinal))
            .Sum(p => p.Shape.Length));
        Assert.Equal(Keys(), graph.Parameters.Select(p => p.Name));
        Assert.Equal("512×7×7", graph.Nodes.Last(n => n.Is("Relu")).Shape.ToString());
    }

    // torchvision.models.resnet18().state_dict() without num_batches_tracked.
    private static IEnumerable<string> Keys()
    {
        string[] norm = ["weight", "bias", "running_mean", "running_var"];
        List<string> keys = ["conv1.weight", .. norm.Select(n => "bn1." + n)];
        for (int stage = 1; stage <= 4; stage++)
        {
            for (int block = 0; block < 2; block++)
            {
                string name = $"layer{stage}.{block}";
                foreach (int i in new[] { 1, 2 })
                    keys.AddRange([$"{name}.conv{i}.weight", .. norm.Select(n => $"{name}.bn{i}.{n}")]);
                if (stage > 1 && block == 0)
                    keys.AddRange([$"{name}.downsample.0.weight", .. norm.Select(n => $"{name}.downsample.1.{n}")]);
            }
        }
        return [.. keys, "fc.weight", "fc.bias"];
    }
}
