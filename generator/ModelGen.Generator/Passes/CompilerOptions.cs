using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Passes;

/// <summary>What a network as a whole asks of the compiler, beside its graph.</summary>
/// <param name="Optimize">What kernels are chosen for.</param>
internal sealed record CompilerOptions(Optimization Optimize = Optimization.Speed)
{
    public static readonly CompilerOptions Default = new();

    /// <summary>The words for <see cref="Optimization"/> in files, in the order of the members, which is also that of the public enum.</summary>
    public static EquatableArray<string> Optimizations => ["speed", "memory", "exact"];
}

/// <summary>See the public enum <c>Optimize</c>.</summary>
internal enum Optimization
{
    Speed,
    Memory,
    Exact,
}
