using ModelGen.Generator.Collections;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Model;

/// <summary>What <c>[Network]</c> and the top of a network file say beside the network: a row each.</summary>
internal static class NetworkOption
{
    private static readonly List<Option> Rows = [];

    public static readonly IntegerOption Batch = Row(new IntegerOption("Batch", 1, least: 1,
        "The most samples of one call of `Forward`.")
    {
        Remarks = "Kernels and memory are planned for this many; a call may have fewer, and `ArenaBytes` grows with it.",
    });

    public static readonly FlagOption Profile = Row(new FlagOption("Profile",
        "Whether the network gets a method `Profile`, which is `Forward` with a clock between its steps, and `Summary.Steps`, which says "
        + "what they are."));

    public static readonly WordOption Optimize = Row(new WordOption("Optimize", ["speed", "memory", "exact"],
        "What kernels are chosen for: `Speed`, `Memory`, which is none that stores weights in a larger form, or `Exact`, which is "
        + "direct sums alone."));

    public static readonly WordOption WeightStorage = Row(new WordOption(
        "WeightStorage", WeightStorages.Words,
        "How fully connected layers that do not say it themselves store their weights for inference: `Float32`, unless given, or "
        + "`BFloat16`, in half the memory."));

    /// <summary>All, in their order.</summary>
    public static EquatableArray<Option> All { get; } = Rows.ToEquatableArray();

    private static T Row<T>(T option) where T : Option
    {
        Rows.Add(option);
        return option;
    }
}
