using ModelGen.Data;

namespace ModelGen.Tests.Data;

public sealed class CifarFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cifar-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Reads_files_one_behind_the_other()
    {
        var (a, b) = (TestImages.Bytes(2 * 3072, 1), TestImages.Bytes(3072, 2));
        string first = Write("a.bin", [9, .. a[..3072], 0, .. a[3072..]]), second = Write("b.bin", [4, .. b]);

        var images = CifarFile.ReadCifar10(first, second);

        Assert.Equal((3, 3, 32, 32), (images.Count, images.Channels, images.Height, images.Width));
        Assert.Equal([9, 0, 4], images.Labels.ToArray());
        Assert.Equal([.. a, .. b], images.Bytes.ToArray());
        Assert.Equal("truck", images.ClassNames[images.Labels[0]]);
    }

    [Fact]
    public void Reads_either_label_of_cifar_100()
    {
        var pixels = TestImages.Bytes(2 * 3072, 3);
        string path = Write("train.bin", [19, 99, .. pixels[..3072], 0, 7, .. pixels[3072..]]);

        Assert.Equal([99, 7], CifarFile.ReadCifar100(coarse: false, path).Labels.ToArray());
        Assert.Equal([19, 0], CifarFile.ReadCifar100(coarse: true, path).Labels.ToArray());
        Assert.Equal(pixels, CifarFile.ReadCifar100(coarse: true, path).Bytes.ToArray());
    }

    [Theory]
    [InlineData(0, "file: expected a file on disk, found an empty file, a pipe or a device")]
    [InlineData(1, "size: expected a multiple of 3,073 bytes, found 1 bytes: record 0 ends after 1 bytes")]
    [InlineData(3 * 3073 - 1, "size: expected a multiple of 3,073 bytes, found 9,218 bytes: record 2 ends after 3,072 bytes")]
    public void Refuses_a_file_that_is_cut_off(int length, string message)
    {
        string path = Write("cut.bin", new byte[length]);
        var fault = Assert.Throws<InvalidDataFileException>(() => CifarFile.ReadCifar10(path));
        Assert.Equal($"{path}: {message}", fault.Message);
    }

    [Fact]
    public void Refuses_labels_that_are_no_classes()
    {
        string ten = Write("ten.bin", [3, .. new byte[3072], 10, .. new byte[3072]]);
        string coarse = Write("coarse.bin", [20, 0, .. new byte[3072]]), fine = Write("fine.bin", [0, 100, .. new byte[3072]]);

        Assert.Contains("label of record 1 (byte 3,073): expected 0 to 9, found 10",
            Assert.Throws<InvalidDataFileException>(() => CifarFile.ReadCifar10(ten)).Message, StringComparison.Ordinal);
        Assert.Contains("coarse label of record 0 (byte 0): expected 0 to 19, found 20",
            Assert.Throws<InvalidDataFileException>(() => CifarFile.ReadCifar100(false, coarse)).Message, StringComparison.Ordinal);
        Assert.Contains("fine label of record 0 (byte 1): expected 0 to 99, found 100",
            Assert.Throws<InvalidDataFileException>(() => CifarFile.ReadCifar100(true, fine)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_what_is_missing()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => CifarFile.ReadCifar10(Path.Combine(folder, "none.bin")));
        Assert.Contains("CIFAR file not found", missing.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CifarFile.ReadCifar10());
    }

    [Fact]
    public void Refuses_a_file_beyond_the_limit_before_reading_it()
    {
        string path = Path.Combine(folder, "huge.bin");
        using (var file = File.Create(path))
            file.SetLength((long)CifarFile.MaxFileBytes + 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("at most 268,435,456 bytes", Assert.Throws<InvalidDataFileException>(() => CifarFile.ReadCifar10(path)).Message,
            StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
