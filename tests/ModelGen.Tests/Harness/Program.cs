using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Loader;
using ModelGen.Tests.Claims;
using ModelGen.Tests.Golden;
using ModelGen.Tests.Weights;
using ModelGen.Tests.Zoo;

namespace ModelGen.Tests.Harness;

/// <summary>
/// The test assembly as a program: what needs a process of its own, because it wants other instruction sets, whose switches the runtime
/// reads when a process starts, or may end it; and long runs of what <c>dotnet test</c> tries a small share of.
/// </summary>
internal static class Program
{
    /// <summary>What this process may use, as <see cref="EngineTests"/> expects to read it.</summary>
    public static string Engine =>
        Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128"
            : "scalar";

    private const string Usage = """
        usage: networks COUNT [FIRST]   random networks, from seed FIRST or 1, in inference and training
               guards COUNT [FIRST]     the same with all memory between pages that nobody may touch (Linux)
               show SEED                prints such a network
               pages [timed]            writes the tables of docs/zoo.md and docs/memory.md anew, times too
        'dotnet test' runs the tests, which start this program with
               COMPILED_CASES | train FOLDER STOP | mapped | bits | touch FLOAT | claims COMPILED_KERNELS
               | compiled COMPILED_NETWORKS FIRST COUNT guarded|free
        """;

    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["networks" or "guards", string count, .. { Length: <= 1 } first]:
                return Networks(arguments[0] == "guards", Number(first is [string seed] ? seed : "1"), Number(count));
            case ["show", string shown]:
                return Show(WholeCase.Of(Number(shown)));
            case [WrittenPage.Verb, .. { Length: <= 1 } timed] when timed is [] or [WrittenPage.Timed]:
                return WrittenPage.WriteAll(timed.Length > 0);
            case ["compiled", string networks, string from, string number, "guarded" or "free"]:
                return WholeRun.Execute(networks, Number(from), Number(number), arguments[4] == "guarded");
            case ["train", string folder, string stop]:
                return TrainingRun.Execute(folder, stop);
            case ["touch", string index]:
                return GuardedFloats.Touch(Number(index));
            case [ClaimsProgram.Verb, .. var rest]:
                return ClaimsProgram.Execute(rest);
            case ["bits"]:
                return InitialBits.Execute();
            case ["mapped"]:
                return MappedParameters.Execute();
            case [string image] when File.Exists(image):
                return Golden(image);
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static int Networks(bool guarded, int first, int count)
    {
        long start = Stopwatch.GetTimestamp();
        WholeTotals totals = WholeRun.Run(first, count, guarded, together: 25, Console.WriteLine);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(guarded ? "guards" : "networks")}: {totals}; {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
        return totals.Failures.Count == 0 ? 0 : 1;
    }

    private static int Show(WholeCase network)
    {
        Console.WriteLine(network);
        if (network.Training is not null)
            Console.WriteLine($"{network.CreateOptimizer().GetType().Name}\n{network.TrainingGraphs().Step}");
        return 0;
    }

    private static int Golden(string image)
    {
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

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

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
        string[] lines = child.StandardOutput.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}\n{string.Join("\n", lines.TakeLast(50))}\n{errors.Result}");
        return lines;
    }
}
