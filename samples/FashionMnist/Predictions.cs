namespace FashionMnist;

/// <summary>What a network says of a set of images.</summary>
internal sealed class Predictions
{
    private readonly float[] logits;

    /// <summary>Runs the network on every image.</summary>
    public Predictions(LeNet5 network, LabelledImages images)
    {
        logits = new float[images.Count * LeNet5.OutputLength];
        Classes = new int[images.Count];
        for (var i = 0; i < images.Count; i++)
        {
            var output = logits.AsSpan(i * LeNet5.OutputLength, LeNet5.OutputLength);
            network.Forward(images.Image(i), output);
            Classes[i] = IndexOfLargest(output);
            Correct += Classes[i] == images.Labels[i] ? 1 : 0;
        }
    }

    /// <summary>The class each image is taken for.</summary>
    public int[] Classes { get; }

    /// <summary>The number of images taken for what they are.</summary>
    public int Correct { get; }

    /// <summary>The part of the images taken for what they are, 0 to 1.</summary>
    public double Accuracy => (double)Correct / Classes.Length;

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
                return i / LeNet5.OutputLength;
        }

        return -1;
    }

    private ReadOnlySpan<float> Logits(int image) => logits.AsSpan(image * LeNet5.OutputLength, LeNet5.OutputLength);

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
