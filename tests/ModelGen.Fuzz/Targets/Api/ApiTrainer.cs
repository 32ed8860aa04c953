namespace ModelGen.Fuzz.Targets.Api;

/// <summary>What the two networks have, by one name each.</summary>
internal sealed record ApiTrainer(string Name, IClassifierTrainer Trainer, Func<float[], int[], float> Step,
    Func<float[], int[], float>? Accumulate, Action<IParallelScheduler?> SetScheduler, Func<WeightStore, Action<float[], float[]>> Network)
{
    public static ApiTrainer Careful()
    {
        var trainer = new Careful.Trainer(Api.Careful.CreateWeights(1), new Sgd(0.02f, 0.9f) { MaxGradientNorm = 3f }, seed: 5);
        return new("Careful", trainer, (x, y) => trainer.Step(x, y), (x, y) => trainer.Accumulate(x, y), s => trainer.Scheduler = s, w =>
        {
            var network = new Careful((Careful.Weights)w);
            return (x, y) => network.Forward(x, y);
        });
    }

    public static ApiTrainer Quick()
    {
        var trainer = new Quick.Trainer(Api.Quick.CreateWeights(1), new Adam(0.002f), seed: 5);
        return new("Quick", trainer, (x, y) => trainer.Step(x, y), null, s => trainer.Scheduler = s, w =>
        {
            var network = new Quick((Quick.Weights)w);
            return (x, y) => network.Forward(x, y);
        });
    }
}
