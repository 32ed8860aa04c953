using System.Reflection;
using ModelGen.Generator.Emit;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Claims;

/// <summary>The compiled kernels of some cases.</summary>
internal sealed class ClaimsLibrary(Assembly assembly)
{
    private readonly Type _methods = assembly.GetType($"{SourceHeader.Namespace}.Claims", throwOnError: true)!;

    /// <summary>The bytes of an assembly with all cases.</summary>
    public static byte[] Image => s_image.Value;

    private static readonly Lazy<byte[]> s_image =
        new(() => GeneratedLibrary.CompileTexts([("Claims.cs", KernelCase.Emit([.. KernelCase.All, .. WrongKernels.All]))]));

    /// <summary>What the kernel of a case does against its claims.</summary>
    public IReadOnlyList<string> Problems(KernelCase kernelCase) =>
        KernelProbe.Problems(new KernelRun(kernelCase, MethodOf(kernelCase.Name)!, MethodOf(kernelCase.Name + "Part")));

    /// <summary>Holds all cases against their claims, and prints what each is before it begins: it may end the process.</summary>
    public void Report()
    {
        foreach (KernelCase kernelCase in KernelCase.All)
        {
            Console.WriteLine($"case {kernelCase}");
            foreach (string problem in Problems(kernelCase).Distinct())
                Console.WriteLine($"failure {kernelCase}: {problem}");
        }
        Console.WriteLine("done");
    }

    private KernelMethod? MethodOf(string name) => _methods.GetMethod(name)?.CreateDelegate<KernelMethod>();
}
