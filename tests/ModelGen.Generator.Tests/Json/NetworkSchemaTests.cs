using System.Text.Json.Nodes;
using ModelGen.Generator.Language.Json;
using ModelGen.Writers;

namespace ModelGen.Generator.Tests.Json;

/// <summary>The schema that editors use says what the front end says, as far as a schema can.</summary>
public class NetworkSchemaTests
{
    private static readonly SchemaCheck Schema = new((JsonObject)JsonNode.Parse(NetworkSchemaWriter.Write())!);

    public static TheoryData<string> SampleNames => [.. JsonSamples.Names];

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void SamplesAreValid(string name)
    {
        Assert.True(Schema.IsValid(JsonNode.Parse(JsonSamples.Read(name))));
        Assert.Empty(JsonFrontEnd.Build(JsonSamples.Read(name)).Problems);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] } }""")]
    [InlineData("""{ "name": "Net", "inputs": { }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4, 4, 1, 1, 1, 1] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [0] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x y": [4] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "1Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }], "more": 1 }""")]
    [InlineData("""{ "name": "Net", "namespace": "A..B", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "accessibility": "private", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Nothing" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear", "outFeatures": 0 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear", "outFeatures": 2.5 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear", "outFeatures": 2, "units": 3 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear", "outFeatures": 2, "init": "random" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Linear", "outFeatures": 2, "bias": 1.5 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu", "name": "a b" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu", "from": 1 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }, { "op": "Add", "from": "relu1" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [1, 4, 4] }, "layers": [{ "op": "AvgPool2d", "kernelSize": [1, 2, 3] }] }""")]
    [InlineData(
        """{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "repeat": -1, "layers": [{ "op": "Relu" }] }, { "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "repeat": 1 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "if": 1 }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "block": 1 }] }""")]
    [InlineData(
        """{ "name": "Net", "inputs": { "x": [4] }, "blocks": { "b": { "layers": [] } }, "layers": [{ "block": "b", "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "blocks": { "b": { } }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "parameters": { "a b": 1 }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "parameters": { "a": [1] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }], "outputs": {} }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }], "trainable": { "batchSize": 0 } }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }], "trainable": { "loss": "Entropy" } }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }], "trainable": { "labelSmoothing": 1 } }""")]
    public void BadOnesAreInvalidAndRefused(string text)
    {
        Assert.False(Schema.IsValid(JsonNode.Parse(text)));
        Assert.Null(JsonFrontEnd.Build(text).Model);
    }

    [Fact]
    public void WhatIsWrittenIsValid() =>
        Assert.All(JsonSamples.Names, name =>
            Assert.True(Schema.IsValid(JsonNode.Parse(NetworkJson.Write(JsonFrontEnd.Build(JsonSamples.Read(name)).Model!)))));
}
