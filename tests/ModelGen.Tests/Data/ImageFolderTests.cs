using ModelGen.Data;

namespace ModelGen.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("images-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Classes_and_files_come_in_ordinal_order()
    {
        Write("b/2.ppm", TestImages.Netpbm(2, 1, 3, 255, [1, 2, 3, 4, 5, 6]));
        Write("b/10.png", TestImages.Png(2, 1, 8, 0, [7, 8], [0]));
        Write("a/x.PGM", TestImages.Netpbm(2, 1, 1, 255, [9, 10]));
        Write("Z/x.png", TestImages.Png(2, 1, 8, 2, [11, 12, 13, 14, 15, 16], [1]));
        Write("a/notes.txt", [1]);

        var images = ImageFolder.Read(folder, channels: 3, height: 1, width: 2);

        Assert.Equal(["Z", "a", "b"], images.ClassNames);
        Assert.Equal([0, 1, 2, 2], images.Labels.ToArray());
        Assert.Equal([11, 14, 12, 15, 13, 16, 9, 10, 9, 10, 9, 10, 7, 8, 7, 8, 7, 8, 1, 4, 2, 5, 3, 6], images.Bytes.ToArray());
    }

    [Fact]
    public void Says_what_is_wrong_with_a_folder()
    {
        Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Read(Path.Combine(folder, "none"), 3, 8, 8));
        Assert.Contains("classes: expected a sub-folder for each, found none", Fault(), StringComparison.Ordinal);
        Write("a/readme.txt", []);
        Assert.Contains("images: expected at least one file of .png", Fault(), StringComparison.Ordinal);
        Write("a/x.png", [1, 2, 3]);
        Assert.Contains("x.png: magic number", Fault(), StringComparison.Ordinal);
        Write("a/w.jpg", []);
        Assert.Contains("w.jpg: format: expected .png, .ppm, .pgm, .pnm, found JPEG", Fault(), StringComparison.Ordinal);
    }

    /// <summary>Beginnings are looked at before memory for all images is made, which would be 301 MB here.</summary>
    [Theory]
    [InlineData("empty")]
    [InlineData("signature")]
    [InlineData("comment")]
    [InlineData("large")]
    public void Memory_is_made_only_for_files_that_begin_as_images(string kind)
    {
        byte[] content = kind switch
        {
            "signature" => [.. TestImages.Signature, .. new byte[600]],
            "comment" => [.. "P5 #"u8, .. Enumerable.Repeat((byte)'c', 1000)],
            "large" => TestImages.Netpbm(5000, 5000, 1, 255, new byte[25_000_000]),
            _ => [],
        };
        for (int i = 0; i < 2000; i++)
            Write($"a/{i}.png", i == 1999 ? content : TestImages.Netpbm(1, 1, 1, 255, [1]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsAny<InvalidDataFileException>(() => ImageFolder.Read(folder, 3, 224, 224));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
    }

    [Fact]
    public void An_image_that_is_too_large_is_taken_where_the_caller_allows_it()
    {
        Write("a/x.pgm", TestImages.Netpbm(40, 50, 1, 255, Enumerable.Repeat((byte)77, 2000).ToArray()));
        Assert.Equal([77], ImageFolder.Read(folder, 1, 1, 1).Bytes.ToArray());
        var fault = Assert.Throws<InvalidImageException>(() =>
            ImageFolder.Read(folder, 1, 1, 1, limits: new ImageLimits { MaxPixels = 1999 }));
        Assert.Contains("x.pgm: image size: expected at most 1,999 pixels (ImageLimits.MaxPixels), found 40×50", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_decoder_of_the_callers_reads_jpegs()
    {
        Write("a/1.JPG", [40]);
        Write("a/2.jpg", [7]);
        Write("b/x.jpeg", [50]);

        var images = ImageFolder.Read(folder, channels: 3, height: 2, width: 1, decoder: new Decoder(0));
        Assert.Equal([0, 0, 1], images.Labels.ToArray());
        Assert.Equal([40, 43, 41, 44, 42, 45, 7, 10, 8, 11, 9, 12, 50, 53, 51, 54, 52, 55], images.Bytes.ToArray());
        // As any other image they are scaled; and they are not trusted.
        Assert.Equal(3, ImageFolder.Read(folder, channels: 1, height: 1, width: 1, decoder: new Decoder(0)).Count);
        Assert.Contains("expected 6, for 1×2 pixels and 3 channels",
            Assert.Throws<InvalidOperationException>(() => ImageFolder.Read(folder, 3, 2, 1, new Decoder(1))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_takes_the_middle_and_keeps_what_is_linear()
    {
        // Halved, the triangle is 4 pixels wide with the weights 1, 3, 3, 1 over 8: a ramp stays a ramp away from its ends. The longer side
        // loses as much on either end.
        var ramp = new byte[16 * 4];
        for (int i = 0; i < ramp.Length; i++)
            ramp[i] = (byte)(i % 16 * 10);
        var half = ImageScaling.ScaleAndCrop(ramp, 16, 4, 1, newWidth: 4, newHeight: 2);
        Assert.Equal([45, 65, 85, 105, 45, 65, 85, 105], half);

        var same = TestImages.Bytes(5 * 4 * 3, 1);
        Assert.Equal(same, ImageScaling.ScaleAndCrop(same, 5, 4, 3, 5, 4));
        Assert.Equal(Enumerable.Repeat((byte)77, 9 * 7), ImageScaling.ScaleAndCrop([77, 77, 77, 77, 77, 77], 3, 2, 1, 9, 7));
        Assert.Throws<ArgumentException>(() => ImageScaling.ScaleAndCrop(same, 5, 4, 2, 5, 4));
    }

    private string Fault() => Assert.ThrowsAny<IOException>(() => ImageFolder.Read(folder, 3, 8, 8)).Message;

    private void Write(string name, byte[] content)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    /// <summary>Images of 1×2 pixels that count from the file's first byte on.</summary>
    private sealed class Decoder(int missing) : IImageDecoder
    {
        public IReadOnlyCollection<string> Extensions { get; } = [".jpg", ".jpeg"];

        public void CheckHeader(string path, int channels, ImageLimits limits) => limits.Check(path, new ImageSize(1, 2, 3), channels);

        public byte[] Read(string path, int channels, ImageLimits limits, out ImageSize size)
        {
            size = new ImageSize(1, 2, 3);
            byte first = File.ReadAllBytes(path)[0];
            return [.. Enumerable.Range(first, 2 * channels - missing).Select(i => (byte)i)];
        }
    }
}
