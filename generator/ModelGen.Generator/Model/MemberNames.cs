using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Model;

/// <summary>The names of a network's inputs and outputs, for as much of its surface as errors leave; of none known, none.</summary>
internal sealed record MemberNames(EquatableArray<string> Inputs, EquatableArray<string> Outputs)
{
    public static readonly MemberNames Unknown = new([], []);
}
