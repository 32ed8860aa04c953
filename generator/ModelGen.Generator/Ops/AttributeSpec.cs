using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>What kind of value an attribute takes, and in which forms users may write it.</summary>
internal enum AttributeKind
{
    /// <summary>One integer.</summary>
    Int,

    /// <summary>Height and width; one integer stands for both.</summary>
    Pair,

    /// <summary>Top, left, bottom and right; one integer stands for all, two for height (top, bottom) and width.</summary>
    Border,

    /// <summary>Any number of integers, such as the sizes of a shape.</summary>
    Ints,

    /// <summary>A real number.</summary>
    Float,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>One of <see cref="AttributeSpec.Words"/>.</summary>
    Word,
}

/// <summary>One attribute of an operator.</summary>
/// <param name="Name">PyTorch's name in camel case.</param>
/// <param name="Default">Null where the attribute must be given.</param>
/// <param name="Minimum">Smallest value allowed for each integer.</param>
internal sealed record AttributeSpec(
    string Name, AttributeKind Kind, AttributeValue? Default, string Documentation, int Minimum = int.MinValue)
{
    /// <summary>The words an attribute of kind <see cref="AttributeKind.Word"/> can be.</summary>
    public EquatableArray<string> Words { get; init; } = [];

    /// <summary>The enum of the library whose members are the words, where it is not called as the attribute is.</summary>
    public string? EnumName { get; init; }

    /// <summary>Where PyTorch's default is another attribute (a pool's stride is its kernel size), that attribute's name.</summary>
    public string? DefaultsTo { get; init; }

    /// <summary>True where the layer's parameters say it already, so that the node in the graph does not repeat it.</summary>
    public bool LayerOnly { get; init; }
}
