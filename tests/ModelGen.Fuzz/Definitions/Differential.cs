namespace ModelGen.Fuzz.Definitions;

/// <summary>What came of a program and of what was left of it after each refusal.</summary>
/// <param name="Refusals">What the interpreter does not understand of it.</param>
/// <param name="Text">The program that the last comparison was of.</param>
internal sealed record Examination(Comparison Last, IReadOnlyList<string> Refusals, string Text);

/// <summary>
/// Compares programs; what is refused is taken out and the rest compared again, lest one call that is not understood hides all others.
/// </summary>
internal static class Differential
{
    private const int MostRefusals = 12;

    public static Examination Examine(string text)
    {
        var refusals = new List<string>();
        while (true)
        {
            var program = new DifferentialProgram(text);
            Comparison comparison = program.Compare();
            if (comparison.Verdict != Verdict.Refused || refusals.Count >= MostRefusals)
                return new(comparison, refusals, text);
            refusals.Add(comparison.Message);
            if (comparison.Place is null || program.Without(comparison.Place) is not { } rest || rest == text)
                return new(comparison, refusals, text);
            text = rest;
        }
    }

    /// <summary>A smaller program that differs too: in values, in whether there is an error, or by an error in ModelGen itself.</summary>
    public static string Shrink(string text, TimeSpan limit)
    {
        string kind = Kind(new DifferentialProgram(text).Compare());
        return ProgramShrinker.Shrink(text, smaller => Kind(new DifferentialProgram(smaller).Compare()) == kind, limit);
    }

    private static string Kind(Comparison comparison) => comparison.Verdict == Verdict.Different ? comparison.Message[..5] : "";
}
