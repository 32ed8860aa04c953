using System.Runtime.Loader;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Claims;

/// <summary>
/// The cases in a process of their own, with the instruction sets that its environment leaves enabled: a kernel that touches what is not
/// its own ends it.
/// </summary>
internal static class ClaimsProgram
{
    public const string Verb = "claims";

    /// <param name="arguments">The file of compiled cases and, for one that is wrong on purpose, its name.</param>
    public static int Execute(string[] arguments)
    {
        Console.WriteLine($"engine {Program.Engine}");
        var library = new ClaimsLibrary(AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(arguments[0])));
        if (arguments.Length == 1)
        {
            library.Report();
            return 0;
        }
        foreach (string problem in library.Problems(WrongKernels.All.Single(c => c.Name == arguments[1])))
            Console.WriteLine($"failure {problem}");
        return 0;
    }
}
