using ModelGen.Data;

namespace ModelGen.Tests.Data;

public sealed class ImageFileTests
{
    private const string Name = "some.png";

    /// <summary>
    /// Every colour type under every filter by itself and all in turn, in one IDAT chunk and in many, for sizes around one pixel.
    /// </summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(2, 3)]
    [InlineData(6, 4)]
    public void Reads_png_of_every_filter(int colourType, int channels)
    {
        int[][] filters = [[0], [1], [2], [3], [4], [4, 3, 2, 1, 0]];
        foreach (int[] filter in filters)
            foreach (var (width, height) in new[] { (1, 1), (1, 7), (7, 1), (13, 11) })
                foreach (int dataChunk in new[] { 1, 1 << 20 })
                {
                    var raw = TestImages.Bytes(width * height * channels, width + colourType);
                    var png = TestImages.Png(width, height, 8, colourType, raw, filter, dataChunk: dataChunk);
                    var pixels = new byte[raw.Length + 3];
                    pixels.AsSpan(raw.Length).Fill(0xAB);

                    Assert.Equal(new ImageSize(width, height, channels), ImageFile.ReadSize(png, Name));
                    Assert.Equal(new ImageSize(width, height, channels), ImageFile.Decode(png, Name, channels, pixels));

                    Assert.Equal([.. raw, 0xAB, 0xAB, 0xAB], pixels);
                }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Reads_png_with_a_palette(int bitDepth)
    {
        const int Width = 11, Height = 5;
        int colours = Math.Min(1 << bitDepth, 200);
        byte[] palette = TestImages.Bytes(colours * 3, 5), alpha = [0, 128];
        var index = new Random(bitDepth);
        int rowBytes = (Width * bitDepth + 7) / 8;
        var (raw, rgb, rgba) = (new byte[rowBytes * Height], new List<byte>(), new List<byte>());
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
            {
                int i = index.Next(colours);
                raw[y * rowBytes + x * bitDepth / 8] |= (byte)(i << 8 - bitDepth - x * bitDepth % 8);
                rgb.AddRange(palette.AsSpan(i * 3, 3));
                rgba.AddRange(palette.AsSpan(i * 3, 3));
                rgba.Add(i < 2 ? alpha[i] : (byte)255);
            }

        Assert.Equal([.. rgb], Decode(TestImages.Png(Width, Height, bitDepth, 3, raw, [4, 1, 0], palette), 3, out var size));
        Assert.Equal(3, size.Channels);
        Assert.Equal([.. rgba], Decode(TestImages.Png(Width, Height, bitDepth, 3, raw, [4, 1, 0], palette, alpha), 4, out size));
        Assert.Equal(4, size.Channels);
    }

    /// <summary>Every size around that of Adam7's pattern, of which small ones have no pixels in some passes, under every filter.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(2, 3)]
    [InlineData(6, 4)]
    public void Reads_interlaced_png(int colourType, int channels)
    {
        for (int width = 1; width <= 17; width++)
            for (int height = 1; height <= 10; height++)
            {
                var raw = TestImages.Bytes(width * height * channels, width);
                var png = TestImages.InterlacedPng(width, height, 8, colourType, raw, [4, 3, 2, 1, 0]);
                Assert.Equal(raw, Decode(png, channels, out var size));
                Assert.Equal(new ImageSize(width, height, channels), size);
            }
    }

    /// <summary>The upper byte of each sample, the lower ones being what they may.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(2, 3)]
    [InlineData(6, 4)]
    public void Takes_the_upper_half_of_16_bits(int colourType, int channels)
    {
        const int Width = 13, Height = 11;
        var raw = TestImages.Bytes(Width * Height * channels * 2, colourType);
        byte[] upper = [.. raw.Where((_, i) => i % 2 == 0)];
        Assert.Equal(upper, Decode(TestImages.Png(Width, Height, 16, colourType, raw, [4, 3, 2, 1, 0]), channels, out _));
        Assert.Equal(upper, Decode(TestImages.InterlacedPng(Width, Height, 16, colourType, raw, [4, 3, 2, 1, 0]), channels, out _));
    }

    [Fact]
    public void Spreads_gray_of_few_bits()
    {
        Assert.Equal([0, 255, 255, 0, 0, 0, 0, 0, 255], Decode(TestImages.Png(9, 1, 1, 0, [0b01100000, 0b10000000], [0]), 1, out _));
        Assert.Equal([0, 85, 170, 255], Decode(TestImages.Png(4, 1, 2, 0, [0b00011011], [0]), 1, out _));
        Assert.Equal([0x33, 0xff], Decode(TestImages.Png(2, 1, 4, 0, [0x3f], [0]), 1, out _));
    }

    [Fact]
    public void Converts_between_channels()
    {
        byte[] rgba = [255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 30, 255, 255, 255, 40];
        var png = TestImages.Png(4, 1, 8, 6, rgba, [0]);
        Assert.Equal([76, 150, 29, 255], Decode(png, 1, out _));
        Assert.Equal([76, 10, 150, 20, 29, 30, 255, 40], Decode(png, 2, out _));
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], Decode(png, 3, out _));
        var gray = TestImages.Png(2, 1, 8, 0, [7, 9], [0]);
        Assert.Equal([7, 7, 7, 255, 9, 9, 9, 255], Decode(gray, 4, out _));
        Assert.Equal([7, 255, 9, 255], Decode(gray, 2, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Reads_netpbm(int channels)
    {
        var pixels = TestImages.Bytes(5 * 3 * channels, 1);
        Assert.Equal(pixels, Decode(TestImages.Netpbm(5, 3, channels, 255, pixels), channels, out var size));
        Assert.Equal(new ImageSize(5, 3, channels), size);
        byte[] small = [.. pixels.Select(p => (byte)(p % 16))];
        Assert.Equal([.. small.Select(p => (byte)(p * 17))], Decode(TestImages.Netpbm(5, 3, channels, 15, small), channels, out _));
    }

    public static TheoryData<string, byte[], string> DamagedFiles()
    {
        byte[] raw = [1, 2, 3, 4, 5, 6];
        byte[] Gray(byte[] header, params byte[][] chunks) =>
            [.. TestImages.Signature, .. TestImages.Chunk("IHDR", header), .. chunks.SelectMany(c => c), .. TestImages.Chunk("IEND", [])];
        byte[] header = TestImages.Header(3, 2, 8, 0), indexed = TestImages.Header(3, 2, 8, 3);
        byte[] Data(params byte[] filtered) => TestImages.Chunk("IDAT", TestImages.Zlib(filtered));
        byte[] good = [0, 1, 2, 3, 0, 4, 5, 6], zlib = TestImages.Zlib(good), badSum = [.. zlib[..^1], (byte)(zlib[^1] ^ 1)],
            palette = TestImages.Chunk("PLTE", [1, 2, 3]);
        byte[] png = TestImages.Png(3, 2, 8, 0, raw, [0]), badCrc = [.. png[..^1], (byte)(png[^1] ^ 1)];
        return new()
        {
            { "empty", [], "magic number: expected that of PNG (0x89504e47), PGM (P5) or PPM (P6), found an empty file" },
            { "jpeg", [0xff, 0xd8, 0xff, 0xe0], "JPEG file, which has to be converted" },
            { "text", "hello"u8.ToArray(), "found 0x68656c6c" },
            { "plain pbm", "P1 1 1 0"u8.ToArray(), "only P5 and P6 are read" },
            { "signature alone", TestImages.Signature,
                "chunks: expected an IEND chunk at the end, found 0 bytes after byte 8: the file is cut off" },
            { "wrong CRC", badCrc, "CRC of IEND at byte " },
            { "interlaced otherwise", Gray(TestImages.Header(3, 2, 8, 0, interlace: 2), Data(good)),
                "interlace method: expected 0 (none) or 1 (Adam7), found 2" },
            { "interlaced, a pass cut off", Gray(TestImages.Header(3, 2, 8, 0, interlace: 1), Data(0, 1, 0, 2, 0, 3, 0, 4, 5)),
                "IDAT: expected 2 rows, found an end before row 1 of a pass: the pixels are cut off" },
            { "interlaced, rows go on", Gray(TestImages.Header(3, 2, 8, 0, interlace: 1), Data(0, 1, 0, 2, 0, 3, 0, 4, 5, 6, 0)),
                "found more: the data goes on" },
            { "interlaced, colour outside the palette",
                Gray(TestImages.Header(3, 2, 8, 3, interlace: 1), palette, Data(0, 0, 0, 1, 0, 0, 0, 0, 0, 0)),
                "pixel 2 of row 0: expected a colour from 0 to 0, found 1" },
            { "palette of 16 bits", Gray(TestImages.Header(3, 2, 16, 3), Data(good)), "bit depth: expected 1, 2, 4 or 8, found 16" },
            { "colours of 4 bits", Gray(TestImages.Header(3, 2, 4, 2), Data(good)), "bit depth: expected 8 or 16, found 4" },
            { "gray of 32 bits", Gray(TestImages.Header(3, 2, 32, 0), Data(good)), "bit depth: expected 1, 2, 4, 8 or 16, found 32" },
            { "16 bits, not enough", Gray(TestImages.Header(3, 2, 16, 0), Data(good)), "found 1: the pixels are cut off" },
            { "colour type 5", Gray(TestImages.Header(3, 2, 8, 5), Data(good)), "colour type: expected 0, 2, 3, 4 or 6, found 5" },
            { "no pixels", Gray(TestImages.Header(0, 2, 8, 0), Data(good)), "image size: expected 1×1 to 32,768×32,768, found 0×2" },
            { "negative size", Gray(TestImages.Header(3, -1, 8, 0), Data(good)), "found 3×4,294,967,295" },
            { "too many pixels", Gray(TestImages.Header(32768, 32768, 8, 0), Data(good)),
                "at most 67,108,864 pixels, found 32,768×32,768" },
            { "claims more than it can hold", Gray(TestImages.Header(8192, 8192, 8, 6), Data(good)),
                "IDAT: expected at least 260,120 bytes for 8,192×8,192 pixels, found " },
            { "no IDAT", Gray(header), "IDAT: expected at least 1 bytes for 3×2 pixels, found 0 bytes" },
            { "two IHDR", Gray(header, TestImages.Chunk("IHDR", header), Data(good)), "found a second IHDR" },
            { "IHDR not first", [.. TestImages.Signature, .. Data(good), .. TestImages.Chunk("IHDR", header),
                .. TestImages.Chunk("IEND", [])], "found IDAT as the first" },
            { "short IHDR", Gray(header[..12], Data(good)), "IHDR: expected 13 bytes, found 12 bytes" },
            { "unknown critical chunk", Gray(header, TestImages.Chunk("QQQQ", []), Data(good)),
                "others that are not critical, found QQQQ" },
            { "chunk length beyond the file", [.. png[..33], 0x7f, 0xff, 0xff, 0xff, .. png[37..]], "found 2,147,483,647 bytes" },
            { "chunk length of 32 bits", [.. png[..33], 0xff, 0xff, 0xff, 0xff, .. png[37..]], "found 4,294,967,295 bytes" },
            { "split IDAT", Gray(header, TestImages.Chunk("IDAT", zlib[..3]), TestImages.Chunk("tEXt", []),
                TestImages.Chunk("IDAT", zlib[3..])), "found tEXt between them" },
            { "rows cut off", Gray(header, Data(good[..^1])), "IDAT: expected 2 rows, found 1: the pixels are cut off" },
            { "rows go on", Gray(header, Data([.. good, 0])), "found more: the data goes on" },
            { "zlib cut off", Gray(header, TestImages.Chunk("IDAT", zlib[..^7])), "IDAT: expected " },
            { "zlib checksum", Gray(header, TestImages.Chunk("IDAT", badSum)), "IDAT: expected complete, undamaged zlib data" },
            { "zlib cut by 1 byte", Gray(header, TestImages.Chunk("IDAT", zlib[..^1])), "IDAT: expected " },
            { "zlib cut by 2 bytes", Gray(header, TestImages.Chunk("IDAT", zlib[..^2])), "IDAT: expected " },
            { "zlib cut by 3 bytes", Gray(header, TestImages.Chunk("IDAT", zlib[..^3])), "IDAT: expected " },
            { "zlib cut by 4 bytes", Gray(header, TestImages.Chunk("IDAT", zlib[..^4])), "IDAT: expected " },
            { "stored zlib cut by 4 bytes, a pixel changed",
                Gray(header, TestImages.Chunk("IDAT", [0x78, 1, 1, 8, 0, 0xF7, 0xFF, 0, 1, 2, 3, 0, 4, 5, 7])), "IDAT: expected " },
            { "stored zlib, a pixel changed",
                Gray(header, TestImages.Chunk("IDAT", [0x78, 1, 1, 8, 0, 0xF7, 0xFF, .. good[..^1], 7, .. zlib[^4..]])),
                "found an Adler-32 of 0x" },
            { "junk behind zlib", Gray(header, TestImages.Chunk("IDAT", [.. zlib, 1])),
                "IDAT: expected 2 rows, found a stream that ends before its data, and something behind it" },
            { "junk before the checksum", Gray(header, TestImages.Chunk("IDAT", [.. zlib[..^4], 1, .. zlib[^4..]])),
                "something behind it" },
            { "a second stream behind zlib", Gray(header, TestImages.Chunk("IDAT", [.. zlib, .. zlib])), "something behind it" },
            { "junk behind IEND", [.. png, 1, 2, 3], "IEND: expected the end of the file behind it, found 3 bytes more" },
            { "zlib with a dictionary", Gray(header, TestImages.Chunk("IDAT", [0x78, 0xF9, .. zlib[2..]])), "IDAT: expected " },
            { "a zlib header that is no multiple of 31", Gray(header, TestImages.Chunk("IDAT", [0x78, (byte)(zlib[1] ^ 1), .. zlib[2..]])),
                "found a header of 0x78" },
            { "not zlib", Gray(header, TestImages.Chunk("IDAT", [1, 2, 3, 4, 5, 6, 7, 8])),
                "IDAT: expected complete, undamaged zlib data" },
            { "filter 5", Gray(header, Data(0, 1, 2, 3, 5, 4, 5, 6)), "filter of row 1: expected 0 to 4, found 5" },
            { "no palette", Gray(indexed, Data(good)), "PLTE: expected a palette" },
            { "colour outside the palette", Gray(indexed, palette, Data(0, 0, 0, 0, 0, 0, 1, 0)),
                "pixel 1 of row 1: expected a colour from 0 to 0, found 1" },
            { "two palettes", Gray(indexed, palette, palette, Data(good)), "PLTE: expected one, before the pixels, found a second one" },
            { "late palette", Gray(header, Data(good), palette), "found one behind them" },
            { "odd palette", Gray(indexed, TestImages.Chunk("PLTE", [1, 2]), Data(good)),
                "expected 3 bytes for each of 1 to 256 colours, found 2 bytes" },
            { "more alpha than colours", Gray(indexed, palette, TestImages.Chunk("tRNS", [1, 2]), Data(good)),
                "at most one byte for each of 1 colours, found 2 bytes" },
            { "ppm: no size", "P6"u8.ToArray(), "width: expected white space and a number, found the end of the file" },
            { "ppm: letters", "P6 x"u8.ToArray(), "width: expected white space and a number, found byte 0x78" },
            { "ppm: no space", "P63 3 255 "u8.ToArray(), "width: expected white space and a number, found byte 0x33" },
            { "ppm: endless number", [.. "P6 "u8, .. Enumerable.Repeat((byte)'9', 1000)], "height: expected" },
            { "ppm: too large", "P6 99999 2 255 "u8.ToArray(), "found 99,999×2" },
            { "ppm: 16 bits", "P6 1 1 65535 abcdef"u8.ToArray(), "maximum: expected 1 to 255 (8 bits a sample), found 65,535" },
            { "ppm: cut off", TestImages.Netpbm(2, 2, 3, 255, new byte[11]), "pixels: expected 12 bytes, found 11: the file is cut off" },
            { "ppm: goes on", TestImages.Netpbm(2, 2, 3, 255, new byte[13]),
                "pixels: expected 12 bytes, found 13: the file goes on after its image" },
            { "ppm: over the maximum", TestImages.Netpbm(2, 2, 1, 7, [1, 2, 3, 8]), "pixel 1 of row 1: expected at most 7, found 8" },
        };
    }

    [Theory]
    [MemberData(nameof(DamagedFiles))]
    public void Says_what_is_wrong_with_a_damaged_file(string name, byte[] content, string message)
    {
        var fault = Assert.Throws<InvalidImageException>(() => Decode(content, 3, out _, name));
        Assert.StartsWith(name + ": ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Cut anywhere, or with any one byte changed, a PNG file is refused: its checksums cover all of it.</summary>
    [Fact]
    public void Refuses_every_prefix_and_every_changed_byte()
    {
        var png = TestImages.Png(5, 4, 8, 2, TestImages.Bytes(60, 1), [4, 3, 2, 1]);
        for (int length = 0; length < png.Length; length++)
            Assert.Throws<InvalidImageException>(() => Decode(png[..length], 3, out _));
        for (int i = 0; i < png.Length; i++)
        {
            byte[] changed = [.. png];
            changed[i] ^= 0x20;
            Assert.Throws<InvalidImageException>(() => Decode(changed, 3, out _));
        }
    }

    [Fact]
    public void Refuses_random_bytes_without_another_exception()
    {
        var random = new Random(1);
        for (int i = 0; i < 3000; i++)
        {
            var tail = new byte[random.Next(100)];
            random.NextBytes(tail);
            byte[] body = [.. TestImages.Header(random.Next(9), random.Next(9), 1 << random.Next(5), random.Next(7))];
            byte[] content = (i % 3) switch
            {
                0 => [.. TestImages.Signature, .. TestImages.Chunk("IHDR", body), .. TestImages.Chunk("PLTE", tail),
                    .. TestImages.Chunk("IDAT", TestImages.Zlib(tail)), .. TestImages.Chunk("IEND", [])],
                1 => [.. TestImages.Signature, .. TestImages.Chunk("IHDR", body), .. TestImages.Chunk("IDAT", tail),
                    .. TestImages.Chunk("IEND", [])],
                _ => [.. "P5 "u8, .. tail],
            };
            var pixels = new byte[8 * 8 * 4];
            try
            {
                ImageFile.Decode(content, Name, 4, pixels);
            }
            catch (InvalidDataFileException)
            {
            }
        }
    }

    /// <summary>64 MiB of zeros in 64 KiB of zlib, of which the header admits to 6 pixels.</summary>
    [Fact]
    public void A_bomb_is_not_unpacked()
    {
        byte[] png = [.. TestImages.Signature, .. TestImages.Chunk("IHDR", TestImages.Header(3, 2, 8, 0)),
            .. TestImages.Chunk("IDAT", TestImages.Zlib(new byte[64 << 20])), .. TestImages.Chunk("IEND", [])];
        var pixels = new byte[6];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidImageException>(() => ImageFile.Decode(png, Name, 1, pixels));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>Whatever byte is cut off or added at the end of what is packed, with right checksums of the chunks, is noticed.</summary>
    [Fact]
    public void Refuses_every_prefix_of_the_packed_pixels_and_every_changed_bit_of_them()
    {
        byte[] pixels = TestImages.Bytes(200, 3), zlib =
            TestImages.Zlib([.. Enumerable.Range(0, 10).SelectMany(IEnumerable<byte> (y) => [0, .. pixels[(y * 20)..((y + 1) * 20)]])]);
        byte[] File(byte[] data) =>
            [.. TestImages.Signature, .. TestImages.Chunk("IHDR", TestImages.Header(20, 10, 8, 0)), .. TestImages.Chunk("IDAT", data),
                .. TestImages.Chunk("IEND", [])];

        Assert.Equal(pixels, Decode(File(zlib), 1, out _));
        for (int length = 0; length < zlib.Length; length++)
            Assert.Throws<InvalidImageException>(() => Decode(File(zlib[..length]), 1, out _));
        for (int added = 0; added < 256; added++)
            Assert.Throws<InvalidImageException>(() => Decode(File([.. zlib, (byte)added]), 1, out _));
        for (int bit = 0; bit < 8 * zlib.Length; bit++)
        {
            byte[] changed = [.. zlib];
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                // Padding between blocks and the window's size say nothing about pixels.
                Assert.Equal(pixels, Decode(File(changed), 1, out _));
            }
            catch (InvalidDataFileException)
            {
            }
        }
    }

    /// <summary>8 KiB that stand for 8,192 × 8,192 pixels: refused by the header, unless the caller allows so much.</summary>
    [Fact]
    public void Images_beyond_the_limits_are_refused_by_their_header()
    {
        byte[] png = [.. TestImages.Signature, .. TestImages.Chunk("IHDR", TestImages.Header(8192, 8192, 1, 0)),
            .. TestImages.Chunk("IDAT", TestImages.Zlib(new byte[8192 * 1025])), .. TestImages.Chunk("IEND", [])];
        Assert.InRange(png.Length, 8_000, 16_000);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, png);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("image size: expected at most 16,777,216 pixels (ImageLimits.MaxPixels), found 8,192×8,192",
                Refused(() => ImageFile.Read(path, 4, out _)), StringComparison.Ordinal);
            Assert.Contains("expected at most 16,777,216 pixels", Refused(() => ImageFile.ReadSize(png, Name)), StringComparison.Ordinal);
            var limits = new ImageLimits { MaxPixels = 1 << 26, MaxBytes = (1 << 27) - 1 };
            Assert.Contains("at most 134,217,727 bytes decoded (ImageLimits.MaxBytes), found 8,192×8,192 pixels of 2 bytes",
                Refused(() => ImageFile.Read(path, 2, limits, out _)), StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
            Assert.Equal(1 << 26, ImageFile.Read(path, 1, limits, out var size).Length);
            Assert.Equal(new ImageSize(8192, 8192, 1), size);
        }
        finally
        {
            File.Delete(path);
        }

        static string Refused(Action read) => Assert.Throws<InvalidImageException>(read).Message;
    }

    [Fact]
    public void Refuses_a_destination_that_is_too_short()
    {
        var png = TestImages.Png(3, 2, 8, 0, new byte[6], [0]);
        var fault = Assert.Throws<ArgumentException>(() => ImageFile.Decode(png, Name, 3, new byte[17]));
        Assert.Contains("3×2 pixels and 3 channels has 18 bytes, the destination 17", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Decode(png, Name, 5, new byte[100]));
    }

    private static byte[] Decode(byte[] content, int channels, out ImageSize size, string name = Name)
    {
        size = ImageFile.ReadSize(content, name);
        var pixels = new byte[size.Width * size.Height * channels];
        Assert.Equal(size, ImageFile.Decode(content, name, channels, pixels));
        return pixels;
    }
}
