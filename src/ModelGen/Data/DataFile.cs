using System.Globalization;

namespace ModelGen.Data;

/// <summary>Opens files, and reads whole ones of a bounded size.</summary>
internal static class DataFile
{
    /// <summary>
    /// The bytes of a file; a missing file, a pipe and one of more than <paramref name="limit"/> bytes are errors that say so.
    /// </summary>
    public static byte[] ReadAll(string path, string kind, int limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = Open(path, kind);
        if (file.Length > limit)
            throw new InvalidDataFileException(path, "size", $"at most {Number(limit)} bytes", $"{Number(file.Length)} bytes");
        var content = new byte[file.Length];
        int got = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return got == content.Length ? content : content[..got];
    }

    /// <summary>
    /// Opens a file; a missing one is an error that says what it was to be, and so is an empty one, a pipe or a device, which are not
    /// opened.
    /// </summary>
    public static FileStream Open(string path, string kind)
    {
        if (RegularFile.IsEmptyOrNone(path))
            throw new InvalidDataFileException(path, "file", "a file on disk", RegularFile.EmptyOrNone);
        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"{kind} file not found: {path}", path, missing);
        }
        if (file.CanSeek)
            return file;
        file.Dispose();
        throw new InvalidDataFileException(path, "file", "a file on disk", "a pipe or a device");
    }

    /// <summary>A number for a message: 65,536.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
