using System.Text.Json;
using ModelGen.Data;

namespace ModelGen.Images.Tests;

/// <summary>Against Pillow 9.4 with libjpeg-turbo 2.1 and torchvision 0.14: every pixel, of every kind of file.</summary>
public sealed class PillowTests
{
    public static TheoryData<string> Files => [.. Expected.Decoded.Select(file => file.Text("file"))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Decodes_to_the_pixels_of_Pillow(string name)
    {
        var expected = Expected.Decoded.Single(file => file.Text("file") == name);
        var reader = new ImageReader();
        foreach (int channels in (int[])[3, 1])
        {
            byte[] pixels = [];
            var size = reader.Decode(Expected.Content(name), name, channels, ImageLimits.Default, ref pixels);
            Assert.Equal((expected.Number("width"), expected.Number("height")), (size.Width, size.Height));
            Assert.Equal(ImageReader.ReadSize(Expected.Content(name), name), size);
            Assert.Equal(size.Width * size.Height * channels, pixels.Length);
            Assert.Equal(expected.Text(channels == 3 ? "rgb" : "gray"), Expected.Sha(pixels));
        }
    }

    /// <summary>Both filters, smaller and larger, with crops between pixels. One reader and one resizer take all files, so that nothing of
    /// one is left for the next.</summary>
    [Fact]
    public void Resizes_and_crops_to_the_pixels_of_torchvision()
    {
        var reader = new ImageReader();
        var resizers = Enum.GetValues<Interpolation>().ToDictionary(interpolation => interpolation,
            interpolation => new ImageResizer(interpolation));
        byte[] pixels = [];
        int tried = 0;
        foreach (var expected in Expected.Transformed)
        {
            string name = expected.Text("file");
            var size = reader.Decode(Expected.Content(name), name, 3, ImageLimits.Default, ref pixels) with { Channels = 3 };
            int resize = expected.Number("resize"), height = expected.Number("height"), width = expected.Number("width");
            var (newWidth, newHeight) = ImageScaling.CoveringSize(size.Width, size.Height, resize, resize);
            var crop = new byte[height * width * 3];
            resizers[Enum.Parse<Interpolation>(expected.Text("interpolation"))].Resize(pixels, size, newWidth, newHeight,
                MultiCrop.CenterOffset(newWidth, width), MultiCrop.CenterOffset(newHeight, height), width, height, crop);
            Assert.True(expected.Text("pixels") == Expected.Sha(crop), $"{name}: {expected.GetRawText()[..120]}");
            tried++;
        }
        Assert.InRange(tried, 150, int.MaxValue);
    }

    /// <summary>The floats too, to the last bit: one division, one subtraction and one division, as PyTorch does them.</summary>
    [Fact]
    public void Transforms_to_the_floats_of_torchvision()
    {
        foreach (var expected in Expected.Transformed)
        {
            var transform = new ImageTransform(ImageTransformOptions.ImageNet with
            {
                Resize = expected.Number("resize"),
                CropHeight = expected.Number("height"),
                CropWidth = expected.Number("width"),
                Interpolation = Enum.Parse<Interpolation>(expected.Text("interpolation")),
            });
            var input = new float[transform.Length];
            transform.Apply(Expected.FileOf(expected.Text("file")), input);
            int step = Math.Max(1, input.Length / 7);
            Assert.Equal(expected.GetProperty("floats").EnumerateArray().Select(value => value.GetSingle()),
                input.Where((_, i) => i % step == 0));
        }
    }

    /// <summary>The same as a picture to look at where it differs: the largest difference is 0, which is more than is asked.</summary>
    [Theory]
    [InlineData("grace_hopper")]
    [InlineData("rocket")]
    public void Differs_from_torchvision_by_nothing(string name)
    {
        var transform = new ImageTransform(new ImageTransformOptions { Resize = 256, CropHeight = 224, CropWidth = 224 });
        var input = new float[transform.Length];
        transform.Apply(Expected.FileOf(name + ".jpg"), input);
        var expected = ImageFile.Read(Expected.FileOf($"expected_{name}.png"), 3, out var size);
        Assert.Equal(new ImageSize(224, 224, 3), size);
        float largest = 0;
        for (int p = 0; p < 224 * 224; p++)
            for (int c = 0; c < 3; c++)
                largest = Math.Max(largest, Math.Abs(input[c * 224 * 224 + p] * 255 - expected[p * 3 + c]));
        Assert.InRange(largest, 0, 1e-4f);
    }
}
