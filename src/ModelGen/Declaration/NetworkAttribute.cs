namespace ModelGen;

/// <summary>
/// Marks a partial class that is a network, compiled at build time: its layers are written as attributes in source order, or it has a
/// static method <c>Define</c> that calls them (see <see cref="Tensor"/>), which can have branches, loops and blocks.
/// <code>
/// [Network, Input(1, 28, 28)]
/// [Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
/// [Flatten, Linear(10)]
/// public sealed partial class Digits;
/// </code>
/// </summary>
/// <remarks>
/// The class may be nested in other partial types and may have members of its own. It must not be generic, static, abstract, file-local or
/// a record. All layers stand on one declaration of the class, since the order of several would be undefined.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NetworkAttribute : Attribute
{
    /// <summary>
    /// The most samples of one call of <c>Forward</c>, at least 1. Kernels and memory are planned for this many; a call may have fewer, and
    /// <c>ArenaBytes</c> grows with it.
    /// </summary>
    public int Batch { get; set; } = 1;

    /// <summary>
    /// Whether the network gets a method <c>Profile</c>, which is <c>Forward</c> with a clock between its steps, and <c>Summary.Steps</c>,
    /// which says what they are.
    /// </summary>
    public bool Profile { get; set; }

    /// <summary>What inference and training are compiled for; <see cref="ModelGen.Optimize.Speed"/> unless given.</summary>
    public Optimize Optimize { get; set; }

    /// <summary>How fully connected layers store their weights for inference, unless they say it themselves; float unless given.</summary>
    public WeightStorage WeightStorage { get; set; }
}
