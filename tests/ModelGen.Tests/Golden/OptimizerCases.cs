using System.Text.Json;
using ModelGen.Runtime;
using ModelGen.Safetensors;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Golden;

/// <summary>
/// Five steps of an optimizer on one parameter with given gradients: the kernels, and the interpreter that other tests trust.
/// </summary>
internal static class OptimizerCases
{
    // PyTorch's for single precision; and where a parameter comes near 0, five steps of three roundings each, 15·u = 9e-7 of the largest.
    private static readonly Tolerance Tolerance = new(Relative: 1.3e-6, AbsoluteOfMax: 1e-6);

    public static IEnumerable<string> Ids =>
        GoldenData.Operators.Where(o => OptimizerReference.All.ContainsKey(o.Text("op"))).Select(o => o.Text("id"));

    public static IEnumerable<string> Failures(string id)
    {
        JsonElement entry = GoldenData.Operator(id);
        using SafetensorsFile file = GoldenData.Open(entry);
        GradientDescent optimizer = OptimizerReference.All[entry.Text("op")].Golden(entry.GetProperty("attributes"));
        string[] inputs = entry.Texts("inputs");
        float[] p = file.Floats(inputs[0]);
        float[] a = new float[p.Length], b = new float[p.Length], c = new float[p.Length];
        double[] exact = [.. p.Select(v => (double)v)];
        double[][] state = [new double[p.Length], new double[p.Length], new double[p.Length]];
        int step = 0;
        foreach ((string gradient, string after) in inputs.Skip(1).Zip(entry.Texts("outputs")))
        {
            float[] g = file.Floats(gradient);
            Updates.Step(optimizer, exact, [.. g.Select(v => (double)v)], state, step, isPenalized: true);
            // Twice the gradients at half the scale are the same numbers.
            g = [.. g.Select(v => 2 * v)];
            Optimizers.Update(optimizer, ref p[0], ref g[0], ref a[0], ref b[0], ref c[0], p.Length, (ulong)step, 0.5f, true);
            step++;
            if (new Expected(file.Floats(after), Tolerance).Compare(after, p) is string failure)
                yield return failure;
            if (new Expected(file.Floats(after), Tolerance).Compare(after + " of the interpreter", [.. exact.Select(v => (float)v)])
                is string wrong)
                yield return wrong;
        }
    }
}
