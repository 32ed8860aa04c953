using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Model;

/// <summary>What a network as a whole asks of the compiler, beside its graph: the values of <see cref="NetworkOption"/>.</summary>
internal sealed record CompilerOptions : OptionSet
{
    public static readonly CompilerOptions Default = new();

    /// <param name="optimize">What kernels are chosen for.</param>
    /// <param name="weightStorage">How fully connected layers that do not say it themselves store their weights.</param>
    /// <param name="batch">The most samples that one call of <c>Forward</c> takes.</param>
    /// <param name="profile">Whether there is a method that measures each step.</param>
    public CompilerOptions(
        Optimization optimize = Optimization.Speed, LinearStorage weightStorage = LinearStorage.Auto, int batch = 1, bool profile = false)
    {
        this[NetworkOption.Optimize] = NetworkOption.Optimize.Words[(int)optimize];
        this[NetworkOption.WeightStorage] = NetworkOption.WeightStorage.Words[(int)weightStorage];
        this[NetworkOption.Batch] = batch;
        this[NetworkOption.Profile] = profile;
    }

    /// <summary>What was said, as it was written.</summary>
    public CompilerOptions(AttributeMap said)
        : base(NetworkOption.All, said)
    {
    }

    /// <summary>What kernels are chosen for.</summary>
    public Optimization Optimize => (Optimization)NetworkOption.Optimize.IndexOf(this[NetworkOption.Optimize]);
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
