using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class CrossEntropyTests
{
    private delegate float LossKernel(
        ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride, int inner, float labelSmoothing);

    private delegate int CountKernel(ref float logits, ref int labels, int samples, nint sampleStride, int classes, nint classStride,
        int inner);

    private static readonly LossKernel[] Losses =
    [
        CrossEntropy.Loss, CrossEntropy.Loss<Simd512, Vector512<float>>, CrossEntropy.Loss<Simd256, Vector256<float>>,
        CrossEntropy.Loss<Simd128, Vector128<float>>,
    ];

    private static readonly CountKernel[] Counts =
    [
        CrossEntropy.CountCorrect, CrossEntropy.CountCorrect<Simd512, Vector512<float>>,
        CrossEntropy.CountCorrect<Simd256, Vector256<float>>,
        CrossEntropy.CountCorrect<Simd128, Vector128<float>>,
    ];

    public static TheoryData<int, int, int, int, float> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, int, float>();
            for (int classes = 1; classes <= 40; classes++)
                data.Add(3, classes, 1, 0, classes % 2 * 0.1f);
            for (int inner = 1; inner <= 40; inner++)
                data.Add(2, 5, inner, 3, inner % 2 * 0.1f);
            data.Add(4, 1000, 1, 0, 0.1f);
            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void AgreesWithTheDefinition(int samples, int classes, int inner, int gap, float smoothing)
    {
        int classStride = inner + gap, sampleStride = classes * classStride + gap, positions = samples * inner;
        float[] logits = Guarded.Normal(samples * sampleStride, classes + inner, 0, 3);
        var random = new Random(7);
        int[] labels = [.. Enumerable.Range(0, positions).Select(_ => random.Next(classes))];
        const float Scale = 8f;

        Guarded x = new(logits, 1), g = new(new float[logits.Length], 2), inPlace = new(logits, 3);
        CrossEntropy.Gradient(ref x.First, ref labels[0], ref g.First, samples, sampleStride, classes, classStride, inner, smoothing,
            Scale);
        CrossEntropy.Gradient(
            ref inPlace.First, ref labels[0], ref inPlace.First, samples, sampleStride, classes, classStride, inner, smoothing, Scale);

        double loss = 0;
        int correct = 0;
        var seen = new bool[logits.Length];
        for (int p = 0; p < positions; p++)
        {
            int[] at = [.. Enumerable.Range(0, classes).Select(c => p / inner * sampleStride + c * classStride + p % inner)];
            double max = at.Max(i => logits[i]), sum = at.Sum(i => Math.Exp(logits[i] - max));
            int best = Array.FindIndex(at, i => logits[i] == max);
            correct += best == labels[p] ? 1 : 0;
            for (int c = 0; c < classes; c++)
            {
                double target = (c == labels[p] ? 1 - smoothing : 0) + smoothing / (double)classes;
                double logProbability = logits[at[c]] - max - Math.Log(sum);
                loss -= target * logProbability / positions;
                Assert.Equal(Scale * (Math.Exp(logProbability) - target) / positions, g[at[c]], 1e-6 * Scale / positions);
                Assert.Equal(g[at[c]], inPlace[at[c]]);
                seen[at[c]] = true;
            }
        }

        foreach (var kernel in Losses)
            Assert.Equal(loss, kernel(ref x.First, ref labels[0], samples, sampleStride, classes, classStride, inner, smoothing),
                1e-6 + 1e-6 * loss);
        foreach (var kernel in Counts)
            Assert.Equal(correct, kernel(ref x.First, ref labels[0], samples, sampleStride, classes, classStride, inner));
        Assert.All(Enumerable.Range(0, seen.Length).Where(i => !seen[i]), i => Assert.Equal((0f, logits[i]), (g[i], inPlace[i])));
        g.AssertGuards();
        inPlace.AssertGuards();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(35)]
    public void CountingTakesTheFirstOfEqualsAndNeverNaN(int inner)
    {
        const int Classes = 3;
        var labels = new int[inner];
        var x = new Guarded(Classes * inner);
        foreach (var count in Counts)
        {
            x.Span.Fill(1f);
            Assert.Equal(inner, Count(0));
            Assert.Equal(0, Count(1));
            for (int bad = 0; bad < Classes; bad++)
            {
                x.Span.Clear();
                x.Span.Slice(inner, inner).Fill(5f);
                Assert.Equal(inner, Count(1));
                x.Span[bad * inner] = float.NaN;
                Assert.Equal(inner - 1, Count(1));
            }

            int Count(int label)
            {
                Array.Fill(labels, label);
                return count(ref x.First, ref labels[0], 1, 0, Classes, inner, inner);
            }
        }
    }

    [Fact]
    public void ExtremeLogits()
    {
        float[] huge = [1e30f, -1e30f, 0f], infinite = [0f, float.NegativeInfinity, 0f], nan = [0f, float.NaN, 0f];
        int right = 0, wrong = 1;
        foreach (var loss in Losses)
        {
            Assert.Equal(0f, loss(ref huge[0], ref right, 1, 3, 3, 1, 1, 0f));
            Assert.Equal(2e30f, loss(ref huge[0], ref wrong, 1, 3, 3, 1, 1, 0f));
            Assert.Equal(MathF.Log(2), loss(ref infinite[0], ref right, 1, 3, 3, 1, 1, 0f), 1e-6f);
            Assert.Equal(float.PositiveInfinity, loss(ref infinite[0], ref wrong, 1, 3, 3, 1, 1, 0f));
            Assert.Equal(float.PositiveInfinity, loss(ref infinite[0], ref right, 1, 3, 3, 1, 1, 0.1f));
            Assert.Equal(float.NaN, loss(ref nan[0], ref right, 1, 3, 3, 1, 1, 0f));
        }
    }

    [Fact]
    public void WrongLabelsAreNamed()
    {
        CrossEntropy.CheckLabels([0, 9, 5], 10, "LeNet5");
        CrossEntropy.CheckLabels([], 10, "LeNet5");
        foreach (int bad in new[] { -1, 10 })
        {
            string message = Assert.Throws<ArgumentOutOfRangeException>(() => CrossEntropy.CheckLabels([0, 3, bad], 10, "LeNet5")).Message;
            Assert.Contains($"LeNet5: label {bad} at index 2 is not a class; labels are 0 to 9.", message, StringComparison.Ordinal);
        }
    }
}
