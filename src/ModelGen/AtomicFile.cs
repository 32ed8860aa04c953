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
    /// Writes to a temporary file in the same folder, flushes it to the disk, and renames it over <paramref name="path"/>. On any failure the old file is as it was and the
    /// temporary one is gone. (Folders cannot be flushed in .NET: after a power cut the old file may still be there, but never a part of the new one.)
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes that will be written; a full disk is found out before the first one is.</param>
    /// <param name="write">Writes them.</param>
    /// <param name="around">A stream that is put around the file; none where it is null.</param>
    /// <exception cref="IOException">The file cannot be written; the disk is full for instance.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    public static void Write(string path, long length, Action<Stream> write, Func<FileStream, Stream>? around = null)
    {
        string fullPath = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(fullPath) ?? "", $".{Guid.NewGuid():N}.tmp");
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, PreallocationSize = length,
            };
            using (var file = new FileStream(temporary, options))
            {
                Stream stream = around is null ? file : around(file);
                write(stream);
                stream.Flush();
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, fullPath, overwrite: true);
        }
        catch (Exception e)
        {
            TryDelete(temporary);
            // The bare kind is that of a full disk, and names the temporary file or none; the others say what they are. A file that is too large for the file system or for a quota is
            // an argument out of range to .NET.
            if (e.GetType() == typeof(IOException) || e is ArgumentOutOfRangeException)
                throw new IOException($"Cannot write {MessageText.Quote(path)}: {e.Message} What was there before is as it was.", e) { HResult = e.HResult };
            throw;
        }
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
