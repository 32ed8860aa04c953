using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Reference;

/// <summary>
/// The same random configurations of every operator with a gradient, compiled: the generated kernels of forward and backward pass against
/// the interpreter, whose gradients <see cref="GradientTests"/> checks. Small images and such that fill blocks of channels.
/// </summary>
public class GeneratedGradientTests
{
    private const int Configurations = 6;
    private const int Batch = 3;

    private static readonly Lazy<(Case[] Cases, GeneratedLibrary Library)> Compiled = new(() =>
    {
        Case[] cases = [.. GradientConfigurations.Operators.Where(o => o is not (OpNames.RandomDropout or OpNames.RandomNoise))
            .SelectMany(op => Enumerable.Range(0, Configurations).Select(i => Declare(op, i)))];
        return (cases, GeneratedLibrary.Compile([.. cases.Select(c => c.Function)]));
    });

    private sealed record Case(string Op, int Seed, GraphFunction Function);

    // Which elements are dropped depends on where they lie in memory.
    public static TheoryData<string> Operators =>
        [.. GradientConfigurations.Operators.Where(o => o is not (OpNames.RandomDropout or OpNames.RandomNoise))];

    [Theory, MemberData(nameof(Operators))]
    public void KernelsMatchTheInterpreter(string op)
    {
        foreach ((_, int seed, GraphFunction function) in Compiled.Value.Cases.Where(c => c.Op == op))
        {
            int samples = 2 + seed % 2;
            Dictionary<string, double[]> values = RandomGraphs.Values(function.Graph, samples, seed);
            var check = new GraphCheck(function, samples);
            foreach (Node leaf in function.Graph.Nodes.Where(n => n.Op is OpNames.Input or OpNames.Parameter))
            {
                if (leaf.Type.Element == ElementType.I32)
                    check.Labels[leaf.Name] = [.. values[leaf.Name].Select(v => (int)v)];
                else
                    check.Values[leaf.Name] = [.. values[leaf.Name].Select(v => (float)v)];
            }
            // Held to the interpreter, and to what rounding explains, as every check is.
            string[] failures = [.. check.Failures(Compiled.Value.Library)];
            Assert.True(failures.Length == 0, $"{op}, seed {seed}, {samples} samples: {string.Join("\n", failures)}\n{function.Graph}");
        }
    }

    private static Case Declare(string op, int number)
    {
        int seed = 9000 + number;
        Graph forward = GradientConfigurations.Of(op, seed, wide: number % 2 == 1);
        Graph gradients = FuseActivation.Run(Differentiate.VectorJacobian(forward, "output", GradientConfigurations.IsWanted));
        return new Case(op, seed, new GraphFunction($"{op}Gradient{number}", gradients, Batch, ParameterUse.Changing));
    }
}
