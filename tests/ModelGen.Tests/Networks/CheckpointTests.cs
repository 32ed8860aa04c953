using ModelGen.Safetensors;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>Blocks with unused lanes, running averages and random masks: all that a checkpoint has to bring back.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4)]
internal sealed partial class SavedSgd;

/// <summary>The same, with sums of gradients to be saved too.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, Optimizer = Optimizer.Adam, ClipGradients = true, AccumulateGradients = true)]
internal sealed partial class SavedAdam;

/// <summary>The same by AdamW, with a part that is not trained.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3, Name = "features.conv"), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, Optimizer = Optimizer.AdamW, Freeze = "features.*")]
internal sealed partial class SavedAdamW;

/// <summary>The same by RMSProp.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, Optimizer = Optimizer.RmsProp)]
internal sealed partial class SavedRmsProp;

/// <summary>The same by Adagrad.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, Optimizer = Optimizer.Adagrad)]
internal sealed partial class SavedAdagrad;

/// <summary>As <see cref="SavedSgd"/>, but for the probability, which no shape shows.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.4), Flatten, Linear(3)]
[Trainable(BatchSize = 4)]
internal sealed partial class OtherProbability;

/// <summary>As <see cref="SavedSgd"/>, with another head.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(5)]
[Trainable(BatchSize = 4)]
internal sealed partial class OtherHead;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed record Run(Func<int, float> Step, Func<string, Checkpoint> Load, Action<string> Save, Func<float[]> Parameters);

    private static float[] Images(int step) => [.. Enumerable.Range(0, 4 * 72).Select(i => MathF.Sin(i * i + step))];

    private static int[] Labels(int step) => [step % 3, 1, 2, (step + 1) % 3];

    // Rates other than the first ones, so that settings have to come from the file.
    private static Run Start(string optimizer, bool isFirst)
    {
        int seed = isFirst ? 7 : 8;
        switch (optimizer)
        {
            case "Sgd":
                var sgd = new SavedSgd.Trainer(SavedSgd.CreateWeights(seed), isFirst ? new Sgd(0.05f, 0.9f, 0.01f, nesterov: true)
                    : new Sgd(), seed);
                return new(s => sgd.Step(Images(s), Labels(s)), sgd.LoadCheckpoint, p => sgd.SaveCheckpoint(p),
                    () => [.. sgd.ToWeights().AllValues]);
            case "Adam":
                var adam = new SavedAdam.Trainer(SavedAdam.CreateWeights(seed), isFirst ? new Adam(0.05f) { MaxGradientNorm = 0.5f }
                    : new Adam(), seed);
                // Saved between two batches of one update.
                return new(s => s % 2 == 0 ? adam.Accumulate(Images(s), Labels(s)) : adam.Step(Images(s), Labels(s)),
                    adam.LoadCheckpoint, p => adam.SaveCheckpoint(p), () => [.. adam.ToWeights().AllValues]);
            case "AdamW":
                var adamW = new SavedAdamW.Trainer(SavedAdamW.CreateWeights(seed), isFirst ? new AdamW(0.05f, 0.8f) : new AdamW(), seed);
                return new(s => adamW.Step(Images(s), Labels(s)), adamW.LoadCheckpoint, p => adamW.SaveCheckpoint(p),
                    () => [.. adamW.ToWeights().AllValues]);
            case "Adagrad":
                var adagrad = new SavedAdagrad.Trainer(
                    SavedAdagrad.CreateWeights(seed), isFirst ? new Adagrad(0.05f, 0.1f, 0.2f, 1e-6f, 0.01f) : new Adagrad(), seed);
                return new(
                    s => adagrad.Step(Images(s), Labels(s)), adagrad.LoadCheckpoint, p => adagrad.SaveCheckpoint(p), () =>
                        [.. adagrad.ToWeights().AllValues]);
            default:
                var rms = new SavedRmsProp.Trainer(SavedRmsProp.CreateWeights(seed), isFirst
                    ? new RmsProp(0.02f, 0.9f, momentum: 0.5f, centered: true) : new RmsProp(), seed);
                return new(s => rms.Step(Images(s), Labels(s)), rms.LoadCheckpoint, p => rms.SaveCheckpoint(p),
                    () => [.. rms.ToWeights().AllValues]);
        }
    }

    [Theory]
    [InlineData("Sgd")]
    [InlineData("Adam")]
    [InlineData("AdamW")]
    [InlineData("RmsProp")]
    [InlineData("Adagrad")]
    public void ResumedTrainingHasTheSameBits(string optimizer)
    {
        Run straight = Start(optimizer, true), first = Start(optimizer, true), resumed = Start(optimizer, false);
        // What it is when it loads must not matter.
        resumed.Step(0);
        for (int step = 0; step < 10; step++)
        {
            if (step == 5)
            {
                first.Save(_folder.File("c"));
                resumed.Load(_folder.File("c"));
                Assert.Equal(first.Parameters(), resumed.Parameters());
            }
            int expected = BitConverter.SingleToInt32Bits(straight.Step(step));
            Assert.Equal(expected, BitConverter.SingleToInt32Bits((step < 5 ? first : resumed).Step(step)));
        }
        Assert.Equal(Array.ConvertAll(straight.Parameters(), BitConverter.SingleToInt32Bits),
            Array.ConvertAll(resumed.Parameters(), BitConverter.SingleToInt32Bits));
        // Otherwise a trainer without state would do.
        Assert.NotEqual(first.Parameters(), resumed.Parameters());
    }

    private static SavedSgd.Trainer Trained(int steps, float learningRate = 0.05f)
    {
        var trainer = new SavedSgd.Trainer(SavedSgd.CreateWeights(1), new Sgd(learningRate, 0.9f), seed: -3);
        for (int step = 0; step < steps; step++)
            trainer.Step(Images(step), Labels(step));
        return trainer;
    }

    [Fact]
    public void TheFileHasWeightsStateAndCountersByName()
    {
        SavedSgd.Trainer trainer = Trained(2);
        trainer.SaveCheckpoint(_folder.File("c"), 12, new Dictionary<string, string> { ["shuffle seed"] = "ä\n5" });
        using (SafetensorsFile file = SafetensorsFile.Open(_folder.File("c")))
        {
            string[] names = [.. trainer.ToWeights().Parameters.Select(p => p.Name)];
            Assert.Equal([.. names.Concat(names.Where(n => !n.Contains("running", StringComparison.Ordinal))
                .Select(n => "optimizer.velocity." + n)).Order(StringComparer.Ordinal)],
                file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
            Assert.Equal(8 + 6, file.Tensors.Count);
            Assert.Equal(("Sgd", "0.05", "2", "-3", "12"),
                (file.Metadata["optimizer"], file.Metadata["optimizer.LearningRate"], file.Metadata["updates"], file.Metadata["seed"],
                    file.Metadata["epoch"]));
        }
        var other = new SavedSgd.Trainer(SavedSgd.CreateWeights(5), new Sgd());
        Checkpoint checkpoint = other.LoadCheckpoint(_folder.File("c"));
        Assert.Equal((12, 2, "ä\n5"), (checkpoint.Epoch, checkpoint.Updates, checkpoint.Notes["shuffle seed"]));
        Assert.Equal(2, other.Updates);
        Assert.Equal((0.05f, 0.9f), (other.Optimizer.LearningRate, other.Optimizer.Momentum));
        // The weights of a checkpoint are those of any file.
        Assert.Equal(trainer.ToWeights().AllValues, SavedSgd.LoadWeights(_folder.File("c"), skip: "optimizer.*").AllValues);
        trainer.SaveCheckpoint(_folder.File("d"), 12, new Dictionary<string, string> { ["shuffle seed"] = "ä\n5" });
        Assert.Equal(File.ReadAllBytes(_folder.File("c")), File.ReadAllBytes(_folder.File("d")));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.SaveCheckpoint(_folder.File("d"), -1));
    }

    // Two trainers that are alike must stay alike when one of them is refused a file.
    private void AssertRefused(string path, params string[] parts)
    {
        SavedSgd.Trainer trainer = Trained(3), untouched = Trained(3);
        var e = Assert.Throws<CheckpointMismatchException>(() => trainer.LoadCheckpoint(path));
        Assert.All(parts, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
        Assert.Equal((path, "SavedSgd"), (e.Path, e.NetworkName));
        Assert.Equal(0.05f, trainer.Optimizer.LearningRate);
        Assert.Equal(untouched.Step(Images(9), Labels(9)), trainer.Step(Images(9), Labels(9)));
        Assert.Equal(untouched.ToWeights().AllValues, trainer.ToWeights().AllValues);
    }

    [Fact]
    public void WhatIsOfAnotherNetworkOrOptimizerIsRefused()
    {
        new OtherHead.Trainer(OtherHead.CreateWeights(1), new Sgd(0.5f)).SaveCheckpoint(_folder.File("head"));
        AssertRefused(_folder.File("head"), "network: expected 'SavedSgd' of fingerprint ", "actual 'OtherHead'",
            "layer 6, the first that differs: expected '", "(Linear) [3]', actual '", "(Linear) [5]'");
        new OtherProbability.Trainer(OtherProbability.CreateWeights(1), new Sgd(0.5f)).SaveCheckpoint(_folder.File("p"));
        AssertRefused(_folder.File("p"), "actual 'OtherProbability'", "a setting of one");
        new SavedRmsProp.Trainer(SavedRmsProp.CreateWeights(1), new RmsProp(0.5f)).SaveCheckpoint(_folder.File("rms"));
        AssertRefused(_folder.File("rms"), "optimizer: expected Sgd, actual 'RmsProp'");
        SavedSgd.CreateWeights(1).Save(_folder.File("w"));
        AssertRefused(_folder.File("w"),
            "format: expected 'ModelGen checkpoint 2' or 'ModelGen checkpoint 1', actual none; a file of weights alone is read by "
                + "LoadWeights");
    }

    [Theory]
    [InlineData("steps", "-1", "metadata 'steps': expected a whole number from 0 to 9007199254740992, actual '-1'")]
    [InlineData("epoch", "1e3", "metadata 'epoch': expected a whole number from 0 to 2147483647, actual '1e3'")]
    [InlineData("optimizer.LearningRate", "-2", "expected a valid LearningRate of Sgd, actual '-2'")]
    [InlineData("optimizer.Momentum", null, "expected a valid Momentum of Sgd, actual none")]
    public void ChangedMetadataIsRefused(string key, string? value, string message)
    {
        Rewrite(Trained(1, 0.5f), "m", metadata =>
        {
            if (value is null)
                metadata.Remove(key);
            else
                metadata[key] = value;
        }, _ => true);
        AssertRefused(_folder.File("m"), message);
    }

    [Fact]
    public void MissingTensorsAreRefused()
    {
        string bias = Trained(0).ToWeights().Parameters[^1].Name;
        Rewrite(Trained(1, 0.5f), "t", _ => { }, name => name != "optimizer.velocity." + bias);
        AssertRefused(_folder.File("t"), $"tensor 'optimizer.velocity.{bias}': expected shape [3], actual none");
    }

    private void Rewrite(SavedSgd.Trainer trainer, string name, Action<Dictionary<string, string>> change, Func<string, bool> keeps)
    {
        trainer.SaveCheckpoint(_folder.File("original"));
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("original"));
        var metadata = new Dictionary<string, string>(file.Metadata);
        change(metadata);
        SafetensorsWriter.Write(_folder.File(name), [.. file.Tensors.Where(t => keeps(t.Name)).Select(t =>
        {
            float[] values = new float[t.ElementCount];
            file.Read(t.Name, values);
            return new SafetensorsTensor(t.Name, t.Shape, values);
        })], metadata);
    }

    [Fact]
    public void ADamagedFileChangesNothing()
    {
        SavedSgd.Trainer trainer = Trained(1);
        float[] before = [.. trainer.ToWeights().AllValues];
        trainer.SaveCheckpoint(_folder.File("c"));
        trainer.Step(Images(1), Labels(1));
        float[] after = [.. trainer.ToWeights().AllValues];
        Assert.NotEqual(before, after);
        byte[] bytes = File.ReadAllBytes(_folder.File("c"));
        Assert.Throws<InvalidSafetensorsException>(() => trainer.LoadCheckpoint(_folder.Write("cut", bytes[..^100])));
        Assert.Throws<FileNotFoundException>(() => trainer.LoadCheckpoint(_folder.File("none")));
        Assert.Equal(after, trainer.ToWeights().AllValues);
    }

    [Fact]
    public void AFolderThatCannotBeWrittenLeavesTheTrainerAndTheOldFile()
    {
        SavedSgd.Trainer trainer = Trained(1);
        Assert.Throws<DirectoryNotFoundException>(() => trainer.SaveCheckpoint(_folder.File("none/c")));
        Directory.CreateDirectory(_folder.File("taken"));
        Assert.ThrowsAny<SystemException>(() => trainer.SaveCheckpoint(_folder.File("taken")));
        Assert.Equal([_folder.File("taken")], Directory.GetFileSystemEntries(_folder.Path));
    }
}

public sealed class FineTuningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SkippedParametersKeepTheirFirstValues()
    {
        SavedSgd.Weights saved = SavedSgd.CreateWeights(1);
        saved.Save(_folder.File("w"));
        string[] names = [.. saved.Parameters.Select(p => p.Name)];
        string head = names[^1][..^"bias".Length];
        OtherHead.Weights loaded = OtherHead.LoadWeights(_folder.File("w"), skip: $" {head}*", seed: 4), fresh = OtherHead.CreateWeights(4);
        foreach (string name in names)
            Assert.Equal(name.StartsWith(head, StringComparison.Ordinal) ? fresh[name] : saved[name], loaded[name]);
        // Packed, too: a network on it runs by these values.
        float[] output = new float[5];
        new OtherHead(loaded).Forward([.. Enumerable.Repeat(1f, 72)], output);
        float[] expected = new float[5];
        using (var folder = new TemporaryFolder())
        {
            loaded.Save(folder.File("whole"));
            new OtherHead(OtherHead.LoadWeights(folder.File("whole"))).Forward([.. Enumerable.Repeat(1f, 72)], expected);
        }
        Assert.Equal(expected, output);
        Assert.Contains(output, x => x != 0f);
        var e = Assert.Throws<WeightsMismatchException>(() => OtherHead.LoadWeights(_folder.File("w"), skip: head + "bias"));
        Assert.Equal([head + "weight"], e.WrongShape);
    }

    [Fact]
    public void APatternThatMatchesNothingIsAnError()
    {
        SavedSgd.CreateWeights(1).Save(_folder.File("w"));
        Assert.Contains("skip: 'fc.*' matches no parameter of network 'SavedSgd'",
            Assert.Throws<ArgumentException>(() => SavedSgd.LoadWeights(_folder.File("w"), skip: "*.bias, fc.*")).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SavedSgd.LoadWeights(_folder.File("w"), skip: " , "));
        // As with Freeze, the star alone stands for other characters.
        Assert.Contains("skip: '*.bia?' matches no parameter", Assert.Throws<ArgumentException>(
            () => SavedSgd.LoadWeights(_folder.File("w"), skip: "*.bia?")).Message, StringComparison.Ordinal);
    }
}
