using System.Text.Json;
using ModelGen.Safetensors;
using ModelGen.Tests.Weights;
using ModelGen.Zoo;

namespace ModelGen.Tests.Zoo;

/// <summary>A network of the zoo as users declare it; the generator compiles it when this project is built.</summary>
[Network]
public sealed partial class Squeeze
{
    static Tensor Define([Shape(3, 224, 224)] Tensor image) => SqueezeNet.V11(image);
}

/// <summary>From a declaration that calls the zoo to logits: weights under torchvision's keys load as they are.</summary>
public class CompiledNetworkTests
{
    [Fact]
    public void LoadsTorchvisionsKeysAndAgrees()
    {
        JsonElement reference = ZooData.Of("squeezenet1_1");
        Generator.Graphs.Graph graph = ZooNetworks.Record("SqueezeNet11");
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("squeezenet.safetensors"),
            [.. graph.Parameters.Select(p =>
                new SafetensorsTensor(p.Name, [.. p.Shape.Dimensions.Select(d => (long)d)], ZooData.Fill(graph, p)))]);
        var network = new Squeeze(Squeeze.LoadWeights(folder.File("squeezenet.safetensors")));

        float[] logits = new float[Squeeze.OutputLength];
        network.Forward(ZooData.Fill("input", Squeeze.InputLength, 1, 0), logits);

        Assert.Equal(Squeeze.ParameterCount, reference.GetProperty("parameterCount").GetInt64());
        Assert.Equal(Squeeze.MultiplyAdds, reference.GetProperty("multiplyAdds").GetInt64());
        JsonElement output = reference.GetProperty("output");
        Assert.Equal(output.GetProperty("argmax").GetInt32(), Array.IndexOf(logits, logits.Max()));
        Assert.Equal(output.GetProperty("max").GetDouble(), logits.Max(), 1e-4 * output.GetProperty("std").GetDouble());
    }
}
