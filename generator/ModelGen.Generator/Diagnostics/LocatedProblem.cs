using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Diagnostics;

/// <summary>Something wrong, and where.</summary>
/// <typeparam name="TPlace">A front end's own idea of a place, which discovery turns into a position in the text.</typeparam>
/// <param name="Callers">Where the blocks or methods are called in which it is wrong, the innermost first.</param>
internal sealed record LocatedProblem<TPlace>(Problem Problem, TPlace Place, EquatableArray<TPlace> Callers = default);

/// <summary>A place in a declaration.</summary>
/// <param name="Layer">Index of a layer, or one of the constants.</param>
/// <param name="Argument">The C# name of the argument at fault; null for the attribute as a whole.</param>
/// <param name="Element">Which of several values of the argument; -1 for all.</param>
internal readonly record struct Place(int Layer, string? Argument = null, int Element = -1)
{
    private const int ClassIndex = -1;
    private const int InputIndex = -2;
    private const int TrainableIndex = -3;
    private const int NetworkIndex = -4;

    /// <summary>The name of the class.</summary>
    public static Place Class => new(ClassIndex);

    public static Place Input => new(InputIndex);

    public static Place Trainable => new(TrainableIndex);

    /// <summary>The attribute <c>[Network]</c>.</summary>
    public static Place Network => new(NetworkIndex);

    public bool IsClass => Layer == ClassIndex;

    public bool IsInput => Layer == InputIndex;

    public bool IsTrainable => Layer == TrainableIndex;

    public bool IsNetwork => Layer == NetworkIndex;

    /// <summary>The same attribute, at one of its arguments.</summary>
    public Place At(string argument, int element = -1) => new(Layer, argument, element);
}
