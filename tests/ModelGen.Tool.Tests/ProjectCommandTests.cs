using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json;
using ModelGen.Safetensors;

namespace ModelGen.Tool.Tests;

/// <summary>Commands on this project's own networks, by its assembly and by its file.</summary>
public sealed class ProjectCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tool-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Summary_prints_what_the_program_would()
    {
        var run = Invocation.Run("summary", Invocation.Assembly, "Small");
        Assert.Equal((ExitCode.Success, ""), (run.Code, run.Error));
        Assert.Equal(Small.Summary.ToString().TrimEnd() + "\n", run.Output);
        var all = Invocation.Run("summary", Invocation.Assembly, "--json").Json.EnumerateArray(
            ).ToDictionary(network => network.GetProperty("name").GetString()!);
        Assert.Equal(["Joined", "Small"], all.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Small.Summary.PackedBytes, all["Small"].GetProperty("packedBytes").GetInt64());
        Assert.Equal(Small.Summary.Layers.Count, all["Small"].GetProperty("layers").GetArrayLength());
    }

    [Fact]
    public void A_project_is_found_by_its_file()
    {
        // Built already: by whoever runs this test.
        var run = Invocation.Run("summary", Invocation.Project, "ModelGen.Tool.Tests.Small", "--no-build");
        Assert.Equal((ExitCode.Success, ""), (run.Code, run.Error));
        Assert.Equal(Small.Summary.ToString().TrimEnd() + "\n", run.Output);
    }

    [Fact]
    public void A_project_that_does_not_build_is_an_error_with_the_compilers()
    {
        File.WriteAllText(Path.Combine(folder, "Broken.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFrameworks>net10.0;net8.0</TargetFrameworks></PropertyGroup></Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Broken.cs"), "class Broken : Missing;");
        var run = Invocation.Run("summary", folder);
        Assert.Equal((ExitCode.BadInput, ""), (run.Code, run.Output));
        Assert.Contains("error CS0246", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void An_assembly_for_a_newer_runtime_is_an_error_that_says_which()
    {
        int newer = Environment.Version.Major + 1;
        var name = new AssemblyName("System.Runtime") { Version = new Version(newer, 0, 0, 0) };
        // Its base class is all that it refers to.
        var runtime = new PersistedAssemblyBuilder(name, typeof(object).Assembly);
        var root = runtime.DefineDynamicModule("System.Runtime").DefineType("System.Thing", TypeAttributes.Public);
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Newer"), typeof(object).Assembly);
        assembly.DefineDynamicModule("Newer").DefineType("Network", TypeAttributes.Public, root.CreateType()).CreateType();
        string path = Path.Combine(folder, "Newer.dll");
        assembly.Save(path);
        var run = Invocation.Run("summary", path);
        Assert.Equal((ExitCode.BadInput, ""), (run.Code, run.Output));
        Assert.StartsWith($"modelgen: {path}: expected an assembly for .NET {newer - 1} or an older one", run.Error,
            StringComparison.Ordinal);
        Assert.Contains($"this one is for .NET {newer}: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Names_of_networks_are_looked_up()
    {
        Assert.Contains("expected a network of", Invocation.Run("check", Invocation.Assembly, "Smal", "x.st").Error,
            StringComparison.Ordinal);
        Assert.Contains("expected the name of one of its networks: ModelGen.Tool.Tests.Joined, ModelGen.Tool.Tests.Small",
            Invocation.Run("bench", Invocation.Assembly).Error, StringComparison.Ordinal);
        Assert.Contains("expected classes with [Network], found none",
            Invocation.Run("summary", typeof(FactAttribute).Assembly.Location).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_says_whether_weights_fit()
    {
        string good = Path.Combine(folder, "good.st"), bad = Path.Combine(folder, "bad.st");
        Small.CreateWeights(1).Save(good);
        var fits = Invocation.Run("check", Invocation.Assembly, "Small", good);
        Assert.Equal((ExitCode.Success, $"{good} fits ModelGen.Tool.Tests.Small\n"), (fits.Code, fits.Output));

        SafetensorsWriter.Write(bad, [new("conv1.wieght", [4, 1, 3, 3], new float[36]), new("conv1.bias", [4], new float[4])]);
        var run = Invocation.Run("check", Invocation.Assembly, "Small", bad);
        Assert.Equal(ExitCode.No, run.Code);
        Assert.Contains("nearest in the file: 'conv1.wieght'", run.Output, StringComparison.Ordinal);
        var json = Invocation.Run("check", Invocation.Assembly, "Small", bad, "--json").Json;
        Assert.False(json.GetProperty("fits").GetBoolean());
        Assert.Equal(["conv1.wieght"], json.GetProperty("unexpected").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(3, json.GetProperty("missing").GetArrayLength());
        Assert.Equal(ExitCode.BadInput, Invocation.Run("check", Invocation.Assembly, "Small", Path.Combine(folder, "none.st")).Code);
    }

    [Fact]
    public void Check_shows_how_far_it_is_where_it_takes_longer_than_a_second()
    {
        string file = Path.Combine(folder, "good.st");
        Small.CreateWeights(1).Save(file);
        using StringWriter output = new(), error = new();
        var terminal = new Terminal(output, error, isTerminal: false, showsProgress: true);
        // From its start on; waiting longer changes nothing.
        while (!terminal.ShowsProgress)
            Thread.Sleep(50);
        Assert.Equal(ExitCode.Success, CommandLine.Run(["check", Invocation.Assembly, "Small", file], terminal));
        Assert.Equal($"{file} fits ModelGen.Tool.Tests.Small\n", output.ToString());
        Assert.Contains($"\r100 % of {file}", error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(" \r", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Small")]
    [InlineData("Joined")]
    public void Bench_measures_without_allocation(string name)
    {
        var run = Invocation.Run("bench", Invocation.Assembly, name, "--seconds", "0.05", "--json");
        Assert.Equal((ExitCode.Success, ""), (run.Code, run.Error));
        JsonElement json = run.Json;
        Assert.Equal(0, json.GetProperty("allocatedBytes").GetInt64());
        Assert.InRange(json.GetProperty("minimumMicroseconds").GetDouble(), 1e-9, json.GetProperty("medianMicroseconds").GetDouble());
        Assert.InRange(json.GetProperty("shareOfPeak").GetDouble(), 0, 1);
        Assert.Contains("ModelGen.Tool.Tests." + name, Invocation.Run("bench", Invocation.Assembly, name, "--seconds", "0.01").Output,
            StringComparison.Ordinal);
    }
}
