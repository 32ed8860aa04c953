using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Model;

/// <summary>What may be generated of a class: another part that C# refuses would be an error in a text that nobody wrote.</summary>
/// <param name="Extent">How much.</param>
/// <param name="Taken">
/// What the author declares already and a stub leaves out, as <see cref="Model.GeneratedMember.Key"/>; of nested classes with their names
/// before.
/// </param>
internal sealed record ClassPart(PartExtent Extent, EquatableArray<string> Taken)
{
    /// <summary>The key that stands for all constructors.</summary>
    public const string Constructors = ".ctor";

    public static ClassPart Whole { get; } = new(PartExtent.Whole, []);

    public static ClassPart Nothing { get; } = new(PartExtent.Nothing, []);
}

/// <summary>How much may be generated.</summary>
internal enum PartExtent
{
    /// <summary>No part of the class.</summary>
    Nothing,

    /// <summary>Its public surface, so that the code which uses it has no errors beside the class's own.</summary>
    Stub,

    /// <summary>The network.</summary>
    Whole,
}
