using ModelGen.Generator.Graphs;
using ModelGen.Generator.Passes;

namespace ModelGen.Tests.Reference;

/// <summary>Bounds of rounding hold what rounds and refuse what is wrong by little.</summary>
public class RunningErrorInterpreterTests
{
    private const int Samples = 3;

    private static readonly Rounding ToFloats = (_, _, _, _, result, _) => [.. result.Select(v => (double)(float)v)];

    [Fact]
    public void EveryOperatorOfTheInterpreterHasARule() =>
        Assert.Equal(ReferenceInterpreter.Supported.Order(StringComparer.Ordinal),
            RunningErrorInterpreter.Supported.Order(StringComparer.Ordinal));

    // Each result is rounded once: less than any kernel does.
    [Fact]
    public void ResultsRoundedToFloatsAreWithinTheBounds()
    {
        int finite = 0;
        for (int seed = 300; seed < 360; seed++)
        {
            (Graph graph, Dictionary<string, double[]> values) = Network(seed);
            float[] rounded = Rounded(graph, values, 1);
            Bounded bounded = RunningErrorInterpreter.Outputs(graph, Samples, values)["output"];
            Assert.Null(bounded.Compare($"output of seed {seed}", rounded));
            Assert.Null(Likely(graph, values).Compare("output", rounded));
            finite += bounded.Bounds.All(b => b < 1e-3 * bounded.Values.Max(Math.Abs)) ? 1 : 0;
        }
        Assert.True(finite > 20, $"only {finite} of 60 bounds say anything");
    }

    // Off by a hundred thousandth. Few sums of a few products bound it; of many layers samples tell.
    [Fact]
    public void WhatIsOffByAHundredThousandthIsFound()
    {
        int beyondBounds = 0, unlikely = 0;
        for (int seed = 300; seed < 360; seed++)
        {
            (Graph graph, Dictionary<string, double[]> values) = Network(seed);
            float[] wrong = Rounded(graph, values, 1 + 1e-5);
            beyondBounds += RunningErrorInterpreter.Outputs(graph, Samples, values)["output"].Compare("output", wrong) is null ? 0 : 1;
            unlikely += Likely(graph, values).Compare("output", wrong) is null ? 0 : 1;
        }
        Assert.True(beyondBounds > 5 && unlikely > 45, $"{beyondBounds} of 60 are beyond the bounds, {unlikely} are unlikely");
    }

    private static (Graph Graph, Dictionary<string, double[]> Values) Network(int seed)
    {
        Graph graph = RunningErrorInterpreter.WithoutFusedPools(Pipeline.ForInference(RandomGraphs.Network(seed)));
        return (graph, RandomGraphs.Values(graph, Samples, seed)
            .ToDictionary(v => v.Key, v => (double[])[.. v.Value.Select(x => (double)(float)x)]));
    }

    private static float[] Rounded(Graph graph, Dictionary<string, double[]> values, double factor) =>
        [.. ReferenceInterpreter.Outputs(graph, Samples, values, TrainingStep.None with { Rounding = ToFloats })["output"]
            .Select(v => (float)(factor * v))];

    private static RoundingSamples Likely(Graph graph, Dictionary<string, double[]> values) =>
        new(disturb => ReferenceInterpreter.Outputs(graph, Samples, values, TrainingStep.None with { Rounding = disturb }));
}
