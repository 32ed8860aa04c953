using System.Globalization;
using ModelGen.Data;
using ModelGen.Safetensors;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>
/// Checkpoints that are complete and of the right form, and that no trainer has saved: each is refused as a whole, and says what is wrong
/// with it.
/// </summary>
public sealed class CheckpointValuesTests : IDisposable
{
    private const string MostSteps = "9007199254740992";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static float[] Images(int step) => [.. Enumerable.Range(0, 4 * 72).Select(i => MathF.Sin(i * i + step))];

    private static readonly int[] s_labels = [0, 1, 2, 1];

    private static SavedSgd.Trainer Sgd(int steps)
    {
        var trainer = new SavedSgd.Trainer(SavedSgd.CreateWeights(1), new Sgd(0.05f, 0.9f), seed: -3);
        for (int step = 0; step < steps; step++)
            trainer.Step(Images(step), s_labels);
        return trainer;
    }

    private static SavedAdam.Trainer Adam(int batches)
    {
        var trainer = new SavedAdam.Trainer(SavedAdam.CreateWeights(1), new Adam(0.05f));
        for (int i = 0; i < batches; i++)
            _ = i % 3 == 2 ? trainer.Step(Images(i), s_labels) : trainer.Accumulate(Images(i), s_labels);
        return trainer;
    }

    // As earlier versions wrote it, without a checksum, so that anything may be changed.
    private string Earlier(string path, Action<Dictionary<string, string>>? change = null, Action<string, float[]>? values = null)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        var metadata = new Dictionary<string, string>(file.Metadata) { ["format"] = "ModelGen checkpoint 1" };
        Assert.True(metadata.Remove("checksum"));
        change?.Invoke(metadata);
        SafetensorsWriter.Write(path + ".1", [.. file.Tensors.Select(t =>
        {
            float[] read = new float[t.ElementCount];
            file.Read(t.Name, read);
            values?.Invoke(t.Name, read);
            return new SafetensorsTensor(t.Name, t.Shape, read);
        })], metadata);
        return path + ".1";
    }

    private string SavedOfSgd(int steps = 2)
    {
        Sgd(steps).SaveCheckpoint(_folder.File("sgd"));
        return _folder.File("sgd");
    }

    private string SavedOfAdam(int batches)
    {
        Adam(batches).SaveCheckpoint(_folder.File("adam"));
        return _folder.File("adam");
    }

    private static void AssertRefused(string path, string message)
    {
        SavedSgd.Trainer trainer = Sgd(3), untouched = Sgd(3);
        AssertSays(message, Assert.Throws<CheckpointMismatchException>(() => trainer.LoadCheckpoint(path)));
        AssertSame(untouched, trainer);
    }

    private static void AssertSays(string message, CheckpointMismatchException e)
    {
        Assert.Contains("\n  " + message, e.Message, StringComparison.Ordinal);
        Assert.Equal([message], e.Differences.Select(d => d[..Math.Min(d.Length, message.Length)]));
    }

    private static void AssertSame(SavedSgd.Trainer expected, SavedSgd.Trainer actual)
    {
        Assert.Equal(expected.Optimizer.Momentum, actual.Optimizer.Momentum);
        Assert.Equal(expected.Updates, actual.Updates);
        Assert.Equal(expected.Step(Images(9), s_labels), actual.Step(Images(9), s_labels));
        Assert.Equal(expected.Step(Images(8), s_labels), actual.Step(Images(8), s_labels));
        Assert.Equal(expected.ToWeights().AllValues, actual.ToWeights().AllValues);
    }

    [Theory]
    [InlineData("updates", "9223372036854775807",
        "metadata 'updates': expected a whole number from 0 to " + MostSteps + ", actual '9223372036854775807'")]
    [InlineData("steps", "18446744073709551615",
        "metadata 'steps': expected a whole number from 0 to " + MostSteps + ", actual '18446744073709551615'")]
    [InlineData("steps", "1", "metadata 'updates': expected no more than the 1 steps, actual 2")]
    [InlineData("accumulated", "2147483647", "metadata 'accumulated': expected a whole number from 0 to 0, actual '2147483647'")]
    [InlineData("accumulated", "4", "metadata 'accumulated': expected a whole number from 0 to 0, actual '4'")]
    [InlineData("epoch", "2147483648", "metadata 'epoch': expected a whole number from 0 to 2147483647, actual '2147483648'")]
    [InlineData("seed", "2147483648", "metadata 'seed': expected a whole number from -2147483648 to 2147483647, actual '2147483648'")]
    [InlineData("optimizer.MaxGradientNorm", "1",
        "metadata 'optimizer.MaxGradientNorm': expected Infinity, since the network was compiled without clipping, actual '1'")]
    [InlineData("optimizer.LearningRate", "NaN", "metadata 'optimizer.LearningRate': expected a valid LearningRate of Sgd, actual 'NaN'")]
    [InlineData("optimizer.Nesterov", "2", "metadata 'optimizer.Nesterov': expected a valid Nesterov of Sgd, actual '2'")]
    public void CountersAndSettingsThatNoTrainerHasAreRefused(string key, string value, string message) =>
        AssertRefused(Earlier(SavedOfSgd(), metadata => metadata[key] = value), message);

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void VelocitiesThatAreNotFiniteAreRefused(float value, string text) => AssertRefused(
        Earlier(SavedOfSgd(), null, (name, values) => values[^1] = name == "optimizer.velocity.conv1.bias" ? value : values[^1]),
        $"tensor 'optimizer.velocity.conv1.bias': expected finite values, actual {text} at index 19");

    [Theory]
    [InlineData(-1f, "-1")]
    [InlineData(-float.Epsilon, "-1E-45")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void SecondMomentsThatAreNoneAreRefused(float value, string text)
    {
        string path = Earlier(SavedOfAdam(4), null,
            (name, values) => values[Math.Min(3, values.Length - 1)] = name == "optimizer.square.conv1.weight" ? value : values[0]);
        SavedAdam.Trainer trainer = Adam(3), untouched = Adam(3);
        AssertSays($"tensor 'optimizer.square.conv1.weight': expected finite values of at least 0, actual {text} at index 3",
            Assert.Throws<CheckpointMismatchException>(() => trainer.LoadCheckpoint(path)));
        Assert.Equal(untouched.Step(Images(9), s_labels), trainer.Step(Images(9), s_labels));
        Assert.Equal(untouched.ToWeights().AllValues, trainer.ToWeights().AllValues);
    }

    [Fact]
    public void AccumulatedSamplesAreBounded()
    {
        string path = SavedOfAdam(4);
        SavedAdam.Trainer trainer = Adam(0);
        AssertSays("metadata 'accumulated': expected a whole number from 0 to 1073741824, actual '2147483647'",
            Assert.Throws<CheckpointMismatchException>(() =>
                trainer.LoadCheckpoint(Earlier(path, metadata => metadata["accumulated"] = "2147483647"))));
        // So many can be loaded, and no more be added: the count would wrap.
        trainer.LoadCheckpoint(Earlier(path, metadata => metadata["accumulated"] = "1073741824"));
        float[] before = [.. trainer.ToWeights().AllValues];
        Assert.Contains("SavedAdam: 1,073,741,824 samples have been accumulated, and 4 more",
            Assert.Throws<InvalidOperationException>(() => trainer.Accumulate(Images(0), s_labels)).Message, StringComparison.Ordinal);
        Assert.Equal(before, trainer.ToWeights().AllValues);
        trainer.Step(Images(0), s_labels);
        trainer.Accumulate(Images(0), s_labels);
    }

    [Fact]
    public void SumsOfNothingMayHoldAnything()
    {
        string path = Earlier(SavedOfAdam(3), null,
            (name, values) => values[0] = name.StartsWith("optimizer.gradient.", StringComparison.Ordinal) ? float.NaN : values[0]);
        SavedAdam.Trainer trainer = Adam(0), expected = Adam(3);
        trainer.LoadCheckpoint(path);
        Assert.Equal(expected.Step(Images(1), s_labels), trainer.Step(Images(1), s_labels));
        Assert.Equal(expected.ToWeights().AllValues, trainer.ToWeights().AllValues);
        Assert.Throws<CheckpointMismatchException>(() => trainer.LoadCheckpoint(Earlier(SavedOfAdam(4), null, (name, values) =>
            values[0] = name.StartsWith("optimizer.gradient.", StringComparison.Ordinal) ? float.NaN : values[0])));
    }

    [Fact]
    public void FilesOfTheEarlierFormatGoOn()
    {
        string path = Earlier(SavedOfSgd());
        SavedSgd.Trainer trainer = Sgd(0);
        trainer.LoadCheckpoint(path);
        AssertSame(Sgd(2), trainer);
    }

    [Fact]
    public void ACheckpointThatIsSavedCanBeLoaded()
    {
        SavedSgd.Trainer trainer = Sgd(1);
        trainer.Optimizer.MaxGradientNorm = 1f;
        Assert.Contains("MaxGradientNorm is 1, but the network was compiled without clipping",
            Assert.Throws<InvalidOperationException>(() => trainer.SaveCheckpoint(_folder.File("c"))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("c")));
        trainer.Optimizer.MaxGradientNorm = float.PositiveInfinity;
        string message = Assert.Throws<ArgumentException>(() =>
            trainer.SaveCheckpoint(_folder.File("c"), 0, new Dictionary<string, string> { ["a"] = null! })).Message;
        Assert.Contains("note 'a' is null", message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("c")));
    }

    /// <summary>Any bit of the file: in the header, in names, in numbers as text, in weights and moments.</summary>
    [Fact]
    public void AFlippedBitAnywhereIsRefused()
    {
        byte[] good = File.ReadAllBytes(SavedOfSgd());
        string path = _folder.File("flipped");
        SavedSgd.Trainer trainer = Sgd(3);
        float[] before = [.. trainer.ToWeights().AllValues];
        var random = new Random(5);
        int header = BitConverter.ToInt32(good) + 8;
        for (int i = 0; i < 1_500; i++)
        {
            int at = i < 64 ? i / 8 : random.Next(2) == 0 ? random.Next(header) : random.Next(header, good.Length);
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << (i < 64 ? i % 8 : random.Next(8)));
            File.WriteAllBytes(path, bad);
            Exception? e = Record.Exception(() => trainer.LoadCheckpoint(path));
            Assert.True(e is IOException, string.Create(CultureInfo.InvariantCulture,
                $"byte {at} of {good.Length}, header {header}: {good[at]:x2} to {bad[at]:x2}: {e?.ToString() ?? "loaded"}"));
        }
        Assert.Equal(before, trainer.ToWeights().AllValues);
        AssertSame(Sgd(3), trainer);
    }

    [Fact]
    public void ADamagedNumberIsToldByTheChecksum()
    {
        string path = SavedOfSgd();
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(path, bytes);
        AssertRefused(path, "checksum: expected ");
    }

    /// <summary>What is wrong with a loop's notes is found before the trainer is overwritten.</summary>
    [Theory]
    [InlineData("fit.position", "0 0 11", "expected an epoch from 0 to " + MostSteps + " and a sample from 0 to 10, actual '0 0 11'")]
    [InlineData("fit.position", "0 0 -1", "expected an epoch from 0 to " + MostSteps + " and a sample from 0 to 10, actual '0 0 -1'")]
    [InlineData("fit.position", "0 -1 0", "expected an epoch from 0 to " + MostSteps + " and a sample from 0 to 10, actual '0 -1 0'")]
    [InlineData("fit.position", "0 9223372036854775807 10",
        "expected an epoch from 0 to " + MostSteps + " and a sample from 0 to 10, actual '0 9223372036854775807 10'")]
    [InlineData("fit.position", "0 0", "expected a seed, an epoch and a sample, actual '0 0'")]
    [InlineData("fit.position", null, "expected a note of that name, as Fit saves it, actual none")]
    [InlineData("fit.history", "epoch", "expected columns 'epoch loss validation_loss correct count best', actual 'epoch'")]
    [InlineData("fit.history", "epoch loss validation_loss correct count best\n1 1 1 9 8 1",
        "expected numbers of an epoch, actual '1 1 1 9 8 1'")]
    [InlineData("fit.history", "epoch loss validation_loss correct count best\n1 1 1 -1 8 1",
        "expected numbers of an epoch, actual '1 1 1 -1 8 1'")]
    [InlineData("fit.history", "epoch loss validation_loss correct count best\n1 1 1 1 8 2",
        "expected numbers of an epoch, actual '1 1 1 1 8 2'")]
    public void NotesThatNoLoopSavesChangeNothing(string note, string? value, string message)
    {
        using var batches = new ImageBatches(new LabeledImages([.. Enumerable.Range(0, 10 * 72).Select(i => MathF.Sin(i * i))],
            [.. Enumerable.Range(0, 10).Select(i => i % 3)], 2, 6, 6),
            new ImageBatchOptions { BatchSize = 4 });
        string path = _folder.File("run");
        new Fit(1) { CheckpointPath = path }.Run(Sgd(0), batches, () => new Evaluation(1, 1, 8));
        File.Move(Earlier(path, metadata =>
        {
            if (value is null)
                metadata.Remove("note." + note);
            else
                metadata["note." + note] = value;
        }), path, overwrite: true);

        SavedSgd.Trainer trainer = Sgd(3);
        DataPosition position = batches.Position;
        var fit = new Fit(2) { CheckpointPath = path };
        var e = Assert.Throws<InvalidDataException>(() => fit.Run(trainer, batches, () => default));
        Assert.Equal($"The checkpoint is of no such loop: note '{note}': {message}.", e.Message);
        Assert.Equal((0, position), (fit.DoneEpochs, batches.Position));
        AssertSame(Sgd(3), trainer);
    }
}
