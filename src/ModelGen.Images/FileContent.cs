using ModelGen.Data;

namespace ModelGen.Images;

/// <summary>Files of a bounded size, into memory that is used again.</summary>
internal static class FileContent
{
    /// <summary>Opens a file on disk.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataFileException">It is a pipe, a device, empty or too large.</exception>
    public static FileStream Open(string path) => ImageFile.Open(path);

    /// <summary>Reads a file.</summary>
    /// <returns>How many bytes it has.</returns>
    public static int Read(string path, ref byte[] content)
    {
        using var file = Open(path);
        int length = (int)file.Length;
        if (content.Length < length)
            content = new byte[length];
        return file.ReadAtLeast(content.AsSpan(0, length), length, throwOnEndOfStream: false);
    }
}
