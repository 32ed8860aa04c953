using ModelGen.Data;

namespace ModelGen.Images.Tests;

public sealed class ImageTransformTests
{
    /// <summary>JPEGs of all kinds. Of a PNG the unpacker is allocated, and of a BMP StbImageSharp's palette.</summary>
    [Fact]
    public void Allocates_nothing_after_the_first_images()
    {
        string[] names = ["rocket.jpg", "grace_hopper.jpg", "420_progressive.jpg", "cmyk.jpg", "gray.jpg"];
        var files = names.Select(Expected.Content).ToArray();
        var transform = new ImageTransform(ImageTransformOptions.ImageNet);
        var gray = new ImageTransform(new ImageTransformOptions { Channels = 1, CropHeight = 28, CropWidth = 28,
            Interpolation = Interpolation.Bicubic });
        float[] input = new float[transform.Length], grayInput = new float[gray.Length];
        long allocated = 0;
        for (int round = 0; round < 4; round++)
        {
            allocated = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < files.Length; i++)
            {
                transform.Apply(files[i], names[i], input);
                gray.Apply(files[i], names[i], grayInput);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Covers_the_crop_where_no_size_is_given()
    {
        // Two columns of 0 and 255 on the left and the right of four, of which the middle two remain.
        var transform = new ImageTransform(new ImageTransformOptions { Channels = 1, CropHeight = 1, CropWidth = 2, Mean = [0.5f],
            StandardDeviation = [2] });
        var input = new float[2];
        transform.ApplyToPixels([7, 0, 255, 7], 4, 1, input);
        Assert.Equal([-0.25f, 0.25f], input);
    }

    [Fact]
    public void Refuses_what_does_not_fit()
    {
        var transform = new ImageTransform(ImageTransformOptions.ImageNet);
        Assert.Contains("Expected 3×224×224 = 150528 floats, got 3.",
            Assert.Throws<ArgumentException>(() => transform.Apply("x.jpg", new float[3])).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => transform.Apply("none.jpg", new float[transform.Length]));
        Assert.Throws<ArgumentException>(() => transform.ApplyToPixels(new byte[11], 2, 2, new float[transform.Length]));
        foreach (var wrong in (ImageTransformOptions[])
            [
                ImageTransformOptions.ImageNet with { Channels = 2 },
                ImageTransformOptions.ImageNet with { Channels = 1 },
                ImageTransformOptions.ImageNet with { Resize = 223 },
                ImageTransformOptions.ImageNet with { CropWidth = 0 },
                ImageTransformOptions.ImageNet with { Mean = [0, 0, float.NaN] },
                ImageTransformOptions.ImageNet with { StandardDeviation = [1, 1, 0] },
            ])
            Assert.Throws<ArgumentException>(() => new ImageTransform(wrong));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ImageTransform(ImageTransformOptions.ImageNet with { Interpolation = (Interpolation)7 }));
    }

    /// <summary>A folder's images are those that the transform gives to the network.</summary>
    [Fact]
    public void A_folder_of_all_formats_gives_the_same_pixels()
    {
        string folder = Directory.CreateTempSubdirectory("images-").FullName;
        try
        {
            string[] names = ["420_restart.jpg", "24.bmp", "rgb.png"];
            foreach (string name in names)
            {
                Directory.CreateDirectory(Path.Combine(folder, name[..2]));
                File.Copy(Expected.FileOf(name), Path.Combine(folder, name[..2], name.ToUpperInvariant()));
            }
            var images = ImageFolder.Read(folder, 3, 32, 48, new ImageReader());
            Assert.Equal(["24", "42", "rg"], images.ClassNames);
            var transform = new ImageTransform(new ImageTransformOptions { CropHeight = 32, CropWidth = 48 });
            var input = new float[transform.Length];
            for (int i = 0; i < 3; i++)
            {
                transform.Apply(Expected.FileOf(new[] { "24.bmp", "420_restart.jpg", "rgb.png" }[i]), input);
                Assert.Equal(input, images.Bytes.Slice(i * transform.Length, transform.Length).ToArray().Select(value => value / 255f));
            }

            // Beginnings are looked at before memory for all is made.
            File.WriteAllBytes(Path.Combine(folder, "rg", "z.jpg"), Expected.Content("rocket.jpg")[..100]);
            Assert.Contains("z.jpg: JPEG frame header",
                Assert.Throws<InvalidImageException>(() => ImageFolder.Read(folder, 3, 32, 48, new ImageReader())).Message,
                StringComparison.Ordinal);
            var limits = new ImageLimits { MaxPixels = 161 * 107 };
            File.Copy(Expected.FileOf("rocket.jpg"), Path.Combine(folder, "rg", "z.jpg"), overwrite: true);
            Assert.Contains("z.jpg: image size: expected at most 17,227 pixels",
                Assert.Throws<InvalidImageException>(() => ImageFolder.Read(folder, 3, 32, 48, new ImageReader(), limits)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
