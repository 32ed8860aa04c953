using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Loader;
using ModelGen.Tests.Golden;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Harness;

/// <summary>
/// The test assembly as a program: runs the golden cases with the instruction sets that its environment leaves enabled, as the runtime reads those switches
/// only when a process starts; trains, to be killed (<see cref="TrainingRun"/>); or loads weights from files between guards (<see cref="MappedParameters"/>).
/// </summary>
internal static class Program
{
    /// <summary>What this process may use, as <see cref="EngineTests"/> expects to read it.</summary>
    public static string Engine =>
        Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128" : "scalar";

    /// <param name="arguments">The file of compiled golden cases; "train", a folder and where to stop; or "mapped".</param>
    public static int Main(string[] arguments)
    {
        if (arguments is ["train", string folder, string stop])
            return TrainingRun.Execute(folder, stop);
        if (arguments is ["mapped"])
        {
            Console.WriteLine($"engine {Engine}");
            return MappedParameters.Execute();
        }
        if (arguments is not [string image])
        {
            Console.Error.WriteLine("usage: ModelGen.Tests COMPILED_CASES | train FOLDER STOP | mapped; 'dotnet test' runs the tests");
            return 2;
        }
        Console.WriteLine($"engine {Engine}");
        var library = new GeneratedLibrary(AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(image)));
        int cases = 0;
        foreach (string id in GoldenLibrary.AllIds)
        {
            cases++;
            foreach (string failure in GoldenLibrary.Failures(id, library))
                Console.WriteLine($"failure {id}: {failure}");
        }
        Console.WriteLine($"cases {cases}");
        return 0;
    }

    /// <summary>How this program is started again.</summary>
    public static ProcessStartInfo Start(params string[] arguments)
    {
        // The dotnet program that runs these tests, or the one on the path.
        string? host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath;
        var start = new ProcessStartInfo(host is not null && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments.Prepend(typeof(Program).Assembly.Location).Prepend("exec"))
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Starts it again, without some instructions perhaps, and waits for its end, which must be a good one.</summary>
    /// <param name="switchedOff">The environment variable that takes the instructions away; null for none.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The lines that it printed.</returns>
    public static IReadOnlyList<string> Run(string? switchedOff, params string[] arguments)
    {
        ProcessStartInfo start = Start(arguments);
        if (switchedOff is not null)
            start.Environment[switchedOff] = "0";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string[] lines = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}\n{string.Join("\n", lines.TakeLast(50))}\n{errors.Result}");
        return lines;
    }
}
