using ModelGen.Safetensors;

namespace ModelGen.Tool.Tests;

public sealed class FileCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tool-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Inspect_lists_tensors_with_statistics()
    {
        string file = Write("a.st", ("fc.weight", [2, 2], [1, -3, 0, float.NaN]), ("fc.bias", [2], [0.5f, 0.25f]));
        var table = Invocation.Run("inspect", file);
        Assert.Equal((ExitCode.Success, ""), (table.Code, table.Error));
        Assert.Contains("fc.weight", table.Output, StringComparison.Ordinal);
        Assert.Contains("2×2", table.Output, StringComparison.Ordinal);
        Assert.Contains("F32: 2 tensors, 6 values, 24 bytes\n", table.Output, StringComparison.Ordinal);
        // No colours where nobody looks.
        Assert.DoesNotContain('\u001b', table.Output);

        var weight = Invocation.Run("inspect", file, "--json").Json.GetProperty("tensors").EnumerateArray(
            ).Single(t => t.GetProperty("name").GetString() == "fc.weight");
        Assert.Equal("F32", weight.GetProperty("dtype").GetString());
        Assert.Equal([2L, 2L], weight.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()));
        Assert.Equal(16, weight.GetProperty("bytes").GetInt64());
        var statistics = weight.GetProperty("statistics");
        Assert.Equal(-3, statistics.GetProperty("minimum").GetDouble());
        Assert.Equal(1, statistics.GetProperty("maximum").GetDouble());
        Assert.Equal(-2 / 3.0, statistics.GetProperty("mean").GetDouble(), 1e-12);
        Assert.Equal(Math.Sqrt(26 / 9.0), statistics.GetProperty("deviation").GetDouble(), 1e-12);
        Assert.Equal((1, 1), (statistics.GetProperty("zeros").GetInt64(), statistics.GetProperty("nonFinite").GetInt64()));
    }

    [Theory]
    [InlineData("inspect", "none.st")]
    [InlineData("inspect", "damaged.st")]
    [InlineData("inspect", "damaged.st", "--unknown")]
    [InlineData("inspect")]
    [InlineData("bogus")]
    [InlineData("diff", "damaged.st", "damaged.st")]
    [InlineData("convert", "damaged.st", "out.st")]
    [InlineData("convert", "good.st", "out.st", "--dtype", "I8")]
    [InlineData("convert", "good.st", "out.st", "--dtype", "F99")]
    [InlineData("convert", "good.st", "out.st", "--rename", "[=x")]
    [InlineData("convert", "good.st", "out.st", "--rename", "x")]
    [InlineData("diff", "good.st", "good.st", "--tolerance", "-1")]
    [InlineData("summary", "none.csproj")]
    [InlineData("summary", "damaged.dll")]
    [InlineData("new", "bogus")]
    [InlineData("new", "vgg16", "--class", "1x")]
    public void Says_what_is_wrong_in_one_line_and_returns_2(params string[] arguments)
    {
        File.WriteAllText(Path.Combine(folder, "damaged.st"), "not a safetensors file");
        File.WriteAllText(Path.Combine(folder, "damaged.dll"), "not an assembly");
        Write("good.st", ("a", [1], [1]));
        var run = Invocation.Run(
            [.. arguments.Select(a => a.EndsWith(".st", StringComparison.Ordinal) || a.EndsWith(".dll", StringComparison.Ordinal)
            ? Path.Combine(folder, a) : a)]);
        Assert.Equal((ExitCode.BadInput, ""), (run.Code, run.Output));
        Assert.StartsWith("modelgen: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.False(File.Exists(Path.Combine(folder, "out.st")));
    }

    [Fact]
    public void Diff_names_what_differs_and_returns_1()
    {
        string a = Write("a.st", ("same", [2], [1, 2]), ("value", [2], [1, 2]), ("shape", [2], [1, 2]), ("gone", [1], [1]));
        string b = Write("b.st", ("same", [2], [1, 2]), ("value", [2], [1, 2.5f]), ("shape", [1, 2], [1, 2]), ("new", [1], [1]));
        var same = Invocation.Run("diff", a, a);
        Assert.Equal((ExitCode.Success, "0 of 4 tensors differ\n"), (same.Code, same.Output));
        var run = Invocation.Run("diff", a, b, "--json");
        Assert.Equal(ExitCode.No, run.Code);
        var tensors = run.Json.GetProperty("tensors").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!);
        Assert.Equal(["gone", "new", "shape", "value"], tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("shape 2, 1×2", tensors["shape"].GetProperty("difference").GetString());
        Assert.Equal((1, 0.5), (tensors["value"].GetProperty("differentValues").GetInt64(
            ), tensors["value"].GetProperty("largestDifference").GetDouble()));
        Assert.Contains("4 of 5 tensors differ", Invocation.Run("diff", a, b).Output, StringComparison.Ordinal);
        Assert.Contains("3 of 5 tensors differ", Invocation.Run("diff", a, b, "--tolerance", "0.5").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F32")]
    public void Convert_rounds_to_the_nearest_and_renames(string dtype)
    {
        float[] values = [1, -0.1f, 1.00390625f, 1.01171875f, 3.389e38f * 0, float.NaN, float.PositiveInfinity, 65504, 1e-8f];
        string input = Write("in.st", ("module.conv.weight", [9], values), ("module.bn.num_batches_tracked", [1], [7])),
            output = Path.Combine(folder, "out.st");
        var run = Invocation.Run("convert", input, output, "--dtype", dtype, "--strip-prefix", "module.", "--rename", "^(conv)=layer.$1",
            "--drop", "tracked$");
        Assert.Equal((ExitCode.Success, ""), (run.Code, run.Error));
        using (var file = SafetensorsFile.Open(output))
        {
            var tensor = Assert.Single(file.Tensors);
            Assert.Equal(("layer.conv.weight", dtype), (tensor.Name, tensor.Dtype.ToString()));
            var read = new float[9];
            file.Read(tensor.Name, read);
            // 8 bits before the point of BF16's mantissa: 1.00390625 is between two, of which 1 is even, and 1.01171875 too, of which
            // 1.015625 is.
            float[] expected = dtype switch
            {
                "F16" => [.. values.Select(value => (float)(Half)value)],
                "BF16" => [1, -0.10009765625f, 1, 1.015625f, 0, float.NaN, float.PositiveInfinity, 65536, read[8]],
                _ => values,
            };
            Assert.Equal(expected, read);
            Assert.Equal(1e-8f, read[8], 4e-9f * (dtype == "F16" ? 3 : 0.01f));
        }

        // What is converted back to floats, and only to names, loses nothing more.
        string back = Path.Combine(folder, "back.st");
        Assert.Equal(ExitCode.Success, Invocation.Run("convert", output, back, "--dtype", "F32").Code);
        Assert.Equal(ExitCode.Success, Invocation.Run("diff", output, back, "--tolerance", "1e-30").Code);
    }

    [Fact]
    public void Convert_refuses_what_would_lose_values_or_names()
    {
        string input = Write("in.st", ("a.x", [1], [1e6f]), ("b.x", [1], [1])), output = Path.Combine(folder, "out.st");
        Assert.Contains("a.x: 1000000 is too large for F16", Invocation.Run("convert", input, output, "--dtype", "F16").Error,
            StringComparison.Ordinal);
        Assert.Contains("'b.x' would be called 'x', as 'a.x' is", Invocation.Run("convert", input, output, "--rename", @"^\w\.=").Error,
            StringComparison.Ordinal);
        Assert.Equal(["in.st"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Help_has_examples()
    {
        foreach (string command in (string[])["inspect", "diff", "convert", "summary", "check", "bench", "new"])
        {
            var help = Invocation.Run(command, "--help");
            Assert.Equal(ExitCode.Success, help.Code);
            Assert.Matches($"Examples:\\s+modelgen {command}", help.Output);
            Assert.Contains("--json", help.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void New_writes_every_network_as_a_class()
    {
        foreach (var template in ZooTemplate.All)
        {
            string text = Invocation.Run("new", template.Name, "--output", "-", "--namespace", "My.Networks").Output;
            Assert.Contains($"namespace My.Networks;\n\n[Network]\npublic sealed partial class {template.ClassName}\n", text,
                StringComparison.Ordinal);
            Assert.Contains($"=> {template.Zoo}Layers.{template.Call};", text, StringComparison.Ordinal);
            Assert.Contains($"internal static class {template.Zoo}Layers\n", text, StringComparison.Ordinal);
            // The method that is called is there.
            Assert.Contains($"public static Tensor {template.Call[..template.Call.IndexOf('(', StringComparison.Ordinal)]}(Tensor ", text,
                StringComparison.Ordinal);
            Assert.DoesNotContain("Embedded", text, StringComparison.Ordinal);
            Assert.Contains(template.Name, Invocation.Run("new").Output, StringComparison.Ordinal);
        }
        string file = Path.Combine(folder, "Net.cs");
        Assert.Equal(ExitCode.Success, Invocation.Run("new", "lenet5", "--output", file).Code);
        // What is there is not overwritten.
        Assert.Equal(ExitCode.BadInput, Invocation.Run("new", "lenet5", "--output", file).Code);
    }

    private string Write(string name, params (string Name, long[] Shape, float[] Values)[] tensors)
    {
        string path = Path.Combine(folder, name);
        SafetensorsWriter.Write(path, [.. tensors.Select(tensor => new SafetensorsTensor(tensor.Name, tensor.Shape, tensor.Values))]);
        return path;
    }
}
