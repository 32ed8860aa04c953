using System.Diagnostics;
using System.Globalization;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Weights;

/// <summary>What saving leaves as it was: the kind of a file, its mode, its owner, links, and files that others write.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("none/x", typeof(DirectoryNotFoundException), "its folder is not there")]
    [InlineData("file/x", typeof(IOException), "")]
    [InlineData("folder", typeof(UnauthorizedAccessException), "expected a file or none, actual a folder")]
    [InlineData("long", typeof(IOException), "")]
    public void MessagesNameThePathOfTheCaller(string kind, Type type, string message)
    {
        string path = _folder.File(kind == "long" ? new string('n', 300) : kind);
        _folder.Write("file", [1]);
        Directory.CreateDirectory(_folder.File("folder"));
        var fault = Assert.ThrowsAny<Exception>(() => SafetensorsWriter.Write(path, []));
        Assert.IsAssignableFrom(type, fault);
        Assert.StartsWith("Cannot write '" + path[..Math.Min(path.Length, 100)], fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public void AFolderThatMayNotBeWrittenToIsNamed()
    {
        // The superuser may.
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
            return;
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string path = _folder.File("x");
        string message = Assert.Throws<UnauthorizedAccessException>(() => SafetensorsWriter.Write(path, [])).Message;
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        Assert.StartsWith($"Cannot write '{path}': Access to the path '{path}' is denied.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device")]
    [InlineData("full")]
    [InlineData("pipe")]
    [InlineData("link to a device")]
    public void WhatIsNoFileIsRefusedBeforeAnythingIsWritten(string kind)
    {
        if (!OperatingSystem.IsLinux())
            return;
        string path = _folder.File("x");
        switch (kind)
        {
            case "device":
                path = "/dev/null";
                break;
            case "full":
                path = "/dev/full";
                break;
            case "pipe":
                Run("mkfifo", path);
                break;
            default:
                File.CreateSymbolicLink(path, "/dev/full");
                break;
        }
        bool written = false;
        var fault = Assert.Throws<IOException>(() => AtomicFile.Write(path, 1, _ => written = true));
        Assert.Equal($"Cannot write '{path}': expected a file or none, actual a pipe, a socket or a device. Nothing was written.",
            fault.Message);
        Assert.False(written);
        Assert.Equal(kind is "pipe" or "link to a device" ? 1 : 0, Directory.GetFileSystemEntries(_folder.Path).Length);
        if (kind != "pipe")
            Assert.Equal("character special file", Run("stat", "-L", "-c", "%F", path));
    }

    [Theory]
    [InlineData("600")]
    [InlineData("640")]
    [InlineData("666")]
    [InlineData("444")]
    [InlineData("755")]
    public void ModeAndOwnerStay(string mode)
    {
        if (!OperatingSystem.IsLinux())
            return;
        // As long as it may give files away.
        string owner = Environment.IsPrivilegedProcess ? "12345:54321" : $"{Run("id", "-u")}:{Run("id", "-g")}";
        string path = _folder.Write("x", [1]);
        Run("chown", owner, path);
        Run("chmod", mode, path);
        AtomicFile.WriteText(path, "new");
        Assert.Equal($"{mode} {owner}", Run("stat", "-c", "%a %u:%g", path));
        Assert.Equal("new", File.ReadAllText(path));
        // An empty file is a file.
        File.WriteAllBytes(path, []);
        AtomicFile.WriteText(path, "again");
        Assert.Equal($"{mode} {owner}", Run("stat", "-c", "%a %u:%g", path));
    }

    [Fact]
    public void NobodyElseMayReadAFileThatIsBeingWritten()
    {
        if (OperatingSystem.IsWindows())
            return;
        string path = _folder.Write("x", [1]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.Write(path, 1, stream =>
        {
            string temporary = Assert.Single(Directory.GetFiles(_folder.Path), file => file != path);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(temporary));
            stream.WriteByte(2);
        });
        Assert.Equal([2], File.ReadAllBytes(path));
    }

    [Fact]
    public void LinksAreFollowedAndStay()
    {
        if (OperatingSystem.IsWindows())
            return;
        string folder = Directory.CreateDirectory(_folder.File("elsewhere")).FullName;
        File.CreateSymbolicLink(_folder.File("link"), "elsewhere/target");
        File.CreateSymbolicLink(_folder.File("second"), "link");
        // There need not be a target.
        AtomicFile.WriteText(_folder.File("link"), "one");
        Assert.Equal("one", File.ReadAllText(Path.Combine(folder, "target")));
        AtomicFile.WriteText(_folder.File("second"), "two");
        Assert.Equal("two", File.ReadAllText(Path.Combine(folder, "target")));
        Assert.Equal("elsewhere/target", new FileInfo(_folder.File("link")).LinkTarget);
        Assert.Equal("link", new FileInfo(_folder.File("second")).LinkTarget);
        Assert.Equal(4, Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Length);

        File.CreateSymbolicLink(_folder.File("loop"), "loop");
        Assert.StartsWith($"Cannot write '{_folder.File("loop")}': where the link leads",
            Assert.Throws<IOException>(() => AtomicFile.WriteText(_folder.File("loop"), "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAProcessLeftThatWasKilledIsCleanedUp()
    {
        using Process killed = Process.Start(OperatingSystem.IsWindows() ? "cmd" : "sleep", OperatingSystem.IsWindows() ? "/c exit" : "0");
        killed.WaitForExit();
        string left = Left(killed.Id), ofTheContainerBefore = Left(Environment.ProcessId);
        AtomicFile.WriteText(_folder.File("x"), "text");
        Assert.False(File.Exists(left));
        Assert.False(File.Exists(ofTheContainerBefore));
        Assert.Equal([_folder.File("x")], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void WhatAnotherProcessWritesIsNot()
    {
        if (OperatingSystem.IsWindows())
            return;
        using Process alive = Process.Start("sleep", "600"), killed = Process.Start("sleep", "0");
        killed.WaitForExit();
        try
        {
            // Of a process that lives; of one that does not seem to, but holds it; of one that has just made it; of another machine; and
            // what only looks alike.
            string ofAnother = Left(killed.Id).Replace(".modelgen-", ".modelgen-0", StringComparison.Ordinal);
            List<string> files = [Left(alive.Id), Left(killed.Id), Left(killed.Id, content: []), ofAnother, _folder.File(".modelgen-.tmp"),
                Left(killed.Id) + "x"];
            foreach (string file in files)
                File.AppendAllText(file, "");
            string link = Left(killed.Id);
            File.Delete(link);
            File.CreateSymbolicLink(link, files[0]);
            files.Add(link);
            using (new FileStream(files[1], FileMode.Open, FileAccess.Write, FileShare.None))
                AtomicFile.WriteText(_folder.File("x"), "text");
            Assert.All(files, file => Assert.True(File.Exists(file), file));
            // Our own, of another thread.
            AtomicFile.Write(_folder.File("y"), 1, stream =>
            {
                AtomicFile.WriteText(_folder.File("z"), "text");
                stream.WriteByte(1);
            });
            Assert.Equal([1], File.ReadAllBytes(_folder.File("y")));
        }
        finally
        {
            alive.Kill();
        }
    }

    [Fact]
    public void WhatIsNullIsNamed()
    {
        string path = _folder.File("x");
        string Message(Action write) => Assert.Throws<ArgumentException>(write).Message;
        Assert.StartsWith("Expected text for the metadata 'author', actual null.",
            Message(() => SafetensorsWriter.Write(path, [], new Dictionary<string, string> { ["author"] = null! })),
            StringComparison.Ordinal);
        Assert.StartsWith("Expected tensors with names and shapes, actual null at index 1.",
            Message(() => SafetensorsWriter.Write(path, [new("t", [0], default), null!])), StringComparison.Ordinal);
        Assert.StartsWith("Expected tensors with names and shapes, actual null at index 0.",
            Message(() => SafetensorsWriter.Write(path, [new(null!, [0], default)])), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private int _left;

    // The file that a process of some number leaves when it is killed.
    private string Left(int process, byte[]? content = null)
    {
        string[] parts = TemporaryFiles.NewName().Split('-');
        parts[2] = process.ToString(CultureInfo.InvariantCulture);
        parts[3] = (++_left).ToString("x16", CultureInfo.InvariantCulture);
        string path = _folder.File(string.Join('-', parts));
        File.WriteAllBytes(path, content ?? [1, 2, 3]);
        return path;
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
