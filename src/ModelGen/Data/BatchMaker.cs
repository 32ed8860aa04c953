namespace ModelGen.Data;

/// <summary>Makes batches. Each is a function of the images, the options and its position alone. For one thread at a time.</summary>
internal sealed class BatchMaker
{
    private readonly LabeledImages images;
    private readonly ImageBatchOptions options;
    private readonly ImageAugmentation augmentation;
    private readonly int[] order;
    private readonly float[] mean;
    private readonly float[] deviation;
    private readonly float[] padding;
    // The normalised value of each byte for each channel.
    private readonly float[] table;
    private (int Seed, long Epoch) shuffled;
    private bool isShuffled;

    public BatchMaker(LabeledImages images, ImageBatchOptions options)
    {
        this.images = images;
        this.options = options;
        augmentation = options.Augmentation ?? new ImageAugmentation();
        Height = augmentation.CropHeight == 0 ? images.Height : augmentation.CropHeight;
        Width = augmentation.CropWidth == 0 ? images.Width : augmentation.CropWidth;
        BatchOptionsCheck.Check(images, options, augmentation, Height, Width);

        mean = options.Mean is null ? new float[images.Channels] : [.. options.Mean];
        deviation = options.StandardDeviation is null ? [.. Enumerable.Repeat(1f, images.Channels)] : [.. options.StandardDeviation];
        padding = new float[images.Channels];
        table = new float[images.Channels * 256];
        for (int c = 0; c < images.Channels; c++)
        {
            padding[c] = augmentation.PadWithMean ? 0 : (0 - mean[c]) / deviation[c];
            for (int value = 0; value < 256; value++)
                table[c * 256 + value] = (value / 255f - mean[c]) / deviation[c];
        }
        order = new int[images.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
    }

    /// <summary>Rows of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the result.</summary>
    public int Width { get; }

    /// <summary>Fills <paramref name="batch"/> with <paramref name="count"/> samples from <paramref name="position"/> on.</summary>
    public void Make(DataPosition position, int count, Batch batch)
    {
        if (options.Shuffle)
            Shuffle(position.Seed, position.Epoch);
        int length = images.Channels * Height * Width;
        for (int i = 0; i < count; i++)
        {
            int index = order[position.Sample + i];
            batch.Indices[i] = index;
            batch.Labels[i] = images.Labels[index];
            Make(index, new RandomStream(position.Seed, position.Epoch, index), batch.Images.AsSpan(i * length, length));
        }
        batch.Count = count;
    }

    // Fisher and Yates' shuffle, from the order of the images, so that an epoch can be entered without those before it.
    private void Shuffle(int seed, long epoch)
    {
        if (isShuffled && shuffled == (seed, epoch))
            return;
        var random = new RandomStream(seed, epoch, -1);
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        (shuffled, isShuffled) = ((seed, epoch), true);
    }

    private void Make(int index, RandomStream random, Span<float> result)
    {
        // The corner of the result in the image.
        int top = Corner(images.Height, Height, ref random), left = Corner(images.Width, Width, ref random);
        if (augmentation.Shift > 0)
        {
            top += random.NextInt(2 * augmentation.Shift + 1) - augmentation.Shift;
            left += random.NextInt(2 * augmentation.Shift + 1) - augmentation.Shift;
        }
        bool flip = augmentation.FlipProbability > 0 && random.NextUnit() < augmentation.FlipProbability;
        Span<float> jitter = stackalloc float[3];
        jitter.Clear();
        if (augmentation.RgbJitter > 0)
            for (int component = 0; component < 3; component++)
            {
                double amount = random.NextNormal() * augmentation.RgbJitter * augmentation.RgbComponents!.Eigenvalues[component];
                for (int c = 0; c < 3; c++)
                    jitter[c] += (float)(amount * augmentation.RgbComponents.Eigenvector(component, c) / deviation[c]);
            }

        int first = Math.Clamp(-left, 0, Width), end = Math.Clamp(images.Width - left, first, Width);
        for (int c = 0; c < images.Channels; c++)
            for (int y = 0; y < Height; y++)
            {
                var row = result.Slice((c * Height + y) * Width, Width);
                if (top + y < 0 || top + y >= images.Height || first == end)
                {
                    row.Fill(padding[c]);
                    continue;
                }
                row[..first].Fill(padding[c]);
                row[end..].Fill(padding[c]);
                long start = index * (long)images.ImageLength + (c * images.Height + top + y) * (long)images.Width + left + first;
                CopyRow((int)start, c, jitter.Length > c ? jitter[c] : 0, row[first..end]);
                if (flip)
                    row.Reverse();
            }

        if (augmentation.NoiseDeviation > 0)
            for (int i = 0; i < result.Length; i++)
                result[i] += (float)(random.NextNormal() * augmentation.NoiseDeviation);
    }

    private int Corner(int size, int newSize, ref RandomStream random)
    {
        int places = size + 2 * augmentation.CropPadding - newSize + 1;
        // The middle: to even where it is between two pixels, as torchvision rounds.
        return augmentation.CenterCrop ? MultiCrop.CenterOffset(size, newSize)
            : places == 1 ? -augmentation.CropPadding
            : random.NextInt(places) - augmentation.CropPadding;
    }

    private void CopyRow(int start, int channel, float jitter, Span<float> row)
    {
        if (images.HasBytes)
        {
            var source = images.Bytes.Slice(start, row.Length);
            var values = table.AsSpan(channel * 256, 256);
            for (int x = 0; x < row.Length; x++)
                row[x] = values[source[x]] + jitter;
        }
        else
        {
            var source = images.Floats.Slice(start, row.Length);
            for (int x = 0; x < row.Length; x++)
                row[x] = (source[x] - mean[channel]) / deviation[channel] + jitter;
        }
    }
}
