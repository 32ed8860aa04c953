using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelGen.Generator.Ops;
using ModelGen.Runtime;
using ModelGen.Tests.Reference;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

/// <summary>Looks before it changes anything: blocks with unused lanes, running averages, random masks.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, CheckUpdates = true)]
internal sealed partial class CheckedSgd;

/// <summary>The same by Adam, with sums of gradients.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, CheckUpdates = true, AccumulateGradients = true, Optimizer = Optimizer.Adam)]
internal sealed partial class CheckedAdam;

/// <summary>The same as <see cref="CheckedAdam"/>, looking while it updates.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, AccumulateGradients = true, Optimizer = Optimizer.Adam)]
internal sealed partial class UncheckedAdam;

/// <summary>As <see cref="CheckedSgd"/> without the attribute, and clipping, for which all gradients are there.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, ClipGradients = true)]
internal sealed partial class ClippedSgd;

/// <summary>Both, with sums of gradients.</summary>
[Network, Input(2, 6, 6)]
[Conv2d(20, 3), BatchNorm2d, Relu, Dropout(P = 0.3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, ClipGradients = true, AccumulateGradients = true, CheckUpdates = true)]
internal sealed partial class CheckedSums;

/// <summary>One convolution without a normalisation, whose gradient is a sum of many products.</summary>
[Network, Input(1, 8, 8)]
[Conv2d(2, 3), Flatten, Linear(3)]
[Trainable(BatchSize = 4)]
internal sealed partial class Summing;

/// <summary>The same, looking first.</summary>
[Network, Input(1, 8, 8)]
[Conv2d(2, 3), Flatten, Linear(3)]
[Trainable(BatchSize = 4, CheckUpdates = true)]
internal sealed partial class SummingChecked;

/// <summary>Steps whose loss is finite while what would become of the parameters is not.</summary>
public sealed class NonFiniteUpdateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static float[] Images(int seed, float scale = 1) =>
        [.. Enumerable.Range(0, 4 * 72).Select(i => scale * MathF.Sin(i * i + seed))];

    private static readonly int[] s_labels = [0, 1, 2, 1];

    // Almost the largest float.
    private static float[] Huge() => [.. Enumerable.Repeat(3.4e38f, 4 * 64)];

    private static int[] Bits(WeightStore weights) => MemoryMarshal.Cast<float, int>(weights.AllValues).ToArray();

    [Fact]
    public void AStepOnHugeInputsIsFoundBeforeAnythingChanges()
    {
        var trainer = new SummingChecked.Trainer(Small(SummingChecked.CreateWeights(1), _folder, p => SummingChecked.LoadWeights(p)),
            new Sgd(0.1f, 0.9f));
        trainer.Step(Ordinary(), s_labels);
        int[] before = Bits(trainer.ToWeights());
        var e = Assert.Throws<NonFiniteUpdateException>(() => trainer.Step(Huge(), s_labels));
        Assert.Equal("SummingChecked: step 2: the gradient of parameter 'conv1.weight' is not finite. The step has changed nothing.",
            e.Message);
        Assert.Equal(("SummingChecked", 2L, "conv1.weight", false), (e.NetworkName, e.Step, e.Parameter, e.HasChanged));
        Assert.Equal(1, trainer.Updates);
        Assert.Equal(before, Bits(trainer.ToWeights()));
        trainer.Step(Ordinary(), s_labels);
    }

    [Fact]
    public void AStepOnHugeInputsIsFoundWhereItUpdates()
    {
        var trainer = new Summing.Trainer(Small(Summing.CreateWeights(1), _folder, p => Summing.LoadWeights(p)), new Sgd(0.1f, 0.9f));
        trainer.Step(Ordinary(), s_labels);
        trainer.SaveCheckpoint(_folder.File("good"));
        float expected = trainer.Step(Ordinary(), s_labels);
        trainer.LoadCheckpoint(_folder.File("good"));
        var e = Assert.Throws<NonFiniteUpdateException>(() => trainer.Step(Huge(), s_labels));
        Assert.StartsWith("Summing: step 2: the gradient of parameter 'conv1.weight' is not finite. Parameters have changed by then",
            e.Message, StringComparison.Ordinal);
        Assert.True(e.HasChanged);

        // Nothing that is of no use comes out any more, and no good file is replaced.
        Action[] calls = [() => trainer.Step(Ordinary(), s_labels), () => trainer.Evaluate(Ordinary(), s_labels), () => trainer.ToWeights(),
            () => trainer.SaveCheckpoint(_folder.File("good"))];
        Assert.All(calls, call =>
            Assert.StartsWith(
                "Summing.Trainer: step 2 has left values that are not finite: the gradient of parameter 'conv1.weight' is not finite. Only "
                    + "LoadCheckpoint",
            Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal));
        trainer.LoadCheckpoint(_folder.File("good"));
        Assert.Equal(expected, trainer.Step(Ordinary(), s_labels));
    }

    [Fact]
    public void AParameterThatWasLoadedSoIsNamed()
    {
        var weights = Summing.CreateWeights(1);
        Safetensors.SafetensorsWriter.Write(_folder.File("nan"), [.. weights.Parameters.Select(p => new Safetensors.SafetensorsTensor(
            p.Name, [.. p.Shape.Select(d => (long)d)],
            weights[p.Name].ToArray().Select((v, i) => p.Name == "conv1.weight" && i == 4 ? float.NaN : v).ToArray()))]);
        var trainer = new Summing.Trainer(Summing.LoadWeights(_folder.File("nan")), new Sgd());
        Assert.Contains("parameter 'conv1.weight' holds NaN at index 4",
            Assert.Throws<NonFiniteLossException>(() => trainer.Step(Ordinary(), s_labels)).Message, StringComparison.Ordinal);
    }

    private static float[] Ordinary() => [.. Enumerable.Range(0, 4 * 64).Select(i => MathF.Sin(i * i))];

    // Weights so small that the results of a huge input are ordinary numbers.
    private static T Small<T>(T weights, TemporaryFolder folder, Func<string, T> load) where T : WeightStore
    {
        weights.Save(folder.File("w"));
        Safetensors.SafetensorsWriter.Write(folder.File("small"), [.. weights.Parameters.Select(p => new Safetensors.SafetensorsTensor(
            p.Name, [.. p.Shape.Select(d => (long)d)],
            weights[p.Name].ToArray().Select(v => p.Name == "conv1.weight" ? v * 3e-39f : v).ToArray()))]);
        return load(folder.File("small"));
    }

    /// <summary>Kinds of steps that go wrong, for networks that look first.</summary>
    public static TheoryData<string, string, string> Wrongs => new()
    {
        { "CheckedSgd", "averages", "the running averages 'bn1.running_mean, bn1.running_var' would not be finite" },
        { "CheckedSgd", "rate", "the gradient of parameter 'fc1.weight' is finite, but its update is not" },
        { "ClippedSgd", "averages", "the running averages 'bn1.running_mean, bn1.running_var' would not be finite" },
        { "ClippedSgd", "rate", "the gradient of parameter 'fc1.weight' is finite, but its update is not" },
        { "CheckedSums", "averages", "the running averages 'bn1.running_mean, bn1.running_var' would not be finite" },
        { "CheckedSums", "rate", "the gradient of parameter 'fc1.weight' is finite, but its update is not" },
        { "CheckedAdam", "averages", "the running averages 'bn1.running_mean, bn1.running_var' would not be finite" },
        { "CheckedAdam", "rate", "the gradient of parameter 'fc1.weight' is finite, but its update is not" },
    };

    private sealed record Trained(Func<float[], bool, float> Step, GradientDescent Optimizer, Func<WeightStore> Weights,
        Action<string> Save, Func<long> Updates);

    private static Trained Start(string network)
    {
        switch (network)
        {
            case "CheckedSgd":
                var checkedSgd = new CheckedSgd.Trainer(CheckedSgd.CreateWeights(2), new Sgd(0.05f, 0.9f), 3);
                return new((x, _) => checkedSgd.Step(x, s_labels), checkedSgd.Optimizer, checkedSgd.ToWeights,
                    p => checkedSgd.SaveCheckpoint(p), () => checkedSgd.Updates);
            case "ClippedSgd":
                var clipped = new ClippedSgd.Trainer(ClippedSgd.CreateWeights(2), new Sgd(0.05f, 0.9f) { MaxGradientNorm = 5f }, 3);
                return new((x, _) => clipped.Step(x, s_labels), clipped.Optimizer, clipped.ToWeights, p => clipped.SaveCheckpoint(p),
                    () => clipped.Updates);
            case "CheckedSums":
                var sums = new CheckedSums.Trainer(CheckedSums.CreateWeights(2), new Sgd(0.05f, 0.9f) { MaxGradientNorm = 5f }, 3);
                return new((x, isLast) => isLast ? sums.Step(x, s_labels) : sums.Accumulate(x, s_labels), sums.Optimizer, sums.ToWeights,
                    p => sums.SaveCheckpoint(p), () => sums.Updates);
            case "UncheckedAdam":
                var other = new UncheckedAdam.Trainer(UncheckedAdam.CreateWeights(2), new Adam(0.05f), 3);
                return new((x, isLast) => isLast ? other.Step(x, s_labels) : other.Accumulate(x, s_labels), other.Optimizer,
                    other.ToWeights, p => other.SaveCheckpoint(p), () => other.Updates);
            case "SavedSgd":
                var plain = new SavedSgd.Trainer(SavedSgd.CreateWeights(2), new Sgd(0.05f, 0.9f), 3);
                return new((x, _) => plain.Step(x, s_labels), plain.Optimizer, plain.ToWeights, p => plain.SaveCheckpoint(p),
                    () => plain.Updates);
            default:
                var adam = new CheckedAdam.Trainer(CheckedAdam.CreateWeights(2), new Adam(0.05f), 3);
                return new((x, isLast) => isLast ? adam.Step(x, s_labels) : adam.Accumulate(x, s_labels), adam.Optimizer, adam.ToWeights,
                    p => adam.SaveCheckpoint(p), () => adam.Updates);
        }
    }

    [Theory, MemberData(nameof(Wrongs))]
    public void WhatIsFoundFirstHasChangedNothing(string network, string wrong, string message)
    {
        Trained trained = Start(network), untouched = Start(network);
        for (int i = 0; i < 7; i++)
        {
            bool isLast = i % 3 != 0;
            Assert.Equal(untouched.Step(Images(i), isLast), trained.Step(Images(i), isLast));
            foreach (bool asLast in (bool[])[true, false])
            {
                float rate = trained.Optimizer.LearningRate;
                if (wrong == "rate")
                    trained.Optimizer.LearningRate = 3e38f;
                trained.Optimizer.WeightDecay = wrong == "rate" ? 3e38f : 0f;
                var e = Assert.Throws<NonFiniteUpdateException>(() => trained.Step(wrong == "rate" ? Images(i) : Images(i, 3e30f), asLast));
                (trained.Optimizer.LearningRate, trained.Optimizer.WeightDecay) = (rate, 0f);
                Assert.Contains(wrong == "rate" ? "its update is not" : message, e.Message, StringComparison.Ordinal);
                Assert.EndsWith(" The step has changed nothing.", e.Message, StringComparison.Ordinal);
                Assert.False(e.HasChanged);
            }
            Assert.Equal(untouched.Updates(), trained.Updates());
            Assert.Equal(Bits(untouched.Weights()), Bits(trained.Weights()));
        }
        untouched.Save(_folder.File("a"));
        trained.Save(_folder.File("b"));
        Assert.Equal(File.ReadAllBytes(_folder.File("a")), File.ReadAllBytes(_folder.File("b")));
    }

    /// <summary>Looking first changes no bit of what comes out, clipped and accumulated too.</summary>
    [Theory]
    [InlineData("CheckedSgd", "SavedSgd")]
    [InlineData("CheckedAdam", "UncheckedAdam")]
    public void LookingFirstChangesNoBit(string first, string second)
    {
        Trained a = Start(first), b = Start(second);
        for (int i = 0; i < 9; i++)
            Assert.Equal(b.Step(Images(i), i % 3 != 0), a.Step(Images(i), i % 3 != 0));
        Assert.Equal(Bits(b.Weights()), Bits(a.Weights()));
    }

    [Fact]
    public void RunningAveragesAreLookedAtFirstAnyway()
    {
        Trained trained = Start("SavedSgd"), untouched = Start("SavedSgd");
        trained.Step(Images(0), true);
        untouched.Step(Images(0), true);
        Assert.False(Assert.Throws<NonFiniteUpdateException>(() => trained.Step(Images(1, 3e30f), true)).HasChanged);
        Assert.Equal(untouched.Step(Images(1), true), trained.Step(Images(1), true));
        Assert.Equal(Bits(untouched.Weights()), Bits(trained.Weights()));
    }

    [Fact]
    public void LookingAllocatesNothing()
    {
        var trainer = new CheckedAdam.Trainer(CheckedAdam.CreateWeights(2), new Adam(0.05f), 3);
        float[] images = Images(0);
        Assert.Equal(0, Allocations.Of(50, () =>
        {
            trainer.Accumulate(images, s_labels);
            trainer.Step(images, s_labels);
        }));
    }

    /// <summary>
    /// Lanes of the last block that belong to no channel may hold anything: of two blocks here, in pieces or not, four lanes of the second
    /// count.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LanesThatBelongToNoChannelMayHoldAnything(bool writes)
    {
        for (int lane = 0; lane < 64; lane++)
        {
            foreach (float value in (float[])[float.NaN, float.NegativeInfinity])
            {
                var check = new UpdateCheck("Net", [(7, "other"), (9, "weight")]);
                float[] parameter = new float[64], gradient = new float[64], mean = new float[64], square = new float[64];
                gradient[lane] = value;
                Optimizers.Update(new Adam(), ref parameter[0], ref gradient[0], ref mean[0], ref square[0], 64, 0, 1f, true,
                    check.Of(9, 0, 1, 32, 4), writes);
                bool counts = lane < 32 || lane % 16 < 4;
                Assert.Equal(counts, check.Stops());
                if (counts)
                    Assert.Equal("weight", Assert.Throws<NonFiniteUpdateException>(() => check.ThrowIfFound(1)).Parameter);
                check.ThrowIfFound(1);
                Assert.Equal(writes, !float.IsFinite(parameter[lane]));
                // The second piece of the same, of which the last block is lanes 32 to 63.
                Optimizers.Accumulate(ref gradient[0], ref mean[0], 64, 3, true, check.Of(9, 1, 2, 96, 4));
                Assert.Equal(counts, check.Stops());
            }
        }
    }

    /// <summary>
    /// At every place, of every number of floats, with every setting: what is written is finite or is reported, and what is not written is
    /// told alike.
    /// </summary>
    [Fact]
    public void WhateverIsNotFiniteIsReported()
    {
        var random = new Random(3);
        int found = 0;
        OptimizerRow[] rows = [.. OptimizerTable.Rows];
        for (int i = 0; i < 3_000; i++)
        {
            int n = random.Next(1, 70);
            OptimizerRow row = rows[random.Next(rows.Length)];
            GradientDescent[] settings = OptimizerReference.All[row.Name].Settings;
            GradientDescent optimizer = settings[random.Next(settings.Length)].Copy();
            // Parameters, gradients, and what is kept.
            float[][] all =
            [
                .. ((string[])["parameter", "gradient", .. row.States, "", "", ""]).Take(5)
                    .Select(name => Enumerable.Range(0, n).Select(_ => name == "square" ? random.NextSingle() : random.NextSingle() - 0.5f)
                        .ToArray()),
            ];
            if (random.Next(2) == 0)
                all[random.Next(5)][random.Next(n)] = ((float[])[float.NaN, float.PositiveInfinity, 3e38f, -3e38f, 1e20f])[random.Next(5)];
            optimizer.LearningRate = random.Next(4) == 0 ? 1e38f : 0.1f;
            float scale = random.Next(8) == 0 ? float.NaN : 1f;
            int[] written = WrittenBy(optimizer);
            bool dry = Run(all, writes: false), wet = Run(all, writes: true);
            Assert.Equal(wet, dry);
            found += wet ? 1 : 0;

            // What is kept is looked at where the settings need it.
            bool Run(float[][] values, bool writes)
            {
                float[][] copy = [.. values.Select(v => v.ToArray())];
                var check = new UpdateCheck("Net", []);
                Update(optimizer, copy, 3, scale, check.Of(1), writes);
                if (writes)
                    Assert.Equal(check.Stops(), written.Any(k => copy[k].Any(v => !float.IsFinite(v))));
                else
                    Assert.All(Enumerable.Range(0, 5), k => Assert.Equal(values[k], copy[k]));
                return check.Stops();
            }
        }
        Assert.InRange(found, 500, 2_500);
    }

    private static int[] WrittenBy(GradientDescent optimizer)
    {
        // All different: an average of what is equal would not change.
        float[][] all = [.. Enumerable.Range(1, 5).Select(k => new[] { 0.1f * k })];
        Update(optimizer, all, 0, 1f, default, true);
        return [.. Enumerable.Range(0, 5).Where(k => all[k][0] != 0.1f * (k + 1))];
    }

    // As generated code does: without what no setting keeps.
    private static void Update(GradientDescent optimizer, float[][] all, ulong updates, float scale, UpdateReport report, bool writes)
    {
        int kept = OptimizerTable.Rows.First(r => r.Name == optimizer.GetType().Name).States.Count;
        ref float none = ref Unsafe.NullRef<float>();
        Optimizers.Update(
            optimizer, ref all[0][0], ref all[1][0], ref all[2][0], ref kept > 1 ? ref all[3][0] : ref none, ref kept > 2 ? ref all[4][0]
                : ref none,
            all[0].Length, updates, scale, true, report, writes);
    }
}
