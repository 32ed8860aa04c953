using ModelGen;
using ModelGen.Data;

namespace FashionMnist;

/// <summary>What a network says of a set of images.</summary>
internal sealed class Predictions
{
    private readonly float[] logits;

    /// <summary>Runs the network on every image.</summary>
    /// <param name="forward">The network.</param>
    /// <param name="batches">The images, in their order, at the start of an epoch.</param>
    public Predictions(ForwardMethod forward, ImageBatches batches)
    {
        var all = new List<float>();
        var output = new float[FashionMnistData.Classes];
        while (batches.MoveNext())
        {
            for (var i = 0; i < batches.Count; i++)
            {
                forward(batches.Images.Slice(i * batches.ImageLength, batches.ImageLength), output);
                Metrics.Add(output, batches.Labels.Slice(i, 1));
                all.AddRange(output);
            }
        }

        logits = [.. all];
        Classes = [.. Enumerable.Range(0, Metrics.Count).Select(image => IndexOfLargest(Logits(image)))];
    }

    /// <summary>How they compare with the labels.</summary>
    public ClassificationMetrics Metrics { get; } = new(FashionMnistData.Classes);

    /// <summary>The class each image is taken for.</summary>
    public int[] Classes { get; }

    /// <summary>The softmax of an image's logits at the class it is taken for.</summary>
    public double Probability(int image)
    {
        var output = Logits(image);
        var largest = output[Classes[image]];
        var sum = 0.0;
        foreach (var logit in output)
            sum += Math.Exp(logit - largest);
        return 1 / sum;
    }

    /// <summary>The first image whose logits differ in any bit, or -1.</summary>
    public int FirstDifference(Predictions other)
    {
        for (var i = 0; i < logits.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(logits[i]) != BitConverter.SingleToInt32Bits(other.logits[i]))
                return i / FashionMnistData.Classes;
        }

        return -1;
    }

    private ReadOnlySpan<float> Logits(int image) => logits.AsSpan(image * FashionMnistData.Classes, FashionMnistData.Classes);

    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        var largest = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[largest])
                largest = i;
        }

        return largest;
    }
}
