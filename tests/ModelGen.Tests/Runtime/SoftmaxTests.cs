using System.Runtime.Intrinsics;
using ModelGen.Runtime;

namespace ModelGen.Tests.Runtime;

public class SoftmaxTests
{
    private delegate void ForwardKernel(
        ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner);

    private delegate void GradientKernel(
        ref float y, ref float dy, ref float dx,
        int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner);

    private static ForwardKernel Wide<S, V>() where S : struct, ISimd<V> where V : struct =>
        (ref float x, ref float y, int samples, nint sampleStride, int outer, nint outerStride, int classes, nint classStride, int inner) =>
            Softmax.Forward<S, V>(ref x, ref y, samples, sampleStride, outer, outerStride, classes, classStride, inner, 1f, 0f);

    private static readonly ForwardKernel[] Forwards =
        [Softmax.Forward, Wide<Simd512, Vector512<float>>(), Wide<Simd256, Vector256<float>>(), Wide<Simd128, Vector128<float>>()];

    private static readonly GradientKernel[] Gradients =
    [
        Softmax.Gradient, Softmax.Gradient<Simd512, Vector512<float>>, Softmax.Gradient<Simd256, Vector256<float>>,
        Softmax.Gradient<Simd128, Vector128<float>>,
    ];

    /// <summary>Samples, outer, classes and inner, with gaps between classes or not: where the gaps are, nothing may change.</summary>
    public static TheoryData<int, int, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int>();
            for (int classes = 1; classes <= 70; classes++)
                data.Add(2, 1, classes, 1, 0);
            for (int inner = 1; inner <= 40; inner++)
                data.Add(2, 2, 5, inner, 3);
            data.Add(1, 1, 1000, 1, 0);
            data.Add(1, 1, 1000, 17, 0);
            data.Add(2, 3, 21, 7, 0);
            data.Add(2, 1, 6, 1, 2);
            data.Add(0, 1, 6, 1, 0);
            data.Add(1, 4, 10, 1, 0);
            return data;
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void AgreesWithTheDefinition(int samples, int outer, int classes, int inner, int gap)
    {
        int classStride = inner + gap, outerStride = classes * classStride + gap, sampleStride = outer * outerStride + gap;
        float[] logits = Guarded.Normal(samples * sampleStride, 1, 0, 4), upstream = Guarded.Normal(samples * sampleStride, 2);
        const double Epsilon = 1.1920929e-7;
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
                double max = at.Max(i => logits[i]), sum = at.Sum(i => Math.Exp(logits[i] - max)),
                    dot = at.Sum(i => (double)y[i] * upstream[i]);
                foreach (int i in at)
                {
                    seen[i] = true;
                    double exact = Math.Exp(logits[i] - max) / sum;
                    // x − max is rounded before the exponential magnifies it; all else is worth 6 epsilons.
                    Assert.True(Math.Abs(y[i] - exact) <= (6 + (max - logits[i]) / 2) * Epsilon * exact,
                        $"at {i}: expected {exact:R}, got {y[i]:R}");
                    Assert.Equal(y[i], inPlace[i]);
                    Assert.Equal(y[i] * (upstream[i] - dot), dx[i], 1e-6);
                    Assert.Equal(dx[i], overDy[i]);
                }
            }

            for (int i = 0; i < seen.Length; i++)
            {
                if (!seen[i])
                    Assert.Equal((0f, logits[i], 0f, upstream[i]), (y[i], inPlace[i], dx[i], overDy[i]));
            }

            y.AssertGuards();
            inPlace.AssertGuards();
            dx.AssertGuards();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    public void ExtremeLogits(int inner)
    {
        const int Classes = 20;
        foreach (var forward in Forwards)
        {
            var y = new Guarded(Classes * inner);

            y.Span.Fill(1e38f); // equal and huge: no overflow
            Run();
            Assert.All(y.Span.ToArray(), v => Assert.Equal(0.05f, v, 1e-8f));

            y.Span.Fill(float.NegativeInfinity); // one finite logit takes everything
            y.Span.Slice(3 * inner, inner).Fill(-1000f);
            Run();
            for (int i = 0; i < y.Length; i++)
                Assert.Equal(i / inner == 3 ? 1f : 0f, y[i]);

            foreach (float poison in new[] { float.NaN, float.PositiveInfinity })
            {
                y.Span.Fill(500f);
                y.Span[17 * inner] = poison; // position 0 only
                Run();
                for (int i = 0; i < y.Length; i++)
                    Assert.Equal(i % inner == 0 ? float.NaN : 0.05f, y[i], 1e-8f);
            }

            y.AssertGuards();

            void Run() => forward(ref y.First, ref y.First, 1, 0, 1, 0, Classes, inner, inner);
        }
    }
}
