using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>What optimizers do, in double precision and with torch.optim's meaning: to one parameter, and to those of a graph.</summary>
internal static class Updates
{
    public static Dictionary<string, Func<Operation, double[]>> Operators { get; } = new(
        OptimizerTable.Rows.SelectMany(row => new KeyValuePair<string, Func<Operation, double[]>>[]
        {
            new(row.Name + Generator.Ops.Update.Suffix, o => Update(o, row.States.Count)),
            // It says whether results are finite, and has none of its own.
            new(row.Name + Generator.Ops.Update.CheckSuffix, o => o.NoResult()),
        }))
    {
        ["AccumulateGradient"] = Accumulate,
        ["TotalGradient"] = o => [.. o[2].Select((g, i) => (o.Training.Accumulated == 0 ? 0 : o[1][i]) + o.Batch * g)],
        ["StoreGradient"] = Store,
        ["SumOfSquares"] = o => [o[0].Sum(g => g * g) + (o.Count > 1 ? o[1][0] : 0)],
    };

    /// <summary>One step, in place.</summary>
    /// <param name="state">What the optimizer keeps, in its order.</param>
    /// <param name="updates">How many steps have been before.</param>
    /// <param name="first">The element of the parameter that the first one of the gradient is for.</param>
    public static void Step(
        GradientDescent optimizer, double[] p, double[] gradient, double[][] state, int updates, bool isPenalized, int first = 0)
    {
        (double decay, double l1) = isPenalized ? (optimizer.WeightDecay, optimizer.L1Penalty) : (0.0, 0.0);
        OptimizerFormula formula = OptimizerReference.Of(optimizer).Formula;
        double[] kept = new double[state.Length];
        for (int i = first; i < first + gradient.Length; i++)
        {
            for (int k = 0; k < kept.Length; k++)
                kept[k] = state[k][i];
            double g = gradient[i - first] + l1 * Math.Sign(p[i]);
            p[i] = formula(optimizer, p[i], g, kept, updates, decay);
            for (int k = 0; k < kept.Length; k++)
                state[k][i] = kept[k];
        }
    }

    // Inputs: the parameter, what is kept, the gradient and, where gradients are clipped, the sum of the squares of all.
    private static double[] Update(Operation operation, int states)
    {
        TrainingStep step = operation.Training;
        double scale = operation.Attributes.Flag("accumulated") ? 1.0 / (step.Accumulated + operation.Batch) : 1;
        if (operation.Count > states + 2)
            scale *= Math.Min(1, step.Optimizer.MaxGradientNorm / (Math.Sqrt(operation[states + 2][0]) * scale + 1e-6));
        int row = operation.Attributes.Int("firstRow");
        bool isPenalized = !(operation.Attributes.Flag("isVector") && step.Optimizer.ExcludeBiasesAndNorms);
        Step(step.Optimizer, operation[0], [.. operation[states + 1].Select(g => g * scale)],
            [.. Enumerable.Range(1, states).Select(i => operation[i])],
            step.Updates, isPenalized, row * (operation[0].Length / (operation.ShapeOf(0).Rank > 0 ? operation.ShapeOf(0)[0] : 1)));
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
