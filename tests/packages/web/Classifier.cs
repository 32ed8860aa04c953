using System.Threading.Channels;
using ModelGen.Images;

namespace Web;

/// <summary>What a picture shows, and how sure that is.</summary>
internal sealed record Answer(int Digit, float Probability);

/// <summary>Two instances for all requests, over the same weights: a request waits for one, or until it is cancelled.</summary>
internal sealed class Classifier
{
    private static readonly ImageTransformOptions Options = new() { CropHeight = PictureNetwork.Side, CropWidth = PictureNetwork.Side };
    private readonly Channel<PictureNetwork> _idle = Channel.CreateBounded<PictureNetwork>(2);

    public Classifier()
    {
        PictureNetwork.Weights weights = PictureNetwork.CreateWeights(seed: 1);
        for (int i = 0; i < 2; i++)
            _idle.Writer.TryWrite(new PictureNetwork(weights));
    }

    public async Task<Answer> ClassifyAsync(byte[] file, CancellationToken cancellation)
    {
        float[] image = ToImage(file);
        PictureNetwork network = await _idle.Reader.ReadAsync(cancellation);
        try
        {
            var probabilities = new float[PictureNetwork.OutputLength];
            network.Forward(image, probabilities);
            int digit = Array.IndexOf(probabilities, probabilities.Max());
            return new Answer(digit, probabilities[digit]);
        }
        finally
        {
            _idle.Writer.TryWrite(network);
        }
    }

    private static float[] ToImage(byte[] file)
    {
        var image = new float[PictureNetwork.InputLength];
        new ImageTransform(Options).Apply(file, "the picture", image);
        return image;
    }
}
