using System.Globalization;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Reference;

/// <summary>Holds the graph that differentiation makes against differences of the function itself, both in double precision.</summary>
/// <remarks>
/// A central difference D(h) is off by h²·f‴/6 and by the function's own rounding over h. D(2h) is off by four times the first, so |D(2h) −
/// D(h)| is three times what D(h) is off by; how far rounding moves the function, and the gradient, <see cref="RoundingSamples"/> say.
/// </remarks>
internal static class CentralDifferences
{
    // Small, so that hardly any kink lies within two steps.
    private const double Step = 1e-6;

    private const int Samples = 3;

    // Elements of each input and parameter that are tried.
    private const int MostElements = 8;

    /// <summary>
    /// Checks the gradients of Σ output · gradOutput, gradOutput random, with respect to all inputs and trained parameters, or those
    /// wanted.
    /// </summary>
    public static void Check(Graph forward, int batch, int seed, TrainingStep? training = null, Func<Node, bool>? wanted = null)
    {
        bool IsWanted(Node n) => wanted?.Invoke(n)
            ?? ((n.Is(OpNames.Input) && n.Type.Element == ElementType.F32) || (n.Is(OpNames.Parameter) && Initializers.IsTrainable(n)));
        string where = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, batch {batch}:\n{forward}");
        Graph backward = GraphVerifier.Verify(Differentiate.VectorJacobian(forward, "output", IsWanted), nameof(Differentiate));
        Dictionary<string, double[]> values = RandomGraphs.Values(forward, batch, seed);
        Node output = forward[forward.Outputs.Single().Value];
        var random = new Random(seed);
        double[] gradOutput = RandomGraphs.Distinct(random, ReferenceInterpreter.LengthOf(output, batch));
        var samples = new RoundingSamples(disturb => ReferenceInterpreter.Outputs(
            backward, batch, new Dictionary<string, double[]>(Copy(values)) { ["gradOutput"] = gradOutput },
            (training ?? TrainingStep.None) with { Rounding = disturb }),
            RunningErrorInterpreter.OfDoubles);
        Dictionary<string, double[]> actual = samples.Exact;
        Assert.Equal(ReferenceInterpreter.Outputs(forward, batch, Copy(values), training)["output"], actual["output"]);
        // Of the sum that is differentiated, whose terms are rounded too.
        double rounding = (RoundingSamples.Factor * samples.Furthest("output", Samples) + RunningErrorInterpreter.OfDoubles
            * actual["output"].Max(Math.Abs))
            * gradOutput.Sum(Math.Abs) / Step;

        foreach (Node leaf in forward.Nodes.Where(IsWanted))
        {
            double[] x = values[leaf.Name];
            string name = "grad." + leaf.Name;
            double[] gradient = actual.GetValueOrDefault(name, new double[x.Length]);
            double ofGradient = actual.ContainsKey(name) ? RoundingSamples.Factor * samples.Furthest(name, Samples) * Math.Sqrt(x.Length)
                : 0;
            // x ± h is rounded itself.
            double ofStep = RunningErrorInterpreter.OfDoubles * x.Max(Math.Abs) * Math.Sqrt(x.Length) / Step;
            foreach (int i in Enumerable.Range(0, x.Length).OrderBy(_ => random.Next()).Take(MostElements))
            {
                AssertClose(h => Function(i, h), gradient[i], FormattableString.Invariant($"d/d {leaf.Name}[{i}]"));
            }
            // All elements at once, each by a random share of the step.
            double[] shares = [.. x.Select(_ => 2 * random.NextDouble() - 1)];
            AssertClose(Along, gradient.Zip(shares, (g, s) => g * s).Sum(), $"along a random direction of {leaf.Name} the derivative");

            void AssertClose(Func<double, double> function, double expected, string what)
            {
                double difference = Difference(Step),
                    bound = Math.Abs(Difference(2 * Step) - difference) + rounding + ofGradient + ofStep * Math.Abs(expected);
                Assert.True(Math.Abs(difference - expected) <= bound, string.Create(CultureInfo.InvariantCulture,
                    $"{what} is {difference} ± {bound:G2}, differentiation gives {expected}; {where}\n{backward}"));

                double Difference(double h) => (function(h) - function(-h)) / (2 * h);
            }

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
