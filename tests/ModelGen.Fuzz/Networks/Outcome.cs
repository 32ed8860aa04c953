using ModelGen.Generator;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Model;

namespace ModelGen.Fuzz.Networks;

/// <summary>What must hold of every network, however it is written: code for it, or errors that say why there is none.</summary>
internal static class Outcome
{
    // What a message may have beyond what names and numbers take.
    private const int LongestMessage = 4_000;

    /// <param name="model">What the front end made of it; null where it has errors.</param>
    /// <param name="problems">What it reports.</param>
    /// <param name="isRefused">Whether somebody else refuses the text, the C# compiler for instance; asked where nothing is
    /// reported.</param>
    /// <param name="limit">How long it may take; it is given up much later.</param>
    public static FuzzOutcome Check(NetworkModel? model, IEnumerable<Problem> problems, Func<bool> isRefused, TimeSpan limit)
    {
        bool hasErrors = false;
        foreach (Problem problem in problems)
        {
            if (problem.Id == ProblemIds.Internal)
                throw new FuzzException("an internal error: " + problem.Message);
            if (problem.Message.Length is 0 or > LongestMessage)
                throw new FuzzException(
                    $"a message of {problem.Message.Length} characters: {problem.Id}: "
                        + $"{problem.Message[..Math.Min(problem.Message.Length, 200)]}");
            hasErrors |= !DiagnosticCatalog.IsWarning(problem.Id);
        }
        if (model is null)
            return hasErrors || isRefused() ? FuzzOutcome.Refused : throw new FuzzException("neither a network nor an error");
        if (hasErrors)
            throw new FuzzException("a network in spite of errors");
        try
        {
            using var late = new CancellationTokenSource(FuzzTarget.Patience * limit);
            return NetworkCompiler.Compile(model, late.Token).Length > 0 ? FuzzOutcome.Accepted : throw new FuzzException("no code");
        }
        catch (ShapeException e) when (e.Problem.Id == ProblemIds.TooLarge)
        {
            return FuzzOutcome.Refused;
        }
        catch (OperationCanceledException)
        {
            throw new FuzzException("writing the code takes too long");
        }
    }
}
