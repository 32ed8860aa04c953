using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// The interpreter that other tests trust, and the graphs that differentiation makes, against PyTorch in double precision: no generated
/// code takes part.
/// </summary>
public class ReferenceTests
{
    // The recorded values are rounded to floats; differences of larger values keep that rounding.
    private static readonly Tolerance Rounding = new(Relative: 1e-6, AbsoluteOfMax: 1e-12);

    public static TheoryData<string> Ids => [.. OperatorCases.Ids];

    [Theory, MemberData(nameof(Ids))]
    public void InterpreterAgreesWithTheReference(string id)
    {
        foreach (GraphCheck check in OperatorCases.Build(id))
        {
            Dictionary<string, double[]> values = check.Values.ToDictionary(v => v.Key, v => v.Value.Select(x => (double)x).ToArray());
            foreach ((string name, int[] labels) in check.Labels)
                values[name] = [.. labels.Select(l => (double)l)];
            Dictionary<string, double[]> outputs = ReferenceInterpreter.Outputs(check.Function.Graph, check.Samples, values);
            foreach ((string name, Expected expected) in check.Expected)
            {
                // What is no output is a parameter that has changed.
                double[] actual = outputs.TryGetValue(name, out double[]? output) ? output : values[name];
                string? failure = (expected with { Tolerance = Rounding }).Compare(name, [.. actual.Select(v => (float)v)]);
                Assert.True(failure is null, $"{check.Function.Name}: {failure}\n{check.Function.Graph}");
            }
        }
    }
}
