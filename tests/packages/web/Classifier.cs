using System.Threading.Channels;
using ModelGen.Data;

namespace Web;

/// <summary>What a picture shows, and how sure that is.</summary>
internal sealed record Answer(int Digit, float Probability);

/// <summary>Two instances for all requests, over the same weights: a request waits for one, or until it is cancelled.</summary>
internal sealed class Classifier
{
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
        ImageSize size = ImageFile.ReadSize(file, "the picture");
        var pixels = new byte[size.Width * size.Height];
        ImageFile.Decode(file, "the picture", channels: 1, pixels);
        byte[] scaled = ImageScaling.ScaleAndCrop(pixels, size.Width, size.Height, 1, PictureNetwork.Side, PictureNetwork.Side);
        return Array.ConvertAll(scaled, pixel => pixel / 255f);
    }
}
