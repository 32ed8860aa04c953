using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

/// <summary>Something wrong in a definition, where it was made, and the calls that led there, innermost first.</summary>
internal sealed record DefinitionProblem(Problem Problem, Location Location, IReadOnlyList<Location> Callers);

/// <summary>Interpretation cannot go on.</summary>
internal sealed class DefinitionException(DefinitionProblem problem) : Exception(problem.Problem.Message)
{
    public DefinitionProblem Problem => problem;
}

/// <summary>The C# compiler refuses the text, and reports it.</summary>
internal sealed class UnreadableException(SyntaxNode node) : Exception("the C# compiler refuses this text")
{
    public SyntaxNode Node => node;
}
