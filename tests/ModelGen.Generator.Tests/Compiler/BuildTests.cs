using System.Diagnostics;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Discovery;

namespace ModelGen.Generator.Tests.Compiler;

/// <summary>The same by way of a project: what MSBuild makes of its switches reaches no error of a network.</summary>
public class BuildTests
{
    [Fact]
    public async Task AProjectThatSwitchesAllOffDoesNotBuild()
    {
        string directory = Directory.CreateTempSubdirectory("modelgen-build-").FullName;
        string all = string.Join(';', DiagnosticCatalog.All.Select(d => d.Id));
        await Write("Program.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RunAnalyzers>false</RunAnalyzers>
                <NoWarn>$(NoWarn);{all}</NoWarn>
                <WarningLevel>0</WarningLevel>
                <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{typeof(NetworkAttribute).Assembly.Location}" />
                <Analyzer Include="{typeof(NetworkGenerator).Assembly.Location}" />
              </ItemGroup>
            </Project>
            """);
        await Write(".editorconfig", "root = true\n[*.cs]\ngenerated_code = true\ndotnet_analyzer_diagnostic.severity = none\n"
            + string.Concat(DiagnosticCatalog.All.Select(d => $"dotnet_diagnostic.{d.Id}.severity = none\n")));
        await Write("Digits.cs",
            "#pragma warning disable\nusing ModelGen;\n[Network, Input(3, 32, 32), Conv2d(8, 3), Linear(10), Trainable]\npublic partial "
                + "class Digits;\n");
        await Write("User.cs", "class User { Digits.Trainer T; Missing M; }\n");
        // Nothing from outside the folder.
        await Write("Directory.Build.props", "<Project />");
        await Write("Directory.Build.targets", "<Project />");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["build", "-v:m", "-nodereuse:false", "-p:UseSharedCompilation=false", "-tl:off"])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
        };
        // What runs the tests tells its own MSBuild this and that.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.NotEqual(0, process.ExitCode);
        string first = text.Split('\n').First(l => l.Contains(": error ", StringComparison.Ordinal));
        Assert.Contains("Digits.cs(3,43): error MG0102: Linear 'fc1' needs 1 dimension per sample, got 8×30×30; put Flatten before it",
            first, StringComparison.Ordinal);
        Assert.DoesNotContain("CS0426", text, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);

        Task Write(string name, string content) => File.WriteAllTextAsync(Path.Combine(directory, name), content);
    }
}
