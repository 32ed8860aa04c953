using ModelGen;
using ModelGen.Images;

namespace Web;

/// <summary>What a picture shows, and how sure that is.</summary>
internal sealed record Answer(int Digit, float Probability);

/// <summary>Two instances for all requests, over the same weights: a request waits for one, or until it is cancelled.</summary>
internal sealed class Classifier
{
    private static readonly ImageTransformOptions Options = new() { CropHeight = PictureNetwork.Side, CropWidth = PictureNetwork.Side };

    public Classifier()
    {
        PictureNetwork.Weights weights = PictureNetwork.CreateWeights(seed: 1);
        Pool = new NetworkPool<PictureNetwork>(2, () => new PictureNetwork(weights));
    }

    public NetworkPool<PictureNetwork> Pool { get; }

    public async Task<Answer> ClassifyAsync(byte[] file, CancellationToken cancellation)
    {
        float[] image = ToImage(file);
        var probabilities = new float[PictureNetwork.OutputLength];
        using (NetworkLease<PictureNetwork> lease = await Pool.RentAsync(cancellation))
            lease.Network.Forward(image, probabilities);
        int digit = Array.IndexOf(probabilities, probabilities.Max());
        return new Answer(digit, probabilities[digit]);
    }

    private static float[] ToImage(byte[] file)
    {
        var image = new float[PictureNetwork.InputLength];
        new ImageTransform(Options).Apply(file, "the picture", image);
        return image;
    }
}
