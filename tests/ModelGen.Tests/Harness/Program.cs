using System.Runtime.Intrinsics;
using System.Runtime.Loader;
using ModelGen.Tests.Golden;

namespace ModelGen.Tests.Harness;

/// <summary>
/// The test assembly as a program: runs the golden cases with the instruction sets that its environment leaves enabled. The runtime reads those switches
/// only when a process starts, so each choice needs a process of its own.
/// </summary>
internal static class Program
{
    /// <summary>What this process may use, as <see cref="EngineTests"/> expects to read it.</summary>
    public static string Engine =>
        Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128" : "scalar";

    /// <param name="arguments">The file of compiled golden cases.</param>
    public static int Main(string[] arguments)
    {
        if (arguments is not [string image])
        {
            Console.Error.WriteLine("usage: ModelGen.Tests COMPILED_CASES; 'dotnet test' runs the tests");
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
}
