using Xunit;

namespace ModelGen.Fuzz;

/// <summary>The corpus again, and a small share of what the program tries.</summary>
public class CorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void InputsThatFailedOnceAndSomeRandomOnesAreTreatedRightly(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(target => target.Name == name);
        target.Start();
        var run = new FuzzRun(target, seed: 1);
        var failures = new List<string>();
        foreach (string file in Corpus.Files(target))
        {
            if (run.Try(File.ReadAllBytes(file)) is string failure)
                failures.Add($"{Path.GetFileName(file)}: {failure}");
        }
        for (long index = 0; index < target.TestShare; index++)
        {
            if (run.Try(run.Make(index)) is string failure)
                failures.Add($"input {index}: {failure}");
        }
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }
}
