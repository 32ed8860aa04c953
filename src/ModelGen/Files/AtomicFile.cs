using System.Text;

namespace ModelGen;

/// <summary>Writes files that are there as a whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces the file by UTF-8 text.</summary>
    public static void WriteText(string path, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Write(path, bytes.Length, stream => stream.Write(bytes));
    }

    /// <summary>
    /// Writes to a temporary file in the same folder, flushes it to the disk, and renames it over <paramref name="path"/>. On any failure
    /// the old file is as it was and the temporary one is gone. (Folders cannot be flushed in .NET: after a power cut the old file may
    /// still be there, but never a part of the new one.) A link is followed and stays; the new file has the mode of the old one, and its
    /// owner where this process may give files away. Temporary files of processes that were killed are cleaned up.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes that will be written; a full disk is found out before the first one is.</param>
    /// <param name="write">Writes them.</param>
    /// <param name="around">A stream that is put around the file; none where it is null.</param>
    /// <exception cref="IOException">The file cannot be written; the disk is full for instance, or the path names a pipe or a
    /// device.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    public static void Write(string path, long length, Action<Stream> write, Func<FileStream, Stream>? around = null)
    {
        string target = Target(path);
        var old = FileTraits.Of(target);
        ThrowIfNotRegular(path, old);
        string folder = Path.GetDirectoryName(target) ?? "";
        TemporaryFiles.CleanUp(folder);
        string temporary = Path.Combine(folder, TemporaryFiles.NewName());
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, PreallocationSize = length,
            };
            // From the first moment on, so that nobody opens it who could not open the old one.
            if (!OperatingSystem.IsWindows() && old.Mode is { } mode)
                options.UnixCreateMode = mode;
            using (var file = new FileStream(temporary, options))
            {
                old.ApplyTo(temporary);
                Stream stream = around is null ? file : around(file);
                write(stream);
                stream.Flush();
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            if (Explained(e, path, temporary) is { } explained)
                throw explained;
            throw;
        }
    }

    // What the system says names the temporary file, or none.
    private static Exception? Explained(Exception e, string path, string temporary)
    {
        string message = $"Cannot write {MessageText.Quote(path)}: {e.Message.Replace(temporary, path, StringComparison.Ordinal)} What "
            + $"was there before is as it was.";
        return e switch
        {
            DirectoryNotFoundException =>
                new DirectoryNotFoundException($"Cannot write {MessageText.Quote(path)}: its folder is not there.", e),
            UnauthorizedAccessException => new UnauthorizedAccessException(message, e),
            PathTooLongException => new PathTooLongException(message, e),
            // The bare kind is that of a full disk. A file that is too large for the file system or for a quota is an argument out of range
            // to .NET.
            IOException or ArgumentOutOfRangeException => new IOException(message, e) { HResult = e.HResult },
            _ => null,
        };
    }

    /// <summary>The file that a path names once links are followed; it need not be there.</summary>
    private static string Target(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            var named = new FileInfo(full);
            return named.LinkTarget is null ? full : named.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full;
        }
        catch (IOException e)
        {
            throw new IOException($"Cannot write {MessageText.Quote(path)}: where the link leads cannot be found out. {e.Message}", e);
        }
    }

    // A device that is renamed over would be a file from then on, to the surprise of everybody who uses it.
    private static void ThrowIfNotRegular(string path, FileTraits old)
    {
        if (old.Kind == FileKind.Folder)
            throw new UnauthorizedAccessException(
                $"Cannot write {MessageText.Quote(path)}: expected a file or none, actual a folder. Nothing was written.");
        if (old.Kind == FileKind.Special)
            throw new IOException(
                $"Cannot write {MessageText.Quote(path)}: expected a file or none, actual a pipe, a socket or a device. Nothing was "
                    + $"written.");
    }

    private static void TryDelete(string path)
    {
        // The failure that brought us here is the one to report, not that of the cleaning up.
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
