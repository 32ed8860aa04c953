using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Loader;
using ModelGen.Tests.Golden;

namespace ModelGen.Tests.Harness;

/// <summary>
/// The test assembly as a program: runs the golden cases with the instruction sets that its environment leaves enabled, as the runtime reads those switches
/// only when a process starts; or trains, to be killed (<see cref="TrainingRun"/>).
/// </summary>
internal static class Program
{
    /// <summary>What this process may use, as <see cref="EngineTests"/> expects to read it.</summary>
    public static string Engine =>
        Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128" : "scalar";

    /// <param name="arguments">The file of compiled golden cases, or "train", a folder and where to stop.</param>
    public static int Main(string[] arguments)
    {
        if (arguments is ["train", string folder, string stop])
            return TrainingRun.Execute(folder, stop);
        if (arguments is not [string image])
        {
            Console.Error.WriteLine("usage: ModelGen.Tests COMPILED_CASES | train FOLDER STOP; 'dotnet test' runs the tests");
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
}
