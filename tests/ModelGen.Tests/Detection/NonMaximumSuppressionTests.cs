using System.Text.Json;
using ModelGen.Detection;

namespace ModelGen.Tests.Detection;

public sealed class NonMaximumSuppressionTests
{
    [Fact]
    public void What_is_kept_is_torchvisions()
    {
        JsonElement data = DetectionData.Torchvision("nms");
        float[] boxes = data.Floats("boxes"), scores = data.Floats("scores");
        int[] classes = data.Ints("classes"), kept = new int[scores.Length];
        var suppression = new NonMaximumSuppression(scores.Length + 3);
        foreach (JsonElement run in data.GetProperty("runs").EnumerateArray())
        {
            float threshold = run.GetProperty("threshold").GetSingle();
            int count = suppression.Run(boxes, scores, threshold, kept);
            Assert.Equal(run.Ints("kept"), kept[..count]);
            count = suppression.Run(boxes, scores, classes, threshold, kept);
            // Torchvision sorts those that are left by another sort, which is not stable.
            Assert.Equal(run.Ints("batched").Order(), kept[..count].Order());
            Assert.Equal(kept[..count].OrderByDescending(i => scores[i]).ThenBy(i => i), kept[..count]);
            // With less room, the best.
            Assert.Equal(10, suppression.Run(boxes, scores, classes, threshold, kept.AsSpan(0, 10)));
        }
    }

    /// <summary>Any number of boxes, so that vectors are filled in every way, against the definition.</summary>
    [Fact]
    public void Any_number_of_boxes_is_suppressed()
    {
        var random = new Random(2);
        var suppression = new NonMaximumSuppression(70);
        for (int count = 0; count <= 70; count++)
        {
            float[] boxes = [.. Enumerable.Range(0, count).SelectMany(_ =>
            {
                float x = random.Next(40), y = random.Next(40);
                return new[] { x, y, x + 1 + random.Next(20), y + 1 + random.Next(20) };
            })];
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(8) - 4f)];
            int[] kept = new int[count];
            int left = suppression.Run(boxes, scores, 0.25f, kept);
            var expected = new List<int>();
            foreach (int box in Enumerable.Range(0, count).OrderByDescending(i => scores[i]).ThenBy(i => i))
            {
                if (expected.TrueForAll(
                    other => Boxes.IntersectionOverUnion(boxes.AsSpan(box * 4, 4), boxes.AsSpan(other * 4, 4)) <= 0.25f))
                    expected.Add(box);
            }
            Assert.Equal(expected, kept[..left]);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var suppression = new NonMaximumSuppression(4);
        float[] boxes = [0, 0, 4, 4, 0, 0, 4, 5, 9, 9, 12, 12, 1, 1, 2, 2], scores = [0.1f, 0.2f, float.NaN, 0.3f];
        int[] kept = new int[4];
        int count = suppression.Run(boxes, scores, 0.5f, kept);
        Assert.Equal([2, 3, 1], kept[..count]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            suppression.Run(boxes, scores, 0.5f, kept);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        var suppression = new NonMaximumSuppression(1);
        Assert.Equal("There is memory for 1 boxes, got 2; construct it for more. (Parameter 'boxes')",
            Assert.Throws<ArgumentException>(() => suppression.Run(new float[8], new float[2], 0.5f, new int[2])).Message);
        Assert.Throws<ArgumentException>(() => suppression.Run(new float[4], new float[2], 0.5f, new int[2]));
        Assert.Equal("The threshold must be 0 to 1, got 2. (Parameter 'threshold')",
            Assert.Throws<ArgumentOutOfRangeException>(() => suppression.Run(new float[4], new float[1], 2f, new int[2])).Message);
        Assert.Throws<ArgumentException>(() => suppression.Run(new float[4], new float[1], [-1], 0.5f, new int[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NonMaximumSuppression(0));
    }
}
