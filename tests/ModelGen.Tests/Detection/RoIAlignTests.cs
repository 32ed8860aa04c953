using System.Text.Json;
using ModelGen.Detection;

namespace ModelGen.Tests.Detection;

public sealed class RoIAlignTests
{
    // Sums of up to some hundred products of single precision, of values near 1.
    private const double Tolerance = 1e-5;

    [Fact]
    public void Regions_and_gradients_are_torchvisions()
    {
        JsonElement data = DetectionData.Torchvision("align");
        float[] features = data.Floats("features"), boxes = data.Floats("boxes");
        foreach (JsonElement run in data.GetProperty("runs").EnumerateArray())
        {
            RoIAlign align = Align(run);
            float[] regions = new float[boxes.Length / 4 * align.RegionLength], gradient = new float[features.Length];
            align.Forward(features, boxes, regions);
            DetectionData.Near(run.Floats("result"), regions, Tolerance);
            align.Backward(run.Floats("gradient"), boxes, gradient);
            DetectionData.Near(run.Floats("features"), gradient, Tolerance);
        }
    }

    private static RoIAlign Align(JsonElement run) =>
        new(3, 12, 17, run.Int("height"), run.Int("width"), 0.25f, run.Int("ratio"), run.GetProperty("aligned").GetBoolean());

    /// <summary>The gradient is the transpose: ⟨pool(x), g⟩ = ⟨x, spread(g)⟩, for boxes far larger than the map too.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(20, true)]
    public void The_gradient_is_the_transpose(int samplingRatio, bool aligned)
    {
        var random = new Random(4);
        var align = new RoIAlign(2, 9, 7, 3, 4, 0.5f, samplingRatio, aligned);
        float[] boxes = [-1000, -900, 2000, 3000, 0, 0, 17, 13, 5, 5, 5.5f, 6, 12, 12, 3, 4, 0, 0, 1e30f, 1e30f, 2, 2, 2, 9];
        float[] features = [.. Enumerable.Range(0, align.FeatureLength).Select(_ => random.NextSingle() - 0.5f)];
        float[] gradient = [.. Enumerable.Range(0, boxes.Length / 4 * align.RegionLength).Select(_ => random.NextSingle() - 0.5f)];
        float[] regions = new float[gradient.Length], spread = new float[features.Length];
        align.Forward(features, boxes, regions);
        align.Backward(gradient, boxes, spread);
        Assert.Equal(regions.Zip(gradient, (a, b) => (double)a * b).Sum(), features.Zip(spread, (a, b) => (double)a * b).Sum(), 1e-5);
        Assert.Contains(spread, v => v != 0);
    }

    [Fact]
    public void Levels_of_a_pyramid_are_torchvisions()
    {
        JsonElement data = DetectionData.Torchvision("pyramid");
        float[][] maps =
            [.. data.GetProperty("levels").EnumerateArray().Select(l => l.EnumerateArray().Select(v => v.GetSingle()).ToArray())];
        float[] boxes = data.Floats("boxes"), expected = data.Floats("result"), regions = new float[expected.Length];
        var pyramid = new MultiScaleRoIAlign(
            [.. Enumerable.Range(0, 3).Select(i => new RoIAlign(2, 32 >> i, 40 >> i, 2, 2, 0.25f / (1 << i), 2))], 32, 3);
        // A square of the canonical size is on its level, 3, the finest being 2.
        Assert.Equal(1, pyramid.LevelOf(boxes.AsSpan(0, 4)));
        Assert.Equal(0, pyramid.LevelOf([3, 3, 3, 9]));
        int[] levels = [.. Enumerable.Range(0, boxes.Length / 4).Select(n => pyramid.LevelOf(boxes.AsSpan(n * 4, 4)))];
        Assert.Equal([0, 1, 2], levels.Distinct().Order());
        regions.AsSpan().Fill(float.NaN);
        for (int level = 0; level < 3; level++)
            pyramid.Forward(level, maps[level], boxes, regions);
        DetectionData.Near(expected, regions, Tolerance);

        double product = regions.Sum(v => (double)v * v), transposed = 0;
        for (int level = 0; level < 3; level++)
        {
            float[] spread = new float[maps[level].Length];
            pyramid.Backward(level, regions, boxes, spread);
            transposed += spread.Zip(maps[level], (a, b) => (double)a * b).Sum();
        }
        Assert.Equal(product, transposed, 1e-4);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var pyramid = new MultiScaleRoIAlign([new RoIAlign(2, 8, 8, 2, 2, 0.25f)]);
        float[] features = new float[128], boxes = [0, 0, 9, 9], regions = new float[8];
        pyramid.Forward(0, features, boxes, regions);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            pyramid.Forward(0, features, boxes, regions);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        var align = new RoIAlign(1, 4, 4, 2, 2, 0.5f);
        Assert.Equal("'features' needs channels × height × width floats, 16; got 15. (Parameter 'features')",
            Assert.Throws<ArgumentException>(() => align.Forward(new float[15], new float[4], new float[4])).Message);
        Assert.Throws<ArgumentException>(() => align.Forward(new float[16], new float[4], new float[5]));
        Assert.Throws<ArgumentException>(() => align.Backward(new float[4], new float[3], new float[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoIAlign(1, 4, 4, 2, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoIAlign(1, 0, 4, 2, 2, 1));
        Assert.Equal("Level 1 needs the scale 2^-2 and regions of 1×2×2; got 0.5 and 1×2×2. (Parameter 'levels')",
            Assert.Throws<ArgumentException>(() => new MultiScaleRoIAlign([align, align])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiScaleRoIAlign([align]).Forward(1, new float[16], [], []));
    }
}
