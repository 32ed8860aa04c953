using System.Text.Json;
using ModelGen.Detection;

namespace ModelGen.Tests.Detection;

public sealed class MetricsTests
{
    [Theory]
    [InlineData(AveragePrecisionRule.Coco, "coco")]
    [InlineData(AveragePrecisionRule.Voc, "voc")]
    public void Average_precision_is_that_of_another_implementation(AveragePrecisionRule rule, string name)
    {
        JsonElement data = DetectionData.Read("average_precision.json");
        double[][] expected =
            [.. data.GetProperty(name).EnumerateArray().Select(c => c.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
        var metrics = new DetectionMetrics(data.Int("classes"), 500, rule: rule, mostPerImage: data.Int("most"));
        foreach (JsonElement image in data.GetProperty("images").EnumerateArray())
        {
            metrics.Add(image.Floats("boxes"), image.Floats("scores"), image.Ints("labels"), image.Floats("trueBoxes"),
                image.Ints("trueLabels"));
        }
        for (int label = 0; label < expected.Length; label++)
        {
            for (int t = 0; t < 10; t++)
                Assert.Equal(expected[label][t], metrics.AveragePrecision(label, t), 1e-12);
        }
        Assert.Equal(expected.Average(c => c[0]), metrics.MeanAt(0), 1e-12);
        Assert.Equal(expected.Average(c => c.Average()), metrics.MeanAveragePrecision, 1e-12);

        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = metrics.MeanAveragePrecision;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Two objects; right, wrong, right: precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1.</summary>
    [Fact]
    public void Average_precision_by_hand()
    {
        float[] found = [0, 0, 10, 10, 50, 50, 60, 60, 20, 0, 30, 10], truth = [0, 0, 10, 10, 20, 0, 30, 11];
        var coco = new DetectionMetrics(2, 3, [0.5]);
        var voc = new DetectionMetrics(2, 3, [0.5], AveragePrecisionRule.Voc);
        foreach (DetectionMetrics metrics in new[] { coco, voc })
            metrics.Add(found, [0.9f, 0.8f, 0.7f], [1, 1, 1], truth, [1, 1]);
        // 51 recalls up to 1/2 at precision 1, 50 above at 2/3.
        Assert.Equal((51 + 50 * 2 / 3.0) / 101, coco.AveragePrecision(1, 0), 1e-12);
        Assert.Equal(0.5 + 0.5 * 2 / 3.0, voc.AveragePrecision(1, 0), 1e-12);
        Assert.True(double.IsNaN(coco.AveragePrecision(0, 0)));
        Assert.Equal(coco.AveragePrecision(1, 0), coco.MeanAveragePrecision);
        Assert.Equal((3, 2), (coco.Count, coco.Objects(1)));
        Assert.Equal("There is memory for 3 detections, 3 are there, and 1 more do not fit; construct it for more.",
            Assert.Throws<InvalidOperationException>(() => coco.Add([0, 0, 1, 1], [1], [0], [], [])).Message);
        coco.Clear();
        Assert.True(double.IsNaN(coco.MeanAveragePrecision));
    }

    /// <summary>The second detection of an object is wrong by VOC's rule even where it touches another; COCO gives it that one.</summary>
    [Fact]
    public void Rules_differ_in_whose_object_it_is()
    {
        float[] found = [0, 0, 10, 10, 1, 0, 11, 10], truth = [0, 0, 10, 10, 4, 0, 14, 10];
        DetectionMetrics Of(AveragePrecisionRule rule)
        {
            var metrics = new DetectionMetrics(1, 2, [0.5], rule);
            metrics.Add(found, [0.9f, 0.8f], [0, 0], truth, [0, 0]);
            return metrics;
        }
        Assert.Equal(1, Of(AveragePrecisionRule.Coco).MeanAveragePrecision, 1e-12);
        Assert.Equal(0.5, Of(AveragePrecisionRule.Voc).MeanAveragePrecision, 1e-12);
    }

    [Fact]
    public void Detections_that_do_not_fit_are_refused()
    {
        var metrics = new DetectionMetrics(2, 4, mostObjects: 1);
        Assert.Equal("Label 2 of box 0 is no class: expected 0 to 1. (Parameter 'labels')",
            Assert.Throws<ArgumentException>(() => metrics.Add(new float[4], [1], [2], [], [])).Message);
        Assert.Throws<ArgumentException>(() => metrics.Add([], [], [], new float[8], [0, 0]));
        Assert.Throws<ArgumentException>(() => metrics.Add(new float[4], [], [0], [], []));
        Assert.Equal(0, metrics.Count);
        Assert.Throws<ArgumentException>(() => new DetectionMetrics(1, 1, [1.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DetectionMetrics(1, 1, rule: (AveragePrecisionRule)5));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.AveragePrecision(0, 10));
    }

    /// <summary>Classes 0, 0, 1, 2 taken for 0, 1, 1, 1, and a pixel that does not count.</summary>
    [Fact]
    public void Segmentation_by_hand()
    {
        var metrics = new SegmentationMetrics(4, ignoreIndex: 255);
        metrics.Add([0, 1, 1, 1, 2], [0, 0, 1, 2, 255]);
        Assert.Equal((4L, 1L, 1L), (metrics.Count, metrics[0, 1], metrics[2, 1]));
        Assert.Equal(0.5, metrics.PixelAccuracy);
        Assert.Equal((0.5 + 1 + 0) / 3, metrics.MeanAccuracy, 1e-15);
        Assert.Equal([1 / 2.0, 1 / 3.0, 0, double.NaN], Enumerable.Range(0, 4).Select(metrics.IntersectionOverUnion));
        Assert.Equal([2 / 3.0, 2 / 4.0, 0, double.NaN], Enumerable.Range(0, 4).Select(metrics.Dice));
        Assert.Equal((1 / 2.0 + 1 / 3.0) / 3, metrics.MeanIntersectionOverUnion, 1e-15);
        Assert.Equal((2 / 3.0 + 1 / 2.0) / 3, metrics.MeanDice, 1e-15);

        // The same from scores: three classes, channels first.
        var scored = new SegmentationMetrics(3, 255);
        float[] scores = [1, 0, 0, 0, 5, 0, 2, 1, 3, 4, 0, 2, 1, 4, float.NaN];
        scored.AddScores(scores, [0, 0, 1, 2, 255]);
        Assert.Equal((1L, 1L, 1L, 1L), (scored[0, 0], scored[0, 1], scored[1, 1], scored[2, 2]));
        scored.Clear();
        Assert.True(double.IsNaN(scored.PixelAccuracy));
    }

    [Fact]
    public void Labels_that_are_no_class_are_refused()
    {
        var metrics = new SegmentationMetrics(2);
        Assert.Equal("Label 2 of pixel 1 is no class: expected 0 to 1, or -100 for none. (Parameter 'labels')",
            Assert.Throws<ArgumentException>(() => metrics.Add([0, 0], [0, 2])).Message);
        Assert.Throws<ArgumentException>(() => metrics.Add([0, -1], [0, 1]));
        Assert.Throws<ArgumentException>(() => metrics.AddScores(new float[3], [0, 1]));
        Assert.Equal(0, metrics.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics[2, 0]);
    }

    [Fact]
    public void Cosines_are_PyTorchs()
    {
        JsonElement data = DetectionData.Torchvision("cosine");
        float[] x = data.Floats("x"), y = data.Floats("y");
        DetectionData.Near(data.Floats("result"),
            [.. Enumerable.Range(0, 4).Select(i => Similarity.Cosine(x.AsSpan(i * 20, 20), y.AsSpan(i * 20, 20)))], 1e-6);
        Assert.Equal(0, Similarity.Cosine([0, 0], [1, 2]));
        Assert.Equal("Vectors that are compared have one length; got 1 and 2. (Parameter 'y')",
            Assert.Throws<ArgumentException>(() => Similarity.Cosine([1], [1, 2])).Message);
    }
}
