using System.Buffers.Binary;
using ModelGen.Data;

namespace ModelGen.Images.Tests;

/// <summary>Files from outside: refused by name, or decoded to the same pixels whatever was decoded before.</summary>
public sealed class DamagedFileTests
{
    private readonly ImageReader reader = new();
    private byte[] pixels = [];

    /// <summary>A decoder that fills in what is missing would give half a picture.</summary>
    [Theory]
    [InlineData("420_restart.jpg", 37)]
    [InlineData("422_progressive_restart.jpg", 37)]
    [InlineData("tiny_420.jpg", 1)]
    [InlineData("cmyk.jpg", 97)]
    [InlineData("24.bmp", 251)]
    [InlineData("palette.bmp", 97)]
    [InlineData("rgb.png", 251)]
    public void A_file_that_is_cut_off_is_refused(string name, int step)
    {
        byte[] content = Expected.Content(name);
        // The padding of a BMP's last row is not needed.
        for (int length = 0; length < content.Length - (name == "24.bmp" ? 1 : name == "palette.bmp" ? 3 : 0); length += step)
        {
            var fault = Assert.Throws<InvalidImageException>(() => Decode(content[..length], "some.file"));
            Assert.Equal("some.file", fault.File);
        }
    }

    /// <summary>
    /// Whatever is decoded from a damaged file is the same after another picture as with a new reader: no table, sample or coefficient is
    /// left from before, and no memory is
    /// shown that nobody wrote.
    /// </summary>
    [Theory]
    [InlineData("420_restart.jpg")]
    [InlineData("420_progressive.jpg")]
    [InlineData("422_progressive_restart.jpg")]
    [InlineData("gray_progressive.jpg")]
    [InlineData("tiny_422.jpg")]
    [InlineData("ycck.jpg")]
    [InlineData("24.bmp")]
    [InlineData("palette.bmp")]
    public void A_file_with_wrong_bits_is_refused_or_decoded_the_same_every_time(string name)
    {
        byte[] original = Expected.Content(name);
        byte[] other = Expected.Content("high_quality.jpg");
        var random = new Random(1);
        int taken = 0, refused = 0;
        for (int i = 0; i < 300; i++)
        {
            var content = (byte[])original.Clone();
            // Headers matter most, and are short.
            int end = random.Next(2) == 0 ? content.Length : Math.Min(content.Length, 700);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                content[random.Next(end)] = (byte)random.Next(256);
            try
            {
                var size = new ImageReader().Decode(content, name, 3, ImageLimits.Default, ref pixels);
                string first = Expected.Sha(pixels.AsSpan(0, size.Width * size.Height * 3));
                reader.Decode(other, "other", 3, ImageLimits.Default, ref pixels);
                Assert.Equal(size, reader.Decode(content, name, 3, ImageLimits.Default, ref pixels));
                Assert.Equal(first, Expected.Sha(pixels.AsSpan(0, size.Width * size.Height * 3)));
                taken++;
            }
            catch (InvalidImageException)
            {
                refused++;
            }
        }
        Assert.True(taken > 0 && refused > 0, $"{taken} taken, {refused} refused");
    }

    [Theory]
    [InlineData("arithmetic.jpg", "a.x: JPEG process: expected baseline, extended or progressive with Huffman codes, found arithm")]
    [InlineData("make.py", "magic number")]
    public void Says_what_it_does_not_read(string name, string message)
    {
        byte[] content = name == "make.py" ? "import os"u8.ToArray() : Expected.Content(name);
        Assert.Contains(message, Assert.Throws<InvalidImageException>(() => Decode(content, "a.x")).Message, StringComparison.Ordinal);
    }

    /// <summary>Sizes are looked at before memory is made, and a short file is not believed to hold a large image.</summary>
    [Fact]
    public void A_claimed_size_makes_no_memory()
    {
        byte[] jpeg = Expected.Content("444.jpg"), bmp = Expected.Content("24.bmp");
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), 4000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), 4000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), 4000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), 4000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("JPEG scan 1: expected at least a bit for each of 250000 blocks",
            Assert.Throws<InvalidImageException>(() => Decode(jpeg, "x")).Message, StringComparison.Ordinal);
        Assert.Contains("BMP pixels: expected a file of at least 48000",
            Assert.Throws<InvalidImageException>(() => Decode(bmp, "x")).Message, StringComparison.Ordinal);
        var fault = Assert.Throws<InvalidImageException>(() =>
            reader.Decode(Expected.Content("rocket.jpg"), "r", 3, new ImageLimits { MaxPixels = 273_279 }, ref pixels));
        Assert.Contains("r: image size: expected at most 273,279 pixels (ImageLimits.MaxPixels), found 640×427", fault.Message,
            StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>Tables of the picture before are still in the decoder.</summary>
    [Fact]
    public void Tables_that_a_file_lacks_are_not_those_of_the_file_before()
    {
        byte[] content = Expected.Content("444.jpg");
        Decode(content, "x");
        int table = content.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]),
            length = BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(table + 2));
        byte[] without = [.. content[..table], .. content[(table + 2 + length)..]];
        Assert.Contains("tables that the file has", Assert.Throws<InvalidImageException>(() => Decode(without, "x")).Message,
            StringComparison.Ordinal);
    }

    private void Decode(byte[] content, string name) => reader.Decode(content, name, 3, ImageLimits.Default, ref pixels);
}
