namespace ModelGen.Tests.Networks;

public sealed class ClassificationMetricsTests
{
    private const float NaN = float.NaN;

    // The definitions, by sorting.
    [Fact]
    public void IsWhatSortingGives()
    {
        const int Classes = 7, Samples = 300;
        var random = new Random(1);
        // Few values, so that many are the same.
        float[] scores = [.. Enumerable.Range(0, Samples * Classes).Select(_ => random.Next(20) == 0 ? NaN : random.Next(-4, 5) / 2f)];
        int[] labels = [.. Enumerable.Range(0, Samples).Select(_ => random.Next(Classes))];
        int[][] order = [.. Enumerable.Range(0, Samples).Select(s => Enumerable.Range(0, Classes)
            .OrderBy(c => float.IsNaN(scores[s * Classes + c]) ? double.NegativeInfinity : -scores[s * Classes + c]).ThenBy(c => c)
                .ToArray())];
        var metrics = new ClassificationMetrics(Classes);
        metrics.Add(scores.AsSpan(0, 5 * Classes), labels.AsSpan(0, 5));
        metrics.Add(scores.AsSpan(5 * Classes), labels.AsSpan(5));

        Assert.Equal((Samples, Classes), (metrics.Count, metrics.Classes));
        for (int k = 1; k <= Classes; k++)
            Assert.Equal(order.Where((o, s) => o.Take(k).Contains(labels[s])).Count() / (double)Samples, metrics.TopK(k));
        Assert.Equal((metrics.TopK(1), 1.0), (metrics.Accuracy, metrics.TopK(Classes)));
        for (int a = 0; a < Classes; a++)
        {
            for (int b = 0; b < Classes; b++)
                Assert.Equal(order.Where((o, s) => labels[s] == a && o[0] == b).Count(), metrics[a, b]);
            Assert.Equal(labels.Count(l => l == a), metrics.Actual(a));
            Assert.Equal(order.Count(o => o[0] == a), metrics.Predicted(a));
            Assert.Equal((double)metrics[a, a] / metrics.Actual(a), metrics.Recall(a));
            Assert.Equal((double)metrics[a, a] / metrics.Predicted(a), metrics.Precision(a));
        }
        Assert.True(double.IsNaN(metrics.CrossEntropy));
    }

    [Fact]
    public void HasTheLoss()
    {
        var metrics = new ClassificationMetrics(3);
        metrics.Add([1000, 1001, 999, 0, 0, 0], [1, 2]);
        Assert.Equal((Math.Log(1 + Math.Exp(-1) + Math.Exp(-2)) + Math.Log(3)) / 2, metrics.CrossEntropy, 1e-12);
        // Of equal scores the first class counts.
        Assert.Equal(new Evaluation(metrics.CrossEntropy, 1, 2), metrics.Evaluation);
        metrics.Clear();
        Assert.Equal(0, metrics.Count);
        Assert.True(double.IsNaN(metrics.Accuracy) && double.IsNaN(metrics.CrossEntropy) && double.IsNaN(metrics.Recall(0)));
        metrics.Add([0, 1, 2], [2]);
        Assert.Equal((1.0, 1), (metrics.Accuracy, metrics[2, 2]));
    }

    [Fact]
    public void BadInputIsRefusedAndCountsNothing()
    {
        var metrics = new ClassificationMetrics(3);
        Assert.Contains("2 samples of 3 classes have 6 scores, got 5.",
            Assert.Throws<ArgumentException>(() => metrics.Add(new float[5], [0, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("Label 3 of sample 1 is no class: expected 0 to 2.",
            Assert.Throws<ArgumentException>(() => metrics.Add(new float[6], [0, 3])).Message, StringComparison.Ordinal);
        Assert.Equal(0, metrics.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics[0, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.TopK(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.TopK(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassificationMetrics(0));
    }
}
