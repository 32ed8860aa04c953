using ModelGen.Data;

namespace ModelGen.Tests.Data;

public sealed class ImageBatchesTests
{
    private static readonly LabeledImages Images = Make(count: 23, height: 8, width: 7);

    private static readonly ImageAugmentation Everything = new()
    {
        CropHeight = 6, CropWidth = 7, CropPadding = 2, Shift = 1, FlipProbability = 0.5f, RgbJitter = 0.1f,
            RgbComponents = RgbPrincipalComponents.Of(Images), NoiseDeviation = 0.05f,
    };

    [Fact]
    public void Without_options_values_are_those_of_the_images()
    {
        foreach (bool prefetch in new[] { false, true })
        {
            using var batches = new ImageBatches(Images, new() { BatchSize = 10, Shuffle = false, Prefetch = prefetch });
            Assert.Equal(3, batches.BatchesPerEpoch);
            Assert.Equal(0, batches.Count);
            for (int epoch = 0; epoch < 2; epoch++)
            {
                int image = 0;
                while (batches.MoveNext())
                {
                    Assert.Equal(image == 20 ? 3 : 10, batches.Count);
                    for (int i = 0; i < batches.Count; i++, image++)
                    {
                        Assert.Equal(image, batches.Indices[i]);
                        Assert.Equal(Images.Labels[image], batches.Labels[i]);
                        for (int p = 0; p < Images.ImageLength; p++)
                            Assert.Equal(Images.Bytes[image * Images.ImageLength + p] / 255f, batches.Images[i * Images.ImageLength + p]);
                    }
                }
                Assert.Equal(23, image);
                Assert.Equal(0, batches.Count);
            }
        }
    }

    [Fact]
    public void Each_epoch_has_all_images_once_in_an_order_of_its_own()
    {
        using var batches = new ImageBatches(Images, new() { BatchSize = 5 });
        var orders = new List<string>();
        for (int epoch = 0; epoch < 4; epoch++)
        {
            var order = new List<int>();
            while (batches.MoveNext())
                order.AddRange(batches.Indices);
            Assert.Equal(Enumerable.Range(0, 23), order.Order());
            orders.Add(string.Join(' ', order));
        }
        Assert.Equal(4, orders.Distinct().Count());
        // The order of seed 1, epoch 0, from another implementation: it may change with no platform and no version.
        Assert.Equal(FirstOrder, orders[0]);
    }

    [Fact]
    public void Values_are_the_same_on_every_platform()
    {
        using var batches = new ImageBatches(Images,
            new() { BatchSize = 23, Augmentation = Everything, Mean = [0.4f, 0.5f, 0.6f], StandardDeviation = [0.2f, 0.3f, 0.4f] });
        Assert.True(batches.MoveNext());
        ulong hash = 0xCBF29CE484222325;
        foreach (float value in batches.Images)
            hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 0x100000001B3;
        Assert.Equal(FirstValues, hash);
    }

    [Fact]
    public void Drops_the_last_batch_on_request()
    {
        using var batches = new ImageBatches(Images, new() { BatchSize = 5, DropLast = true });
        Assert.Equal(4, batches.BatchesPerEpoch);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            for (int i = 0; i < 4; i++)
            {
                Assert.True(batches.MoveNext());
                Assert.Equal(5, batches.Count);
            }
            Assert.False(batches.MoveNext());
        }
    }

    [Fact]
    public void Prefetch_changes_no_bit()
    {
        var (with, without) = (Run(prefetch: true, seed: 1), Run(prefetch: false, seed: 1));
        Assert.Equal(without, with);
        Assert.NotEqual(without, Run(prefetch: false, seed: 2));
    }

    /// <summary>
    /// From every position of two epochs, on another instance with another seed in its options, and on one that has already prefetched
    /// something else.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Continues_from_a_saved_position(bool prefetch)
    {
        using var whole = new ImageBatches(Images, Options(prefetch, seed: 1));
        using var used = new ImageBatches(Images, Options(prefetch, seed: 9));
        var (positions, batches) = (new List<DataPosition> { whole.Position }, new List<float[]>());
        for (int i = 0; i < 12; i++)
        {
            batches.Add(whole.MoveNext() ? whole.Images.ToArray() : []);
            positions.Add(whole.Position);
        }
        Assert.Contains([], batches);
        foreach (int start in Enumerable.Range(0, 12).Reverse())
        {
            using var fresh = new ImageBatches(Images, Options(prefetch, seed: 5)) { Position = positions[start] };
            used.Position = positions[start];
            for (int i = start; i < 12; i++)
                foreach (var resumed in new[] { fresh, used })
                {
                    Assert.Equal(batches[i].Length > 0, resumed.MoveNext());
                    Assert.Equal(batches[i], resumed.Images.ToArray());
                    Assert.Equal(positions[i + 1], resumed.Position);
                }
        }
    }

    /// <summary>Neither the caller nor the thread allocates while epochs pass, shuffling and all augmentations included.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Allocates_nothing_after_the_start(bool prefetch)
    {
        using var batches = new ImageBatches(Images, Options(prefetch, seed: 1));
        // The first wait of a thread allocates what it is entered in lists by.
        for (int i = 0; i < 200; i++)
            batches.MoveNext();
        long others = batches.ThreadAllocatedBytes;
        Assert.Equal(0, Networks.Allocations.Of(1000, () => batches.MoveNext()));
        Assert.Equal(0, batches.ThreadAllocatedBytes - others);
    }

    [Fact]
    public void Floats_are_taken_as_they_are()
    {
        float[] values = [.. Enumerable.Range(0, 12).Select(i => i - 5.5f)];
        using var batches = new ImageBatches(new LabeledImages(values, [0, 1], 1, 2, 3),
            new() { BatchSize = 2, Shuffle = false, Mean = [0.5f], StandardDeviation = [2f] });
        Assert.True(batches.MoveNext());
        Assert.Equal(values.Select(v => (v - 0.5f) / 2f), batches.Images.ToArray());
    }

    [Fact]
    public void Says_which_option_is_wrong()
    {
        Refuses(new() { BatchSize = 0 }, "BatchSize: expected 1 or more, got 0");
        Refuses(new() { BatchSize = 24, DropLast = true }, "23 images do not fill a batch of 24");
        Refuses(new() { Mean = [1] }, "Mean: expected a value for each of 3 channels, got 1");
        Refuses(new() { StandardDeviation = [1, 0, 1] }, "StandardDeviation: expected values that are finite and above 0, got 0");
        Refuses(new() { Mean = [1, float.NaN, 1] }, "Mean: expected values that are finite, got NaN");
        Refuses(new() { Augmentation = new() { CropPadding = -1 } }, "CropPadding: expected 0 or more, got -1");
        Refuses(new() { Augmentation = new() { CropHeight = 13, CropPadding = 2 } },
            "CropHeight: expected 1 to 12 (8 and 2 × 2 of padding), got 13");
        Refuses(new() { Augmentation = new() { Shift = -1 } }, "Shift: expected 0 to");
        Refuses(new() { Augmentation = new() { FlipProbability = float.NaN } }, "FlipProbability: expected 0 to 1, got NaN");
        Refuses(new() { Augmentation = new() { RgbJitter = 0.1f } }, "RgbJitter needs RgbComponents");
        Refuses(new() { Augmentation = new() { NoiseDeviation = float.PositiveInfinity } }, "NoiseDeviation: expected 0 or more");
        Refuses(new() { Augmentation = new() { CenterCrop = true, CropPadding = 1 } }, "expected 0 with CenterCrop");
        using var batches = new ImageBatches(Images, new());
        Assert.Throws<ArgumentOutOfRangeException>(() => batches.Position = new DataPosition(1, 0, 24));
        Assert.Throws<ArgumentOutOfRangeException>(() => batches.Position = new DataPosition(1, -1, 0));
        batches.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batches.MoveNext());
    }

    [Fact]
    public void Says_what_does_not_fit_together()
    {
        Assert.Contains("2 images of 1×2×3 have 12 values, got 11",
            Assert.Throws<ArgumentException>(() => new LabeledImages(new byte[11], [0, 0], 1, 2, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("Label 2 of image 1 is no class: expected 0 to 1",
            Assert.Throws<ArgumentException>(() => new LabeledImages(new byte[2], [0, 2], 1, 1, 1, ["a", "b"])).Message,
            StringComparison.Ordinal);
        Assert.Contains("Label -1 of image 0",
            Assert.Throws<ArgumentException>(() => new LabeledImages(new byte[1], [-1], 1, 1, 1)).Message, StringComparison.Ordinal);
    }

    private const string FirstOrder = "2 9 14 11 5 21 8 12 0 16 20 15 4 13 7 17 1 18 6 22 10 3 19";
    private const ulong FirstValues = 8334445068898194943;

    private static void Refuses(ImageBatchOptions options, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new ImageBatches(Images, options)).Message,
            StringComparison.Ordinal);

    private static ImageBatchOptions Options(bool prefetch, int seed) =>
        new() { BatchSize = 5, Seed = seed, Prefetch = prefetch, Augmentation = Everything, Mean = [0.4f, 0.5f, 0.6f],
            StandardDeviation = [0.2f, 0.3f, 0.4f] };

    private static List<float> Run(bool prefetch, int seed)
    {
        using var batches = new ImageBatches(Images, Options(prefetch, seed));
        var values = new List<float>();
        for (int i = 0; i < 60; i++)
        {
            values.Add(batches.MoveNext() ? 1 : 0);
            values.AddRange(batches.Images);
            foreach (int label in batches.Labels)
                values.Add(label);
        }
        return values;
    }

    private static LabeledImages Make(int count, int height, int width) =>
        new(TestImages.Bytes(count * 3 * height * width, 4), [.. Enumerable.Range(0, count).Select(i => i % 7)], 3, height, width);
}
