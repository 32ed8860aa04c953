using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Definition;

/// <summary>Interpretation cannot go on.</summary>
internal sealed class DefinitionException(LocatedProblem<Location> problem) : Exception(problem.Problem.Message)
{
    public LocatedProblem<Location> Problem => problem;
}

/// <summary>The C# compiler refuses the text, and reports it.</summary>
internal sealed class UnreadableException(SyntaxNode node) : Exception("the C# compiler refuses this text")
{
    public SyntaxNode Node => node;
}
