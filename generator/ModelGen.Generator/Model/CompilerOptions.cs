using ModelGen.Generator.Collections;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Model;

/// <summary>What a network as a whole asks of the compiler, beside its graph.</summary>
/// <param name="Optimize">What kernels are chosen for.</param>
/// <param name="WeightStorage">How fully connected layers that do not say it themselves store their weights.</param>
internal sealed record CompilerOptions(Optimization Optimize = Optimization.Speed, LinearStorage WeightStorage = LinearStorage.Auto)
{
    public static readonly CompilerOptions Default = new();

    /// <summary>The words for <see cref="Optimization"/> in files, in the order of the members, which is also that of the public enum.</summary>
    public static EquatableArray<string> Optimizations => ["speed", "memory", "exact"];

    /// <summary>The same for <see cref="LinearStorage"/>.</summary>
    public static EquatableArray<string> WeightStorages => Ops.WeightStorages.Words;
}

/// <summary>See the public enum <c>Optimize</c>.</summary>
internal enum Optimization
{
    Speed,
    Memory,
    Exact,
}

/// <summary>See the public enum <c>WeightStorage</c>.</summary>
internal enum LinearStorage
{
    Auto,
    Float32,
    BFloat16,
}
