namespace ModelGen.Tests.Reference;

/// <summary>What optimizers do, in double precision and with torch.optim's meaning: to one parameter, and to those of a graph.</summary>
internal static class Updates
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new()
    {
        ["SgdUpdate"] = o => Update(o, 1),
        ["AdamUpdate"] = o => Update(o, 2),
        ["AdamWUpdate"] = o => Update(o, 2),
        ["RmsPropUpdate"] = o => Update(o, 3),
        // They say whether results are finite, and have none of their own.
        ["SgdCheck"] = o => o.NoResult(),
        ["AdamCheck"] = o => o.NoResult(),
        ["AdamWCheck"] = o => o.NoResult(),
        ["RmsPropCheck"] = o => o.NoResult(),
        ["AccumulateGradient"] = Accumulate,
        ["TotalGradient"] = o => [.. o[2].Select((g, i) => (o.Training.Accumulated == 0 ? 0 : o[1][i]) + o.Batch * g)],
        ["StoreGradient"] = Store,
        ["SumOfSquares"] = o => [o[0].Sum(g => g * g) + (o.Count > 1 ? o[1][0] : 0)],
    };

    /// <summary>One step, in place.</summary>
    /// <param name="state">What the optimizer keeps, in its order.</param>
    /// <param name="updates">How many steps have been before.</param>
    /// <param name="first">The element of the parameter that the first one of the gradient is for.</param>
    public static void Step(GradientDescent optimizer, double[] p, double[] gradient, double[][] state, int updates, bool isPenalized, int first = 0)
    {
        (double decay, double l1) = isPenalized ? (optimizer.WeightDecay, optimizer.L1Penalty) : (0.0, 0.0);
        double rate = optimizer.LearningRate;
        for (int i = first; i < first + gradient.Length; i++)
        {
            double g = gradient[i - first] + l1 * Math.Sign(p[i]) + (optimizer is AdamW ? 0 : decay * p[i]);
            switch (optimizer)
            {
                case Sgd sgd:
                    state[0][i] = sgd.Momentum * state[0][i] + g;
                    p[i] -= rate * (sgd.Nesterov ? g + sgd.Momentum * state[0][i] : state[0][i]);
                    break;
                case Adam adam:
                    if (adam is AdamW)
                        p[i] *= 1 - rate * decay;
                    state[0][i] = adam.Beta1 * state[0][i] + (1 - (double)adam.Beta1) * g;
                    state[1][i] = adam.Beta2 * state[1][i] + (1 - (double)adam.Beta2) * g * g;
                    double mean = state[0][i] / (1 - Math.Pow(adam.Beta1, updates + 1));
                    p[i] -= rate * mean / (Math.Sqrt(state[1][i] / (1 - Math.Pow(adam.Beta2, updates + 1))) + adam.Epsilon);
                    break;
                case RmsProp rms:
                    state[0][i] = rms.Alpha * state[0][i] + (1 - (double)rms.Alpha) * g * g;
                    if (rms.Centered)
                        state[1][i] = rms.Alpha * state[1][i] + (1 - (double)rms.Alpha) * g;
                    double step = g / (Math.Sqrt(state[0][i] - state[1][i] * state[1][i]) + rms.Epsilon);
                    state[2][i] = rms.Momentum * state[2][i] + step;
                    p[i] -= rate * state[2][i];
                    break;
            }
        }
    }

    // Inputs: the parameter, what is kept, the gradient and, where gradients are clipped, the sum of the squares of all.
    private static double[] Update(Operation operation, int states)
    {
        TrainingStep step = operation.Training;
        double scale = operation.Attributes.Flag("accumulated") ? 1.0 / (step.Accumulated + operation.Batch) : 1;
        if (operation.Count > states + 2)
            scale *= Math.Min(1, step.Optimizer.MaxGradientNorm / (Math.Sqrt(operation[states + 2][0]) * scale + 1e-6));
        Step(step.Optimizer, operation[0], [.. operation[states + 1].Select(g => g * scale)], [.. Enumerable.Range(1, states).Select(i => operation[i])],
            step.Updates, !(operation.Attributes.Flag("isVector") && step.Optimizer.ExcludeBiasesAndNorms),
            operation.Attributes.Int("firstRow") * (operation[0].Length / (operation.ShapeOf(0).Rank > 0 ? operation.ShapeOf(0)[0] : 1)));
        return operation.NoResult();
    }

    private static double[] Store(Operation operation)
    {
        operation[2].CopyTo(operation[1], 0);
        return operation.NoResult();
    }

    private static double[] Accumulate(Operation operation)
    {
        for (int i = 0; i < operation[1].Length; i++)
            operation[1][i] = (operation.Training.Accumulated == 0 ? 0 : operation[1][i]) + operation.Batch * operation[2][i];
        return operation.NoResult();
    }
}
