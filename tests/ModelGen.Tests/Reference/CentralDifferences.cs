using System.Globalization;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Holds the graph that differentiation makes against differences of the function itself, both in double precision.</summary>
internal static class CentralDifferences
{
    private const double Step = 1e-6;
    private const double AbsoluteTolerance = 1e-5;
    private const double RelativeTolerance = 1e-3;

    // Elements of each input and parameter that are tried.
    private const int MostElements = 8;

    /// <summary>Checks the gradients of Σ output · gradOutput, gradOutput random, with respect to all inputs and trained parameters, or those wanted.</summary>
    public static void Check(Graph forward, int batch, int seed, TrainingStep? training = null, Func<Node, bool>? wanted = null)
    {
        bool IsWanted(Node n) => wanted?.Invoke(n) ?? ((n.Is(OpNames.Input) && n.Type.Element == ElementType.F32) || (n.Is(OpNames.Parameter) && Initializers.IsTrainable(n)));
        string where = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, batch {batch}:\n{forward}");
        Graph backward = GraphVerifier.Verify(Differentiate.VectorJacobian(forward, "output", IsWanted), nameof(Differentiate));
        Dictionary<string, double[]> values = RandomGraphs.Values(forward, batch, seed);
        Node output = forward[forward.Outputs.Single().Value];
        var random = new Random(seed);
        double[] gradOutput = RandomGraphs.Distinct(random, ReferenceInterpreter.LengthOf(output, batch));
        Dictionary<string, double[]> actual = ReferenceInterpreter.Outputs(backward, batch, new Dictionary<string, double[]>(Copy(values)) { ["gradOutput"] = gradOutput }, training);
        Assert.Equal(ReferenceInterpreter.Outputs(forward, batch, Copy(values), training)["output"], actual["output"]);

        foreach (Node leaf in forward.Nodes.Where(IsWanted))
        {
            double[] x = values[leaf.Name];
            double[] gradient = actual.GetValueOrDefault("grad." + leaf.Name, new double[x.Length]);
            foreach (int i in Enumerable.Range(0, x.Length).OrderBy(_ => random.Next()).Take(MostElements))
            {
                double difference = (Function(i, Step) - Function(i, -Step)) / (2 * Step);
                Assert.True(Math.Abs(difference - gradient[i]) <= AbsoluteTolerance + RelativeTolerance * Math.Abs(difference),
                    string.Create(CultureInfo.InvariantCulture, $"d/d {leaf.Name}[{i}] is {difference}, differentiation gives {gradient[i]}; {where}\n{backward}"));
            }
            // All elements at once, each by a random share of the step.
            double[] shares = [.. x.Select(_ => 2 * random.NextDouble() - 1)];
            double along = (Along(Step) - Along(-Step)) / (2 * Step);
            double sum = gradient.Zip(shares, (g, s) => g * s).Sum();
            Assert.True(Math.Abs(along - sum) <= AbsoluteTolerance + RelativeTolerance * Math.Max(Math.Abs(along), Math.Sqrt(gradient.Sum(g => g * g))),
                string.Create(CultureInfo.InvariantCulture, $"along a random direction of {leaf.Name} the derivative is {along}, differentiation gives {sum}; {where}\n{backward}"));

            double Function(int i, double change) => Changed(changed => changed[i] += change);

            double Along(double step) => Changed(changed =>
            {
                for (int i = 0; i < changed.Length; i++)
                    changed[i] += step * shares[i];
            });

            double Changed(Action<double[]> change)
            {
                Dictionary<string, double[]> changed = Copy(values);
                change(changed[leaf.Name]);
                return ReferenceInterpreter.Outputs(forward, batch, changed, training)["output"].Zip(gradOutput, (y, dy) => y * dy).Sum();
            }
        }
    }

    /// <summary>A copy that a training step may change.</summary>
    public static Dictionary<string, double[]> Copy(IReadOnlyDictionary<string, double[]> values) =>
        values.ToDictionary(v => v.Key, v => (double[])v.Value.Clone(), StringComparer.Ordinal);

    /// <summary>Dropout by a mask that depends on the stream alone, so that a function of the inputs is one.</summary>
    public static TrainingStep FixedMasks(int seed) => TrainingStep.None with
    {
        Mask = (stream, p, length) =>
        {
            var random = new Random(seed + stream);
            return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < p ? 0 : 1 / (1 - p))];
        },
    };
}
