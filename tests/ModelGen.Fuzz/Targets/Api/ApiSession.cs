using System.Globalization;
using System.Runtime.InteropServices;

namespace ModelGen.Fuzz.Targets.Api;

/// <summary>Two trainers that are alike: one takes all calls, the other one the right ones alone.</summary>
internal sealed class ApiSession(ApiFiles files, Func<ApiTrainer> make)
{
    private const int Length = Careful.InputLength;
    private const int Classes = Careful.OutputLength;
    private const int BatchSize = Careful.Trainer.BatchSize;

    private readonly ApiTrainer _tested = make();
    private readonly ApiTrainer _expected = make();
    private string _call = "";

    /// <summary>Calls that threw.</summary>
    public int Refused { get; private set; }

    /// <summary>Numbers as a network sees them.</summary>
    public static float[] Images(int samples, int seed, float scale = 1) =>
        [.. Enumerable.Range(0, samples * Length).Select(i => scale * MathF.Sin((float)i * i % 977 + seed))];

    /// <summary>One call; the numbers say which.</summary>
    public void Call(int kind, int a, int b)
    {
        _call = string.Create(CultureInfo.InvariantCulture, $"call {kind % 24} of {_tested.Name} with {a} and {b}");
        int samples = 1 + a % BatchSize;
        switch (kind % 24)
        {
            case 0 or 1 or 2:
                Same(t => t.Step(Images(samples, b), Labels(samples, b)));
                break;
            case 3:
                if (_tested.Accumulate is not null)
                    Same(t => t.Accumulate!(Images(samples, b), Labels(samples, b)));
                break;
            case 4:
                Same(t => (float)t.Trainer.Evaluate(Images(1 + a % 7, b), Labels(1 + a % 7, b)).Loss);
                break;
            case 5:
                Same(t => Forward(t, Images(1, b)));
                break;
            case 6:
                Same(t => t.Trainer.Optimizer.LearningRate = a / 2_000f);
                break;
            case 7:
                _tested.Trainer.Parallelism = 1 + a % 4;
                break;
            case 8:
                SaveAndLoad(a);
                break;
            case 9:
                Refuse(t => t.Step(Images(samples, b)[..^(1 + a)], Labels(samples, b)));
                break;
            case 10:
                Refuse(t => t.Step(Images(samples, b), [.. Labels(samples, b).Skip(1), a % 2 == 0 ? Classes + a : -1 - a]));
                break;
            case 11:
                Refuse(t => t.Step([], []));
                Refuse(t => t.Trainer.Evaluate([], []));
                break;
            case 12:
                Refuse(t => t.Step(Images(BatchSize + 1, b), Labels(BatchSize + 1, b)));
                break;
            case 13:
                Refuse(t => Forward(t, Images(1, b)[..^(1 + a)]));
                Refuse(t => t.Network(t.Trainer.ToWeights())(Images(1, b), new float[Classes + 1 + a]));
                break;
            case 14:
                Refuse(t => t.Trainer.Optimizer.LearningRate = ((float[])[float.NaN, float.PositiveInfinity, -1f])[a % 3]);
                Refuse(t => t.Trainer.Optimizer.MaxGradientNorm = ((float[])[float.NaN, 0, -1f])[a % 3]);
                break;
            case 15:
                Refuse(t => t.Trainer.Parallelism = ((int[])[0, -1, 1_025, int.MinValue])[a % 4]);
                break;
            case 16:
                Refuse(t => t.Trainer.LoadCheckpoint(files.File($"{t.Name}.{a % ApiFiles.Bad}")));
                break;
            case 17:
                Refuse(t => t.Trainer.LoadCheckpoint(a % 2 == 0 ? null! : ""));
                Refuse(t => t.Trainer.SaveCheckpoint(a % 2 == 0 ? null! : files.File("none/at all")));
                Refuse(t => t.Trainer.SaveCheckpoint(files.File("never"), -1));
                Refuse(t => t.Trainer.SaveCheckpoint(files.File("never"), 0, new Dictionary<string, string> { ["note"] = null! }));
                break;
            case 18:
                NonFinite(Hostile(samples, a, b), Labels(samples, b));
                break;
            case 19:
                NonFinite(Images(samples, b, 3e30f), Labels(samples, b));
                break;
            case 20 or 21:
                Scheduled(new FaultyScheduler(a % FaultyScheduler.Faults, b % 40) { Within = Within(b) }, samples, b);
                break;
            case 22:
                var team = new WorkerTeam(2);
                team.Dispose();
                _tested.SetScheduler(team);
                Refuse(t => t.Step(Images(samples, b), Labels(samples, b)));
                _tested.SetScheduler(null);
                break;
            default:
                // Rates at which finite gradients become updates that are not.
                float rate = _tested.Trainer.Optimizer.LearningRate;
                _tested.Trainer.Optimizer.LearningRate = 3e38f;
                _tested.Trainer.Optimizer.WeightDecay = 3e38f;
                NonFinite(Images(samples, b), Labels(samples, b), mustFail: true, repaired: () => { });
                (_tested.Trainer.Optimizer.LearningRate, _tested.Trainer.Optimizer.WeightDecay) = (rate, 0);
                break;
        }
        if (!Bits(_expected).AsSpan().SequenceEqual(Bits(_tested)))
            Fail("parameters differ from those of a trainer without the wrong calls");
    }

    /// <summary>Whatever the next step depends on.</summary>
    public void Finish()
    {
        _call = "the steps after all";
        for (int i = 0; i < 2; i++)
            Same(t => t.Step(Images(BatchSize, i), Labels(BatchSize, i)));
        if (!Saved(_expected, "expected").AsSpan().SequenceEqual(Saved(_tested, "tested")))
            Fail("checkpoints differ");
        _tested.Trainer.Parallelism = 1;
    }

    private byte[] Saved(ApiTrainer trainer, string name)
    {
        trainer.Trainer.SaveCheckpoint(files.File(name));
        return File.ReadAllBytes(files.File(name));
    }

    private static int[] Labels(int samples, int seed) => [.. Enumerable.Range(0, samples).Select(i => (i + seed) % Classes)];

    private static float Forward(ApiTrainer trainer, float[] image)
    {
        float[] scores = new float[Classes];
        trainer.Network(trainer.Trainer.ToWeights())(image, scores);
        return scores[0] + 2 * scores[1] + 3 * scores[2];
    }

    private static float[] Hostile(int samples, int a, int b)
    {
        float[] images = Images(samples, b);
        images[(a * 977 + b) % images.Length] = ((float[])[float.NaN, float.PositiveInfinity, 3.4e38f, -3.4e38f, 1e30f])[b % 5];
        return images;
    }

    private Action Within(int which) => () =>
    {
        Action[] calls =
        [
            () => _tested.Step(Images(1, 1), [0]), () => _tested.Trainer.Evaluate(Images(1, 1), [0]), () => _tested.Trainer.ToWeights(),
            () => _tested.Trainer.Parallelism = 2,
            () => _tested.SetScheduler(null), () => _tested.Trainer.LoadCheckpoint(files.File(_tested.Name + ".good")), () =>
                _tested.Trainer.SaveCheckpoint(files.File("never")),
        ];
        try
        {
            calls[which % calls.Length]();
        }
        catch (InvalidOperationException)
        {
            return;
        }
        Fail("a call from within a call was taken");
    };

    private void SaveAndLoad(int a)
    {
        _ = a;
        _expected.Trainer.SaveCheckpoint(files.File("round"));
        Same(t => t.Trainer.LoadCheckpoint(files.File("round")).Updates);
    }

    // Either it is taken, and is the same for both, or it is an error.
    private void NonFinite(float[] images, int[] labels, bool mustFail = false, Action? repaired = null)
    {
        float? loss = null;
        byte[] before = Saved(_expected, "before");
        try
        {
            loss = _tested.Step(images, labels);
        }
        catch (NonFiniteException e)
        {
            Refused++;
            if (!e.HasChanged)
                return;
            Damaged();
            repaired?.Invoke();
            File.WriteAllBytes(files.File("again"), before);
            _tested.Trainer.LoadCheckpoint(files.File("again"));
            return;
        }
        if (mustFail)
            Fail("an update that overflows was taken");
        if (_expected.Step(images, labels) != loss)
            Fail("a step on large inputs gives another loss");
        if (Bits(_tested).Any(bits => !float.IsFinite(BitConverter.Int32BitsToSingle(bits))))
            Fail("a step left parameters that are not finite, without a word");
    }

    // Nothing may come out of a trainer whose parameters are useless.
    private void Damaged()
    {
        Action[] calls =
        [
            () => _tested.Step(Images(1, 1), [0]), () => _tested.Trainer.Evaluate(Images(1, 1), [0]), () => _tested.Trainer.ToWeights(),
            () => _tested.Trainer.SaveCheckpoint(files.File("never")),
        ];
        foreach (Action call in calls)
        {
            try
            {
                call();
            }
            catch (InvalidOperationException)
            {
                continue;
            }
            Fail("a damaged trainer was used");
        }
    }

    // A scheduler that fails behind the loss has its step completed, which counts.
    private void Scheduled(FaultyScheduler scheduler, int samples, int seed)
    {
        _tested.SetScheduler(scheduler);
        long updates = _tested.Trainer.Updates;
        float[] images = Images(samples, seed);
        float? loss = null;
        try
        {
            loss = _tested.Step(images, Labels(samples, seed));
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            Refused++;
        }
        _tested.SetScheduler(null);
        if (_tested.Trainer.Updates == updates)
        {
            if (loss is not null)
                Fail("a step that does not count returned a loss");
            return;
        }
        float expected = _expected.Step(images, Labels(samples, seed));
        if (loss is not null && loss != expected)
            Fail("a step gives another loss");
    }

    private void Same(Func<ApiTrainer, float> call)
    {
        float expected = call(_expected), actual = call(_tested);
        if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual))
            Fail(string.Create(CultureInfo.InvariantCulture, $"expected {expected}, actual {actual}"));
    }

    private void Refuse(Action<ApiTrainer> call)
    {
        try
        {
            call(_tested);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            Refused++;
            return;
        }
        Fail("it was taken");
    }

    private static int[] Bits(ApiTrainer trainer) => MemoryMarshal.Cast<float, int>(trainer.Trainer.ToWeights().AllValues).ToArray();

    private void Fail(string what) => throw new FuzzException($"{_call}: {what}");
}
