using System.Collections.Concurrent;

namespace Company.Library_1;

/// <summary>Says to which class an image belongs. For any number of threads: they share the weights, and each call has a network's memory
/// to itself.</summary>
public sealed class Classifier
{
    private readonly ClassifierNetwork.Weights _weights;
    private readonly ConcurrentBag<ClassifierNetwork> _idle = [];

    /// <summary>Loads the weights.</summary>
    /// <param name="path">A safetensors file with the network's parameters.</param>
    /// <exception cref="ModelGen.WeightsMismatchException">The file has other parameters; the message names them.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Classifier(string path)
        : this(ClassifierNetwork.LoadWeights(path))
    {
    }

    private Classifier(ClassifierNetwork.Weights weights) => _weights = weights;

    /// <summary>The number of values of an image: 3 channels × 32 rows × 32 columns.</summary>
    public static int ImageLength => ClassifierNetwork.InputLength;

    /// <summary>The number of classes.</summary>
    public static int Classes => ClassifierNetwork.OutputLength;

    /// <summary>A classifier that has learned nothing yet, for tests.</summary>
    /// <param name="seed">The same seed gives the same weights.</param>
    public static Classifier Untrained(int seed) => new(ClassifierNetwork.CreateWeights(seed));

    /// <summary>Classifies an image.</summary>
    /// <param name="image">Channels × height × width, <see cref="ImageLength"/> values.</param>
    /// <param name="probabilities">Receives the probability of each class, 0 to 1.</param>
    /// <returns>The most probable class.</returns>
    public int Classify(ReadOnlySpan<float> image, Span<float> probabilities)
    {
        ClassifierNetwork network = _idle.TryTake(out ClassifierNetwork? idle) ? idle : new ClassifierNetwork(_weights);
        network.Forward(image, probabilities);
        _idle.Add(network);

        int best = 0;
        for (int i = 1; i < Classes; i++)
        {
            if (probabilities[i] > probabilities[best])
                best = i;
        }
        return best;
    }
}
