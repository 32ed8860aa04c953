namespace ModelGen.Generator.Tests.Json;

/// <summary>Each mistake in a network file is told once, with file, line and column.</summary>
public class JsonDiagnosticsTests
{
    [Theory]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 5 }""", 3, "MG0101",
        "Conv2d 'conv1': kernel 5 is larger than the padded input height 4; use a kernel of at most 4 or a padding that adds 1 more")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6 }""", 3, "MG0005", "Conv2d 'conv1' needs kernelSize")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 0, "kernelSize": 1 }""", 36, "MG0005",
        "Conv2d 'conv1': outChannels must be at least 1, got 0")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": [1, 0] }""", 57, "MG0005",
        "Conv2d 'conv1': kernelSize[1] must be at least 1, got 0")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": [1] }""", 53, "MG0005",
        "Conv2d 'conv1': kernelSize takes 2 numbers (height, width), got 1")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 1, "padding": [1, 1, 1] }""", 67, "MG0005",
        "Conv2d 'conv1': padding takes 2 numbers (height, width) or 4 (top, left, bottom, right), got 3")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 1.0 }""", 53, "MG0303",
        "Conv2d 'conv1': kernelSize must be an integer without point and exponent, got the number 1.0")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 99999999999 }""", 53, "MG0005",
        "Conv2d 'conv1': kernelSize must be at most 2147483647, got 99999999999")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 99999999999999999999 }""", 53, "MG0303",
        "Conv2d 'conv1': kernelSize must be an integer of 64 bits, got the number 99999999999999999999")]
    [InlineData("""{ "op": "Conv2d", "outChannels": true, "kernelSize": 1 }""", 36, "MG0303",
        "Conv2d 'conv1': outChannels must be an integer or an expression in a string, got true")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernel": 1, "kernelSize": 1 }""", 39, "MG0302",
        "Conv2d 'conv1' has no 'kernel'; there are 'outChannels', 'kernelSize', 'stride', 'padding', 'dilation', 'groups', 'bias', "
            + "'paddingMode', 'algorithm', 'init', 'initGain', 'initMean', …")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 1, "paddding": 1 }""", 56, "MG0302",
        "Conv2d 'conv1' has no 'paddding'; did you mean 'padding'?")]
    [InlineData("""{ "op": "Conv2d", "outChannels": "2 * wdth", "kernelSize": 1 }""", 41, "MG0306",
        "Conv2d 'conv1': outChannels: nothing is called 'wdth'; did you mean 'width'?")]
    [InlineData("""{ "op": "Conv2d", "outChannels": "width / (width - 8)", "kernelSize": 1 }""", 43, "MG0306",
        "Conv2d 'conv1': outChannels: 8 / 0 has no value")]
    [InlineData("""{ "op": "Linear", "outFeatures": 6, "bias": 1.5 }""", 47, "MG0303",
        "Linear 'fc1': bias must be an integer without point and exponent, got the number 1.5")]
    [InlineData("""{ "op": "Linear", "outFeatures": 6 }""", 3, "MG0102",
        "Linear 'fc1' needs 1 dimension per sample, got 8×4×9; put Flatten before it")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": 1, "init": "random" }""", 64, "MG0005",
        "Conv2d 'conv1': init must be one of auto, he, xavier, lecun, heNormal, xavierNormal, normal, truncatedNormal, orthogonal, "
        + "constant, got 'random'")]
    [InlineData("""{ "op": "Conv2d", "outChannels": 6, "kernelSize": [3, 1], "algorithm": "winograd2" }""", 74, "MG0111",
        "Conv2d 'conv1': winograd2, Winograd's F(2×2, 3×3) or F(2×2, 5×5) or F(2×2, 3×3) of stride 2, needs kernel 3×3 and stride 1×1 or "
            + "kernel 5×5 and stride 1×1 or kernel 3×3 and stride 2×2, dilation 1×1 and 1 group; got kernel 3×1, stride 1×1, dilation 1×1 "
            + "and 1 group; use direct or auto")]
    [InlineData("""{ "op": "BatchNorm2d", "eps": 1e999 }""", 33, "MG0005",
        "BatchNorm2d 'bn1': eps must be a finite number of single precision, got the number 1e999")]
    [InlineData("""{ "op": "Rely" }""", 11, "MG0304", "there is no layer 'Rely'; did you mean 'Relu'?")]
    [InlineData("""{ "op": "Reorder" }""", 11, "MG0304", null)]
    [InlineData("""{ "op": "Relu", "from": "conv1" }""", 27, "MG0003",
        "Relu 'relu1' reads 'conv1', but no layer before it has that name; there are 'input', 'x'")]
    [InlineData("""{ "op": "Add", "from": ["x"] }""", 26, "MG0107",
        "Add 'add1' takes 2 to 8 inputs, got 1; name them all in 'from', the layer before too: [\"a\", \"b\"]")]
    [InlineData("""{ "op": "Add" }""", 3, "MG0107",
        "Add 'add1' takes 2 to 8 inputs, got 1; name them all in 'from', the layer before too: [\"a\", \"b\"]")]
    [InlineData("""{ "op": "Relu", "from": ["x", "x"] }""", 27, "MG0107", "Relu 'relu1' takes 1 input, got 2")]
    [InlineData("""{ "op": "Relu", "name": "a b" }""", 27, "MG0005",
        "Relu: 'a b' cannot be a layer's name; it is letters, digits, underscores and hyphens, in parts joined "
            + "by points, as in 'layer1.0.conv1'")]
    [InlineData("""{ "op": "Relu", "name": "input" }""", 27, "MG0006", "Relu 'input': this name is the network's input; choose another")]
    [InlineData("""{ "op": "Relu", "name": "r" }, { "op": "Tanh", "name": "r" }""", 58, "MG0006",
        "Tanh 'r': another layer, Relu 'r', has this name already; give one of them another name")]
    [InlineData("""{ "op": "Relu", "name": "r${w}" }""", 31, "MG0306", "Relu: name: nothing is called 'w'; there are 'width'")]
    [InlineData("""{ }""", 3, "MG0303", "a layer has one of 'op', 'block', 'repeat', 'if', got none of them")]
    [InlineData("""{ "op": "Relu", "block": "b" }""", 3, "MG0303",
        "a layer has one of 'op', 'block', 'repeat', 'if', got 'op' and 'block'")]
    [InlineData("""1""", 3, "MG0303", "a layer must be an object, got the number 1")]
    [InlineData("""{ "repeat": 2 }""", 3, "MG0303", "a repeat needs 'layers'")]
    [InlineData("""{ "repeat": 2, "index": "width", "layers": [] }""", 27, "MG0308",
        "'width' is a parameter or index here already; choose another name")]
    [InlineData("""{ "if": "width >", "layers": [] }""", 19, "MG0306", "if: expected a number or a name")]
    [InlineData("""{ "block": "bb" }""", 14, "MG0305", "there is no block 'bb'; did you mean 'b'?")]
    [InlineData("""{ "block": "b" }""", 3, "MG0005", "block 'b' needs size")]
    [InlineData("""{ "block": "b", "sise": 1 , "size": 1 }""", 19, "MG0302", "block 'b' has no 'sise'; did you mean 'size'?")]
    public async Task OnTheValueAtFault(string layer, int column, string id, string? message)
    {
        JsonReport report = await CompileJson.Run($$"""
            {
              "name": "Net", "inputs": { "x": [8, 4, 9] }, "parameters": { "width": 8 },
              "blocks": { "b": { "parameters": { "size": null }, "layers": [{ "op": "Conv2d", "name": "c", "outChannels": "size", "kernelSize": "size" }] } },
              "layers": [
              {{layer}}
              ]
            }
            """);
        JsonFinding finding = Assert.Single(report.Findings);
        Assert.Equal(new JsonFinding(id, "Net.network.json", 5, column, message ?? finding.Message), finding);
        Assert.Contains("was compiled with errors", Assert.Single(report.Generated).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InBlocksTheCallIsTold()
    {
        JsonReport report = await CompileJson.Run("""
            {
              "name": "Net", "inputs": { "image": [3, 8, 8] },
              "blocks": {
                "conv": { "parameters": { "size": null },
                  "layers": [
                    { "op": "Conv2d", "name": "c", "outChannels": 4, "kernelSize": "size" }
                  ] },
                "stage": { "layers": [{ "repeat": 5, "index": "i", "layers": [
                    { "block": "conv", "name": "${i}", "size": "2 * i + 1" } ] },
                    { "op": "Relu", "from": "c" }] }
              },
              "layers": [
                { "block": "stage", "name": "first" }
              ]
            }
            """);
        Assert.Equal(
            [
                new JsonFinding("MG0101", "Net.network.json", 6, 9,
                    "Conv2d 'first.3.c': kernel 7 is larger than the padded input height 2; use a kernel of at most 2 or a padding that "
                        + "adds 5 more; "
                    + "in block 'conv' called at line 9, column 9, in block 'stage' called at line 13, column 5"),
                new JsonFinding("MG0003", "Net.network.json", 10, 33,
                    "Relu 'relu1' reads 'c', but no layer before it of this block has that name; did you mean '0.c' or '1.c' or '2.c' or "
                        + "'3.c' or '4.c'?; "
                    + "in block 'stage' called at line 13, column 5"),
            ],
            report.Findings);
    }

    [Theory]
    [InlineData("{\n  \"name\": \"Net\",\n  \"layers\": [ 1 \n}", 4, 1, "MG0301", "expected ',' or ']', got '}'", 1)]
    [InlineData("", 1, 1, "MG0301", "the text is empty", 0)]
    [InlineData("[]", 1, 1, "MG0303", "a network must be an object, got an array", 0)]
    [InlineData("{ \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 1, "MG0303",
        "a network needs 'name', which is the name of its class", 0)]
    [InlineData("{ \"name\": \"Net\", \"layers\": [{ \"op\": \"Relu\" }] }", 1, 1, "MG0002",
        "the network has no 'inputs'; add e.g. \"inputs\": { \"image\": [3, 224, 224] } for channels, height and width or [784] for "
            + "features", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [] }", 1, 52, "MG0009", "the network has no 'layers'", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4, 4, 1, 1, 1, 1] }, \"layers\": [{ \"op\": \"Relu\" }] }",
        1, 35, "MG0005", "input 'x' "
        + "takes 1 to 5 sizes without the batch, such as 3 (channels, height, width) or 1 (features); got 6 (4, 4, 1, 1, 1, 1)", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [0] }, \"layers\": [{ "
        + "\"op\": \"Relu\" }] }", 1, 36, "MG0005", "input 'x': a size must be at least 1, got 0", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"labels\": [4] }, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 30, "MG0308", null, 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"output\": [4] }, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 30, "MG0308", null, 1)]
    [InlineData("{ \"name\": \"Weights\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 11, "MG0308",
        "'Weights' is the name of a member of every network's class; choose another name for the class", 0)]
    [InlineData("{ \"name\": \"Net\", \"title\": 1, \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 18, "MG0302",
        null, 1)]
    [InlineData(
        "{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }, { \"op\": \"Tanh\", \"from\": \"x\" }] }", 1,
        53, "MG0004", "Relu 'relu1': no layer reads its result; remove it, or name it as the input of a later layer", 1)]
    [InlineData(
        "{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }], \"outputs\": { \"output\": \"relu\" } }", 1,
        95, "MG0003", "output 'output' reads 'relu', but no layer before it has that name; did you mean 'relu1'?", 1)]
    [InlineData(
        "{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }], \"outputs\": { \"scores\": \"relu1\" }, "
            + "\"trainable\": {} }", 1, 119, "MG0110",
            "trainable: the loss CrossEntropy needs an output of class scores, named 'output'; got 'scores'", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4], \"y\": [4] }, \"layers\": [{ \"op\": \"Relu\", \"from\": \"x\" }] }", 1, 40,
        "MG0004", "input 'y': no layer reads it; remove it, or let a layer read it", 1)]
    [InlineData(
        "{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }], \"outputs\": { \"a\": \"relu1\", \"input\": "
            + "\"relu1\" } }", 1, 99, "MG0308",
            "'input' would be the argument input and the constant InputLength, of which one is taken already; choose another name", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [1, 2, 2] }, \"layers\": [{ \"op\": \"Relu\" }], "
        + "\"trainable\": { \"loss\": \"Hinge\" } }", 1, 91, "MG0110",
        "trainable: the loss Hinge needs 1 dimension of class scores per sample, got 1×2×2; end with Flatten and Linear", 1)]
    [InlineData(
        "{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Relu\" }], \"trainable\": { \"labelSmoothing\": 1 } }",
        1, 105, "MG0005", "trainable: labelSmoothing must be at least 0 and less than 1, got 1", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"batch\": 0, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 51, "MG0005",
        "batch must be at least 1, got 0", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"batch\": -1, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 51, "MG0005",
        "batch must be at least 1, got -1", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"batch\": [8], \"layers\": [{ \"op\": \"Relu\" }] }", 1, 51, "MG0303",
        "batch must be an integer or an expression in a string, got an array", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"optimize\": \"size\", \"layers\": [{ \"op\": \"Relu\" }] }", 1, 54,
        "MG0005", "optimize must be one of speed, memory, exact, got 'size'", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"profile\": 1, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 53, "MG0303",
        "profile must be true or false, got the number 1", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"batch\": 99999999999, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 51,
        "MG0005", "batch must be at most 2147483647, got 99999999999", 1)]
    [InlineData("{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"batch\": 2000000000, \"layers\": [{ \"op\": \"Relu\" }] }", 1, 51,
        "MG0108",
        "batch: 2000000000 samples of 4 elements, the largest tensor, make 8000000000; at most 1073741824 are supported, which are "
            + "268435456 samples", 1)]
    [InlineData(
        "{ \"name\": \"Net\", \"inputs\": { \"x\": [4] }, \"layers\": [{ \"op\": \"Linear\", \"outFeatures\": 2 }], \"trainable\": { "
            + "\"batchSize\": 2000000000 } }", 1, 105, "MG0108",
            "trainable: 2000000000 samples of 4 elements, the largest tensor, make 8000000000; at most 1073741824 are supported, which are "
                + "268435456 samples", 1)]
    public async Task OfTheFile(string text, int line, int column, string id, string? message, int generated)
    {
        JsonReport report = await CompileJson.Run(text);
        JsonFinding finding = Assert.Single(report.Findings);
        Assert.Equal(new JsonFinding(id, "Net.network.json", line, column, message ?? finding.Message), finding);
        Assert.Equal(generated, report.Generated.Count);
    }

    // Where it is plain what was meant the rest is what the author wrote, so that all mistakes are told at once.
    [Fact]
    public async Task AFileIsReadOnAfterAMistake()
    {
        JsonReport report = await CompileJson.Run("""
            {
              "name": "Net", // a network
              "inputs": { "x": [4], },
              "layers": [{ "op": "Rely" } { "op": "Linear", "outFeatures": 0, }],
              "outputs": { "scores": "fc1" }
            }
            """);
        Assert.Equal(
            [
                (2, 18, "MG0301", "JSON has no comments"), (3, 25, "MG0301", "a comma before '}' is one too many"),
                (4, 22, "MG0304", "there is no layer 'Rely'; did you mean 'Relu'?"),
                (4, 31, "MG0301", "expected ',' or ']', got '{'"), (4, 64, "MG0005", "Linear 'fc1': outFeatures must be at least 1, got 0"),
                (4, 67, "MG0301", "a comma before '}' is one too many"),
            ],
            report.Findings.Select(f => (f.Line, f.Column, f.Id, f.Message)));
    }

    // Behind a mistake of which it is open what was meant others may follow from it.
    [Theory]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": Relu }, { "op": "Rely" }], }""",
        "expected a value, got 'Relu'; strings stand in double quotes")]
    [InlineData("""{ "name": "Net", "layers": [{ "op": "Relu" }, { "op": """, "expected a value, got the end of the text")]
    [InlineData("""{ "name": "Net", "trainable" { }, "layers": [{ "op": "Rely" }] }""", "expected ':' after the name 'trainable', got '{'")]
    [InlineData("""{ "name": "Net", name: 2, "layers": [{ "op": "Rely" }] }""", "expected a name in double quotes, got 'n'")]
    public async Task TheFirstUnclearMistakeIsTheLast(string text, string message)
    {
        JsonReport report = await CompileJson.Run(text, "namespace Root; class User { Net.Trainer? T; }");
        Assert.Equal(message, Assert.Single(report.Findings, f => f.Id != "CS0169").Message);
    }

    [Fact]
    public async Task TwoNetworksOfOneName()
    {
        const string Net = """{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""";
        JsonReport report = await CompileJson.Run([("a.network.json", Net), ("b.network.json", Net)], "Root");
        Assert.Equal(new JsonFinding("MG0309", "b.network.json", 1, 11, "Net is declared by a.network.json already; choose another name"),
            Assert.Single(report.Findings));
        Assert.Single(report.Generated);
    }

    [Fact]
    public async Task TheUsersOwnPartIsChecked()
    {
        const string Net = """{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""";
        Assert.Empty((await CompileJson.Run(Net, "namespace Root; partial class Net { public int Own => InputLength; }")).Findings);
        JsonReport report = await CompileJson.Run(Net, "namespace Root; partial class Net { public int Forward => 1; }");
        Assert.Contains(report.Findings, f => f is { Id: "MG0008", Line: 1, Column: 11 });
    }
}
