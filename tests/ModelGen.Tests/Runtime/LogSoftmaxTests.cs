using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class LogSoftmaxTests
{
    private delegate void Kernel(ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes,
        nint classStride, int inner);

    private delegate void GradientKernel(
        ref float y, ref float dy, ref float dx, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride,
        int inner);

    private static readonly Kernel[] Forwards =
    [
        LogSoftmax.Forward, LogSoftmax.Forward<Simd512, Vector512<float>>, LogSoftmax.Forward<Simd256, Vector256<float>>,
        LogSoftmax.Forward<Simd128, Vector128<float>>,
    ];

    private static readonly GradientKernel[] Gradients =
    [
        LogSoftmax.Gradient, LogSoftmax.Gradient<Simd512, Vector512<float>>, LogSoftmax.Gradient<Simd256, Vector256<float>>,
        LogSoftmax.Gradient<Simd128, Vector128<float>>,
    ];

    [Theory, MemberData(nameof(SoftmaxTests.Shapes), MemberType = typeof(SoftmaxTests))]
    public void AgreesWithTheDefinition(int samples, int outer, int classes, int inner, int gap)
    {
        int classStride = inner + gap, outerStride = classes * classStride + gap, sampleStride = outer * outerStride + gap;
        float[] logits = Guarded.Normal(samples * sampleStride, 1, 0, 4), upstream = Guarded.Normal(samples * sampleStride, 2);
        foreach (var (forward, gradient) in Forwards.Zip(Gradients))
        {
            Guarded x = new(logits, 1), y = new(new float[logits.Length], 2), inPlace = new(logits, 3);
            forward(ref x.First, ref y.First, samples, sampleStride, outer, outerStride, classes, classStride, inner);
            forward(ref inPlace.First, ref inPlace.First, samples, sampleStride, outer, outerStride, classes, classStride, inner);
            Guarded dy = new(upstream, 1), dx = new(new float[logits.Length], 2), overDy = new(upstream, 3);
            gradient(ref y.First, ref dy.First, ref dx.First, samples, sampleStride, outer, outerStride, classes, classStride, inner);
            gradient(ref y.First, ref overDy.First, ref overDy.First, samples, sampleStride, outer, outerStride, classes, classStride,
                inner);
            var seen = new bool[logits.Length];
            for (int p = 0; p < samples * outer * inner; p++)
            {
                int start = p / (outer * inner) * sampleStride + p / inner % outer * outerStride + p % inner;
                int[] at = [.. Enumerable.Range(0, classes).Select(c => start + c * classStride)];
                double max = at.Max(i => logits[i]), logarithm = max + Math.Log(at.Sum(i => Math.Exp(logits[i] - max))),
                    total = at.Sum(i => (double)upstream[i]);
                double absolute = at.Sum(i => Math.Abs((double)upstream[i]));
                foreach (int i in at)
                {
                    seen[i] = true;
                    Assert.Equal(logits[i] - logarithm, y[i], 6e-7 * (1 + Math.Abs(logits[i] - logarithm)));
                    Assert.Equal(y[i], inPlace[i]);
                    Assert.Equal(upstream[i] - Math.Exp(logits[i] - logarithm) * total, dx[i], 2e-6 * (1 + absolute));
                    Assert.Equal(dx[i], overDy[i]);
                }
            }
            for (int i = 0; i < seen.Length; i++)
                Assert.True(seen[i] || (y[i] == 0 && dx[i] == 0), $"wrote between positions, at {i}");
            y.AssertGuards();
            dx.AssertGuards();
        }
    }

    [Fact]
    public void NaNMakesItsPositionNaN()
    {
        foreach (Kernel forward in Forwards)
        {
            float[] x = [.. Enumerable.Range(0, 21).Select(i => i == 17 ? float.NaN : i)], y = new float[21];
            forward(ref x[0], ref y[0], 1, 21, 1, 21, 21, 1, 1);
            Assert.All(y, v => Assert.True(float.IsNaN(v)));
        }
    }
}
