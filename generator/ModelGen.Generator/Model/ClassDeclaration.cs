using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Model;

/// <summary>How the user's class is declared, so that the generated part matches.</summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="ContainingTypes">
/// From the outermost: how each is declared, e.g. <c>partial class Models</c>, <c>partial record struct Box</c>.
/// </param>
/// <param name="Name">The class's name, escaped where it is a keyword.</param>
/// <param name="Accessibility"><c>public</c>, <c>internal</c>, <c>private</c>, …</param>
internal sealed record ClassDeclaration(string Namespace, EquatableArray<string> ContainingTypes, string Name, string Accessibility)
{
    /// <summary><c>class</c>; <c>record</c> of one that is refused for it.</summary>
    public string Keyword { get; init; } = "class";
}
