using System.Text.Json;
using ModelGen.Runtime;
using ModelGen.Safetensors;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Golden;

/// <summary>Five steps of stochastic gradient descent on one parameter with given gradients.</summary>
internal static class SgdCases
{
    public static IEnumerable<string> Ids => GoldenData.Operators.Where(o => o.Text("op") == "Sgd").Select(o => o.Text("id"));

    public static IEnumerable<string> Failures(string id)
    {
        JsonElement entry = GoldenData.Operator(id);
        JsonElement attributes = entry.GetProperty("attributes");
        using SafetensorsFile file = GoldenData.Open(entry);
        string[] inputs = entry.Texts("inputs");
        float[] parameter = file.Floats(inputs[0]);
        float[] velocity = new float[parameter.Length];
        foreach ((string gradient, string after) in inputs.Skip(1).Zip(entry.Texts("outputs")))
        {
            Optimizers.Sgd(
                ref parameter[0], ref file.Floats(gradient)[0], ref velocity[0], parameter.Length, attributes.GetProperty("learningRate").GetSingle(),
                attributes.GetProperty("momentum").GetSingle(), attributes.GetProperty("weightDecay").GetSingle(), attributes.GetProperty("nesterov").GetBoolean());
            if (new Expected(file.Floats(after), new Tolerance(Relative: 1.3e-6, AbsoluteOfMax: 1e-6)).Compare(after, parameter) is string failure)
                yield return failure;
        }
    }
}
