using System.Diagnostics;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

public sealed class InterruptedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunThatIsKilledAndStartedAgainEndsWithTheSameBits()
    {
        string whole = Directory.CreateDirectory(_folder.File("whole")).FullName,
            killed = Directory.CreateDirectory(_folder.File("killed")).FullName;
        float[] expected = TrainingRun.Run(whole, _ => { });
        // Before the first checkpoint, between the curves and the checkpoint, after it, and in the middle of an epoch.
        foreach (string stop in (string[])["step 1 2", "rows 2", "saved 3", "step 5 4"])
            Kill(killed, stop);
        float[] actual = TrainingRun.Run(killed, _ => { });

        Assert.Equal(Array.ConvertAll(expected, BitConverter.SingleToInt32Bits), Array.ConvertAll(actual, BitConverter.SingleToInt32Bits));
        foreach (string file in (string[])[TrainingRun.Checkpoint, "curves.csv", "curves.html"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(killed, file)));
        Assert.Equal(TrainingRun.Epochs + 1, File.ReadAllLines(Path.Combine(killed, "curves.csv")).Length);
        List<LoggedEvent> log = EventFile.Read(Path.Combine(killed, "events"));
        Assert.Equal(EventFile.Read(Path.Combine(whole, "events")).Select(e => (e.Step, string.Join(' ', e.Values))),
            log.Select(e => (e.Step, string.Join(' ', e.Values))));
        // Each epoch's time is that of its last computation.
        Assert.Equal(log.Select(e => e.Time).Order(), log.Select(e => e.Time));
    }

    [Fact]
    public void ADiskThatIsFullDuringACheckpointLeavesTheOldOne()
    {
        if (!OperatingSystem.IsLinux()) return; // The limit is set by a call of Linux.
        string whole = Directory.CreateDirectory(_folder.File("whole")).FullName,
            full = Directory.CreateDirectory(_folder.File("full")).FullName;
        float[] expected = TrainingRun.Run(whole, _ => { });
        using Process child = Process.Start(Program.Start("train", full, "full"))!;
        string output = child.StandardOutput.ReadToEnd(), checkpoint = Path.Combine(full, TrainingRun.Checkpoint);
        child.WaitForExit();

        Assert.True(child.ExitCode == 0, child.StandardError.ReadToEnd());
        Assert.StartsWith($"limited\nCannot write '{checkpoint}': ", output, StringComparison.Ordinal);
        Assert.Equal(2, new SavedSgd.Trainer(SavedSgd.CreateWeights(1), new Sgd()).LoadCheckpoint(checkpoint).Epoch);
        Assert.Empty(Directory.GetFiles(full, "*.tmp"));
        // With room again it goes on as if nothing had been.
        Assert.Equal(expected, TrainingRun.Run(full, _ => { }));
        Assert.Equal(File.ReadAllText(Path.Combine(whole, "curves.csv")), File.ReadAllText(Path.Combine(full, "curves.csv")));
    }

    // On Unix this is SIGKILL, which no process can see coming.
    private static void Kill(string folder, string stop)
    {
        using Process child = Process.Start(Program.Start("train", folder, stop))!;
        string? line = child.StandardOutput.ReadLine();
        child.Kill();
        child.WaitForExit();
        Assert.True(line == TrainingRun.Ready, $"{stop}: {line}\n{child.StandardError.ReadToEnd()}");
    }
}
