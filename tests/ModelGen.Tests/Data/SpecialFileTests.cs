using System.Diagnostics;
using ModelGen.Data;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Data;

/// <summary>What is no file is refused before it is opened: opening a pipe that nobody writes to would wait for ever.</summary>
public sealed class SpecialFileTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("special-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string> Kinds =>
        ["pipe", "link to a pipe", "link to a link to a pipe", "device", "endless device", "link to a device", "folder"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task IsRefusedByEveryReader(string kind)
    {
        if (OperatingSystem.IsWindows())
            return;
        string path = Make(kind, Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "set", "class")).FullName, "x.png"));
        Action[] readers =
        [
            () => IdxFile.Read(path),
            () => CifarFile.ReadCifar10(path),
            () => ImageFile.Read(path, 3, out _),
            () => ImageFolder.Read(Path.Combine(folder, "set"), 3, 8, 8),
            () => SafetensorsFile.Open(path).Dispose(),
        ];
        foreach (Action reader in readers)
        {
            Exception? fault = await Task.Run(() => Record.Exception(reader)).WaitAsync(Limit);
            // A folder called x.png is no file of its class, which is then without images.
            Assert.True(kind == "folder" ? fault is UnauthorizedAccessException or InvalidDataFileException
                : fault is InvalidDataFileException or InvalidSafetensorsException, fault?.ToString());
        }
    }

    [Fact]
    public async Task AJpegThatIsAPipeIsNotHandedToTheDecoder()
    {
        if (OperatingSystem.IsWindows())
            return;
        Make("pipe", Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "set", "class")).FullName, "x.jpg"));
        Exception? fault = await Task.Run(() =>
            Record.Exception(() => ImageFolder.Read(Path.Combine(folder, "set"), 3, 8, 8, new Reader()))).WaitAsync(Limit);
        Assert.Contains("x.jpg: file: expected a file on disk, found an empty file, a pipe or a device",
            Assert.IsType<InvalidDataFileException>(fault).Message, StringComparison.Ordinal);
    }

    private string Make(string kind, string path)
    {
        switch (kind)
        {
            case "pipe":
                Process.Start("mkfifo", [path]).WaitForExit();
                break;
            case "link to a pipe":
                File.CreateSymbolicLink(path, Make("pipe", Path.Combine(folder, "pipe")));
                break;
            case "link to a link to a pipe":
                File.CreateSymbolicLink(path, Make("link to a pipe", Path.Combine(folder, "link")));
                break;
            case "device":
                return "/dev/null";
            case "endless device":
                return "/dev/zero";
            case "link to a device":
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            default:
                Directory.CreateDirectory(path);
                break;
        }
        return path;
    }

    /// <summary>A decoder that opens whatever it is given.</summary>
    private sealed class Reader : IImageDecoder
    {
        public IReadOnlyCollection<string> Extensions { get; } = [".jpg"];

        public void CheckHeader(string path, int channels, ImageLimits limits) => File.ReadAllBytes(path);

        public byte[] Read(string path, int channels, ImageLimits limits, out ImageSize size)
        {
            size = new ImageSize(1, 1, 3);
            return File.ReadAllBytes(path);
        }
    }
}
