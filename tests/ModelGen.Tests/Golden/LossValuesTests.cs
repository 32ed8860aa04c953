using System.Text.Json;
using ModelGen.Runtime;

namespace ModelGen.Tests.Golden;

/// <summary>Losses and gradients that PyTorch computed in double: see <c>data/make_losses.py</c>.</summary>
public class LossValuesTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Read().Count)];

    [Theory, MemberData(nameof(Cases))]
    public void AreThoseOfPyTorch(int number)
    {
        JsonElement entry = Read()[number];
        float[] x = Floats(entry, "input"), gradient = new float[x.Length];
        int[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];
        (int samples, int length) = (shape[0], x.Length / shape[0]);
        int[] labels = entry.TryGetProperty("labels", out _) ? [.. Floats(entry, "labels").Select(l => (int)l)] : [0];
        float[] target = entry.TryGetProperty("target", out _) ? Floats(entry, "target") : [0];
        int channels = shape[1], inner = length / channels;
        float loss;
        switch (entry.GetProperty("name").GetString())
        {
            case "SmoothL1":
                loss = Losses.SmoothL1(ref x[0], ref target[0], samples, length, length, Number("beta"));
                Losses.SmoothL1Gradient(ref x[0], ref target[0], ref gradient[0], samples, length, length, Number("beta"), 3);
                break;
            case "Focal":
                loss = Losses.Focal(ref x[0], ref target[0], samples, length, length, Number("alpha"), Number("gamma"));
                Losses.FocalGradient(
                    ref x[0], ref target[0], ref gradient[0], samples, length, length, Number("alpha"), Number("gamma"), 3);
                break;
            case "Dice":
                loss = Dice.Loss(ref x[0], ref target[0], samples, length, channels, inner, Number("smooth"));
                Dice.Gradient(ref x[0], ref target[0], ref gradient[0], samples, length, channels, inner, Number("smooth"), 3);
                break;
            default:
                (float smoothing, int ignore, float[] weights) = (Number("smoothing"), (int)Number("ignore"), Floats(entry, "weights"));
                loss = WeightedCrossEntropy.Loss(
                    ref x[0], ref labels[0], samples, length, channels, inner, inner, smoothing, ignore, weights);
                WeightedCrossEntropy.Gradient(
                    ref x[0], ref labels[0], ref gradient[0], samples, length, channels, inner, inner, smoothing, ignore, weights, 3);
                break;
        }
        // A few roundings of single precision each.
        double expected = entry.GetProperty("loss").GetDouble();
        Assert.Equal(expected, loss, 1e-6 * Math.Max(1, expected));
        double[] gradients = [.. entry.GetProperty("gradient").EnumerateArray().Select(v => v.GetDouble())];
        double largest = gradients.Max(Math.Abs);
        for (int i = 0; i < gradients.Length; i++)
            Assert.Equal(3 * gradients[i], gradient[i], 3e-6 * largest);

        float Number(string name) => entry.GetProperty(name).GetSingle();
    }

    [Fact]
    public void LabelsThatDoNotCountAreNeitherLossNorGradient()
    {
        float[] x = [1, float.NaN, 3, 4], dx = [9, 9, 9, 9];
        int[] labels = [-7, -7];
        Assert.Equal(0, WeightedCrossEntropy.Loss(ref x[0], ref labels[0], 1, 4, 2, 2, 2, 0, -7, []));
        WeightedCrossEntropy.Gradient(ref x[0], ref labels[0], ref dx[0], 1, 4, 2, 2, 2, 0, -7, [], 1);
        Assert.Equal([0, 0, 0, 0], dx);
        // Of two positions the first has its largest logit, of class 1, at its label.
        labels = [1, -7];
        Assert.Equal(1, WeightedCrossEntropy.CountCorrect(ref x[0], ref labels[0], 1, 4, 2, 2, 2, -7));
        Assert.Equal(1, WeightedCrossEntropy.Count(ref labels[0], 2, -7));
        Assert.Equal(0.5, WeightedCrossEntropy.Weight(ref labels[0], 2, -7, [2, 0.5f]));
        Assert.StartsWith("Net: label 2 at index 1 is not a class; labels are 0 to 1, or -7 where none counts.",
            Assert.Throws<ArgumentOutOfRangeException>(() => WeightedCrossEntropy.CheckLabels([-7, 2], 2, -7, "Net")).Message,
            StringComparison.Ordinal);
    }

    private static List<JsonElement> Read()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Golden", "data", "losses.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static float[] Floats(JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(v => v.GetSingle())];
}
