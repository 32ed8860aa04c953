using ModelGen.Generator.Collections;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Model;

/// <summary>
/// Names that inputs and outputs cannot have as they are, since generated methods mean something else by them. Whichever way a network is
/// written, words of C# and of generated code are written in another way, and what belongs to every class is refused.
/// </summary>
internal static class ReservedNames
{
    // What generated methods call their own arguments and locals, and members of their classes that they use.
    private static readonly HashSet<string> Locals = Words(
        "arena parameters packed scratch samples optimizer randomSeed stepNumber updateNumber accumulated firstSample ownSamples "
        + "team _threads "
        + "evaluates givenOptimizer givenRandomSeed givenStepNumber givenUpdateNumber givenAccumulated check givenCheck _check "
        + "where first loss "
        + "correct step part parts memory threads ticks start end _modelGenArena _modelGenWeights _modelGenThreads _modelGenOwner "
        + "_owner _arena "
        + "_parameters _seed _steps _updates _accumulated Optimizer NotFinite ToWeights CopyWeights nameof");

    /// <summary>
    /// What generated methods have beside inputs and outputs: the trainer's argument, and constants that an argument would hide.
    /// </summary>
    public static EquatableArray<string> Refused => ["labels", "targets", "Batch", "BatchSize"];

    /// <summary>An identifier as an argument of generated methods.</summary>
    public static string AsArgument(string identifier) => Identifiers.IsKeyword(identifier) ? "@" + identifier
        : Locals.Contains(identifier) ? identifier + "_"
        : identifier;

    private static HashSet<string> Words(string text) => new(text.Split(' '), StringComparer.Ordinal);
}
