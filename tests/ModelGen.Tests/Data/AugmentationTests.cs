using ModelGen.Data;

namespace ModelGen.Tests.Data;

/// <summary>Each augmentation by itself: that only what is allowed comes out, and as often as it should.</summary>
public sealed class AugmentationTests
{
    private const int Draws = 20_000;

    /// <summary>
    /// Every place comes up, evenly: chi squared with 8 degrees of freedom exceeds 26.1 once in 1,000; the seed is fixed.
    /// </summary>
    [Fact]
    public void Crops_with_padding_at_every_place_evenly()
    {
        // 3×3 pixels, padded by 1, cut to 3×3: 9 places.
        var counts = new int[9];
        foreach (var result in Results(Numbered(3, 3), new() { CropPadding = 1 }, Draws))
            counts[FindShift(result, 3, 3, 1)]++;
        AssertEven(counts, 26.1);
    }

    [Fact]
    public void Crops_smaller_than_the_image_lie_inside_it()
    {
        var counts = new int[6];
        foreach (var result in Results(Numbered(4, 3), new() { CropHeight = 2, CropWidth = 2 }, Draws))
        {
            int corner = (int)result[0] - 1, top = corner / 3, left = corner % 3;
            Assert.Equal([corner + 1, corner + 2, corner + 4, corner + 5], result);
            counts[top * 2 + left]++;
        }
        AssertEven(counts, 20.5);
    }

    [Fact]
    public void Shifts_every_way_evenly()
    {
        var counts = new int[9];
        foreach (var result in Results(Numbered(3, 3), new() { Shift = 1 }, Draws))
            counts[FindShift(result, 3, 3, 1)]++;
        AssertEven(counts, 26.1);
        // So far that often nothing is left.
        Assert.Contains(Results(Numbered(2, 2), new() { Shift = 50 }, 100), result => result.All(v => v == 0));
    }

    [Fact]
    public void Flips_with_the_probability_given()
    {
        foreach (float probability in new[] { 0f, 0.25f, 0.5f, 1f })
        {
            int flipped = 0;
            foreach (var result in Results(Numbered(2, 3), new() { FlipProbability = probability }, Draws))
            {
                bool flip = result[0] == 3;
                Assert.Equal(flip ? [3, 2, 1, 6, 5, 4] : [1f, 2, 3, 4, 5, 6], result);
                flipped += flip ? 1 : 0;
            }
            Near(probability, flipped / (double)Draws, Math.Sqrt(probability * (1 - probability) / Draws));
        }
    }

    [Fact]
    public void Centers_as_torchvision_does()
    {
        Assert.Equal([6f, 7, 10, 11], Results(Numbered(4, 4), new() { CropHeight = 2, CropWidth = 2, CenterCrop = true }, 1).Single());
        // (5 − 2) / 2 = 1.5 becomes 2, (3 − 2) / 2 = 0.5 becomes 0.
        Assert.Equal([7f, 8, 10, 11], Results(Numbered(5, 3), new() { CropHeight = 2, CropWidth = 2, CenterCrop = true }, 1).Single());
    }

    [Fact]
    public void Pads_with_black_or_with_the_mean()
    {
        var image = new LabeledImages(new float[] { 7 }, [0], 1, 1, 1);
        foreach (bool withMean in new[] { false, true })
        {
            using var batches = new ImageBatches(image,
                new() { Mean = [3], StandardDeviation = [2],
                    Augmentation = new() { CropHeight = 3, CropWidth = 3, CropPadding = 1, PadWithMean = withMean } });
            Assert.True(batches.MoveNext());
            float pad = withMean ? 0 : -1.5f;
            Assert.Equal([pad, pad, pad, pad, 2, pad, pad, pad, pad], batches.Images.ToArray());
        }
    }

    [Fact]
    public void Noise_has_the_moments_of_a_normal_distribution()
    {
        var values = Results(new LabeledImages(new float[100], [0], 1, 10, 10), new() { NoiseDeviation = 0.5f }, 2000).SelectMany(v => v)
            .Select(v => v / 0.5).ToArray();
        double n = values.Length;
        // Standard errors of the first four moments: 1, √2, √15, √96 over √n.
        Near(0, values.Average(), 1 / Math.Sqrt(n));
        Near(1, values.Average(v => v * v), Math.Sqrt(2 / n));
        Near(0, values.Average(v => v * v * v), Math.Sqrt(15 / n));
        Near(3, values.Average(v => v * v * v * v), Math.Sqrt(96 / n));
        // Neighbours, of which two come from one draw, are not correlated.
        Near(0, values.Skip(1).Zip(values, (a, b) => a * b).Average(), 1 / Math.Sqrt(n));
    }

    /// <summary>Jitter of an image is one colour for all its pixels, with covariance Σ (α λ)² p pᵀ.</summary>
    [Fact]
    public void Jitter_follows_the_principal_components()
    {
        var random = new Random(2);
        var pixels = new float[3 * 400];
        for (int i = 0; i < 400; i++)
        {
            double common = random.NextDouble(), own = random.NextDouble();
            (pixels[i], pixels[400 + i], pixels[800 + i]) =
                ((float)common, (float)(0.7 * common + 0.1 * own), (float)(0.4 * common - 0.3 * own));
        }
        var images = new LabeledImages(pixels, [0], 3, 20, 20);
        var components = RgbPrincipalComponents.Of(images);
        const double Alpha = 0.1;
        var covariance = new double[3, 3];
        foreach (var result in Results(images, new() { RgbJitter = (float)Alpha, RgbComponents = components }, Draws))
        {
            var jitter = new double[3];
            for (int c = 0; c < 3; c++)
            {
                jitter[c] = result[c * 400] - pixels[c * 400];
                Assert.Equal(jitter[c], result[c * 400 + 399] - pixels[c * 400 + 399], 1e-6);
            }
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    covariance[a, b] += jitter[a] * jitter[b] / Draws;
        }
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
            {
                double Expected(int x, int y) => Enumerable.Range(0, 3)
                    .Sum(i => Math.Pow(Alpha * components.Eigenvalues[i], 2) * components.Eigenvector(i, x) * components.Eigenvector(i, y));
                Near(Expected(a, b), covariance[a, b],
                    Math.Sqrt((Expected(a, a) * Expected(b, b) + Math.Pow(Expected(a, b), 2)) / Draws) + 1e-10);
            }
    }

    [Fact]
    public void Components_are_those_of_the_covariance()
    {
        var bytes = TestImages.Bytes(5 * 3 * 36, 8);
        var images = new LabeledImages(bytes, new int[5], 3, 6, 6);
        var components = RgbPrincipalComponents.Of(images);
        var colours = Enumerable.Range(0, 5 * 36)
            .Select(i => Enumerable.Range(0, 3).Select(c => bytes[i / 36 * 108 + c * 36 + i % 36] / 255.0).ToArray()).ToArray();
        double[] mean = [.. Enumerable.Range(0, 3).Select(c => colours.Average(colour => colour[c]))];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, Enumerable.Range(0, 3).Sum(c => Math.Pow(components.Eigenvector(i, c), 2)), 1e-12);
            for (int a = 0; a < 3; a++)
            {
                double product = Enumerable.Range(0, 3)
                    .Sum(b => colours.Average(colour => (colour[a] - mean[a]) * (colour[b] - mean[b])) * components.Eigenvector(i, b));
                Assert.Equal(components.Eigenvalues[i] * components.Eigenvector(i, a), product, 1e-9);
            }
        }
        Assert.True(components.Eigenvalues[0] >= components.Eigenvalues[1] && components.Eigenvalues[1] >= components.Eigenvalues[2]);
        Assert.Throws<ArgumentException>(() => RgbPrincipalComponents.Of(Numbered(2, 2)));
    }

    [Fact]
    public void Normalised_images_have_mean_0_and_deviation_1()
    {
        var images = new LabeledImages(TestImages.Bytes(50 * 2 * 30, 3), new int[50], 2, 5, 6);
        var (mean, deviation) = images.ChannelStatistics();
        using var batches = new ImageBatches(images, new() { BatchSize = 50, Mean = mean, StandardDeviation = deviation });
        Assert.True(batches.MoveNext());
        var values = batches.Images.ToArray();
        for (int c = 0; c < 2; c++)
        {
            var channel = values.Where((_, i) => i / 30 % 2 == c).ToArray();
            Assert.Equal(0, channel.Average(v => (double)v), 1e-5);
            Assert.Equal(1, channel.Average(v => (double)v * v), 1e-5);
        }
    }

    [Fact]
    public void Ten_crops_are_corners_and_middle_and_their_mirror_images()
    {
        float[] image = [.. Enumerable.Range(0, 2 * 3 * 4).Select(i => (float)i)];
        var crops = new float[10 * 2 * 2 * 2];
        MultiCrop.TenCrops(image, 2, 3, 4, 2, 2, crops);
        float[][] first = [[0, 1, 4, 5], [2, 3, 6, 7], [4, 5, 8, 9], [6, 7, 10, 11], [1, 2, 5, 6]];
        for (int crop = 0; crop < 10; crop++)
        {
            float[] c = first[crop % 5], plane = crop < 5 ? c : [c[1], c[0], c[3], c[2]];
            Assert.Equal([.. plane, .. plane.Select(v => v + 12)], crops[(crop * 8)..(crop * 8 + 8)]);
        }
        var mean = new float[2];
        MultiCrop.Average([0.25f, 0.75f, 0.75f, 0.25f, 0.5f, 0.5f], mean);
        Assert.Equal([0.5f, 0.5f], mean);
        Assert.Throws<ArgumentException>(() => MultiCrop.Average([1, 2, 3], mean));
        Assert.Throws<ArgumentException>(() => MultiCrop.TenCrops(image, 2, 3, 4, 2, 2, crops.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiCrop.TenCrops(image, 2, 3, 4, 4, 2, crops));
    }

    // Pixels 1, 2, 3, … of one channel, so that 0 is padding.
    private static LabeledImages Numbered(int height, int width) =>
        new([.. Enumerable.Range(1, height * width).Select(i => (float)i)], [0], 1, height, width);

    // One image, over so many epochs.
    private static IEnumerable<float[]> Results(LabeledImages images, ImageAugmentation augmentation, int draws)
    {
        using var batches = new ImageBatches(images, new() { BatchSize = 1, Prefetch = false, Augmentation = augmentation });
        for (int i = 0; i < draws; i++)
        {
            Assert.True(batches.MoveNext());
            yield return batches.Images.ToArray();
            Assert.False(batches.MoveNext());
        }
    }

    // The number of the shift that explains a result; exactly one does.
    private static int FindShift(float[] result, int height, int width, int most)
    {
        int found = -1;
        for (int dy = -most; dy <= most; dy++)
            for (int dx = -most; dx <= most; dx++)
            {
                bool matches = true;
                for (int y = 0; y < height; y++)
                    for (int x = 0; x < width; x++)
                    {
                        bool inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
                        matches &= result[y * width + x] == (inside ? (y + dy) * width + x + dx + 1 : 0);
                    }
                if (matches)
                {
                    Assert.Equal(-1, found);
                    found = (dy + most) * (2 * most + 1) + dx + most;
                }
            }
        Assert.NotEqual(-1, found);
        return found;
    }

    private static void AssertEven(int[] counts, double limit)
    {
        double expected = counts.Sum() / (double)counts.Length;
        Assert.InRange(counts.Sum(count => (count - expected) * (count - expected) / expected), 0, limit);
    }

    // Within four standard errors.
    private static void Near(double expected, double actual, double error) =>
        Assert.InRange(actual, expected - 4 * error, expected + 4 * error);
}
