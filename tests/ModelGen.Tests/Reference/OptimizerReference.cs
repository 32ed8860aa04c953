using System.Text.Json;

namespace ModelGen.Tests.Reference;

/// <summary>What tests know of an optimizer, so that every test of optimizers has it: a row in <see cref="All"/> each.</summary>
/// <param name="Formula">One step on one parameter.</param>
/// <param name="Settings">Settings that between them take every branch.</param>
/// <param name="Tame">
/// Settings for whole networks, by a seed. Where an optimizer divides by the size of gradients, what is all but zero would show its
/// rounding, were it not for a large epsilon.
/// </param>
/// <param name="Golden">The settings of a case in the reference data.</param>
internal sealed record OptimizerReference(
    OptimizerFormula Formula, GradientDescent[] Settings, Func<int, GradientDescent> Tame, Func<JsonElement, GradientDescent> Golden)
{
    /// <summary>The optimizers by the names of their classes.</summary>
    public static IReadOnlyDictionary<string, OptimizerReference> All { get; } = new Dictionary<string, OptimizerReference>
    {
        ["Sgd"] = new(
            Of<Sgd>((o, p, g, kept, _) =>
            {
                kept[0] = o.Momentum * kept[0] + g;
                return p - o.LearningRate * (o.Nesterov ? g + o.Momentum * kept[0] : kept[0]);
            }),
            [
                new Sgd(0.05f), new Sgd(0.05f, 0f, 0.1f), new Sgd(0.05f, 0.9f), new Sgd(0.05f, 0.9f, 0.1f) { L1Penalty = 0.2f },
                new Sgd(0.05f, 0.9f, 0.1f, true),
            ],
            seed => new Sgd(0.05f, 0.9f, 0.01f, nesterov: seed % 3 == 0),
            a => new Sgd(Number(a, "learningRate"), Number(a, "momentum"), Number(a, "weightDecay"),
                a.GetProperty("nesterov").GetBoolean())),
        ["Adam"] = new(
            Of<Adam>(AdamStep),
            [new Adam(0.01f), new Adam(0.01f, 0.8f, 0.95f, 1e-3f, 0.1f) { L1Penalty = 0.1f }],
            _ => new Adam(0.01f, epsilon: 0.05f, weightDecay: 0.01f),
            a => new Adam(Number(a, "learningRate"), Number(a, "beta1"), Number(a, "beta2"), Number(a, "eps"), Number(a, "weightDecay"))),
        ["AdamW"] = new(
            (o, p, g, kept, updates, decay) => AdamStep((AdamW)o, p * (1 - o.LearningRate * decay), g, kept, updates),
            [new AdamW(0.01f, weightDecay: 0.2f), new AdamW(0.01f) { L1Penalty = 0.1f }],
            _ => new AdamW(0.01f, epsilon: 0.05f, weightDecay: 0.1f),
            a => new AdamW(Number(a, "learningRate"), Number(a, "beta1"), Number(a, "beta2"), Number(a, "eps"), Number(a, "weightDecay"))),
        ["RmsProp"] = new(
            Of<RmsProp>((o, p, g, kept, _) =>
            {
                kept[0] = o.Alpha * kept[0] + (1 - (double)o.Alpha) * g * g;
                if (o.Centered)
                    kept[1] = o.Alpha * kept[1] + (1 - (double)o.Alpha) * g;
                kept[2] = o.Momentum * kept[2] + g / (Math.Sqrt(kept[0] - kept[1] * kept[1]) + o.Epsilon);
                return p - o.LearningRate * kept[2];
            }),
            [
                new RmsProp(0.01f), new RmsProp(0.01f, 0.9f, 1e-3f, 0.8f, weightDecay: 0.1f),
                new RmsProp(0.01f, 0.9f, 1e-3f, 0.5f, centered: true),
            ],
            seed => new RmsProp(0.01f, epsilon: 0.05f, momentum: seed % 3 * 0.3f, centered: seed % 3 == 1, weightDecay: 0.01f),
            a => new RmsProp(
                Number(a, "learningRate"), Number(a, "alpha"), Number(a, "eps"), Number(a, "momentum"),
                a.GetProperty("centered").GetBoolean(),
                Number(a, "weightDecay"))),
        ["Adagrad"] = new(
            Of<Adagrad>((o, p, g, kept, updates) =>
            {
                kept[0] += g * g;
                return p - o.LearningRate / (1 + updates * (double)o.LearningRateDecay) * g
                    / (Math.Sqrt(kept[0] + o.InitialAccumulator) + o.Epsilon);
            }),
            [new Adagrad(0.1f), new Adagrad(0.1f, 0.3f, 0.5f, 1e-3f, 0.1f), new Adagrad(0.05f, 0.2f) { L1Penalty = 0.1f }],
            seed => new Adagrad(0.02f, seed % 2 * 0.1f, seed % 3 * 0.1f, 0.05f, 0.01f),
            a => new Adagrad(
                Number(a, "learningRate"), Number(a, "learningRateDecay"), Number(a, "initialAccumulator"), Number(a, "eps"),
                Number(a, "weightDecay"))),
    };

    /// <summary>The row of an optimizer.</summary>
    public static OptimizerReference Of(GradientDescent optimizer) => All[optimizer.GetType().Name];

    private static double AdamStep(Adam o, double p, double g, double[] kept, int updates)
    {
        kept[0] = o.Beta1 * kept[0] + (1 - (double)o.Beta1) * g;
        kept[1] = o.Beta2 * kept[1] + (1 - (double)o.Beta2) * g * g;
        double mean = kept[0] / (1 - Math.Pow(o.Beta1, updates + 1)), square = kept[1] / (1 - Math.Pow(o.Beta2, updates + 1));
        return p - o.LearningRate * mean / (Math.Sqrt(square) + o.Epsilon);
    }

    // Weight decay as part of the gradient.
    private static OptimizerFormula Of<T>(Func<T, double, double, double[], int, double> formula) where T : GradientDescent =>
        (optimizer, p, g, kept, updates, decay) => formula((T)optimizer, p, g + decay * p, kept, updates);

    private static float Number(JsonElement attributes, string name) => attributes.GetProperty(name).GetSingle();
}

/// <summary>What an optimizer makes of a parameter, in double precision.</summary>
/// <param name="optimizer">The settings.</param>
/// <param name="parameter">The parameter before.</param>
/// <param name="gradient">Its gradient, with the L1 penalty's but without weight decay.</param>
/// <param name="kept">What is kept for it, which changes.</param>
/// <param name="updates">How many steps have been before.</param>
/// <param name="decay">The weight decay, 0 where there is no penalty.</param>
internal delegate double OptimizerFormula(GradientDescent optimizer, double parameter, double gradient, double[] kept, int updates,
    double decay);
