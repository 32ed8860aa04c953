using ModelGen.Fuzz.Definitions;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>
/// Programs, each run as ordinary C# and interpreted as a definition: the same values, or refused. tests/ModelGen.Fuzz tries as many as one
/// likes.
/// </summary>
public class DifferentialTests
{
    private const int Programs = 200;

    public static TheoryData<string> Corpus => [.. DefinitionCorpus.Files.Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Corpus))]
    public void ProgramsThatDifferedOnceDoSoNoMore(string name)
    {
        string text = File.ReadAllText(DefinitionCorpus.Files.Single(file => Path.GetFileName(file) == name));
        Comparison comparison = new DifferentialProgram(text).Compare();
        Assert.True(comparison.Verdict is Verdict.Same or Verdict.Refused, $"{comparison.Message}\n{text}");
    }

    [Fact]
    public void RandomProgramsComeToTheSameValuesOrAreRefused()
    {
        var differences = new List<string>();
        (int same, int whole) = (0, 0);
        for (int i = 0; i < Programs; i++)
        {
            Examination examination = Differential.Examine(DefinitionWriter.Write(new Random(i)));
            same += examination.Last.Verdict == Verdict.Same ? 1 : 0;
            whole += examination is { Last.Verdict: Verdict.Same, Refusals.Count: 0 } ? 1 : 0;
            if (examination.Last.Verdict == Verdict.Different)
                differences.Add(
                    $"program {i}: {examination.Last.Message}\n{Differential.Shrink(examination.Text, TimeSpan.FromSeconds(3))}");
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.True(same > 0.9 * Programs && whole > 0.3 * Programs,
            $"{same} programs that come to the same, {whole} of them as a whole, say too little");
    }

    [Fact]
    public void WhatDiffersIsFoundAndMadeSmall()
    {
        // As if shifts were understood otherwise: what stays is a shift.
        static bool Differs(string text) => text.Contains(" >> ", StringComparison.Ordinal)
            && new DifferentialProgram(text).Errors.Count == 0;
        string found = Enumerable.Range(0, 100).Select(i => DefinitionWriter.Write(new Random(i))).First(Differs);
        string small = ProgramShrinker.Shrink(found, Differs, TimeSpan.FromSeconds(5));
        Assert.True(small.Length < found.Length / 3, small);
    }
}
