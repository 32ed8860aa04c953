namespace ModelGen.Data;

/// <summary>Reads image files for <see cref="ImageFolder"/>.</summary>
public interface IImageDecoder
{
    /// <summary>What the names of its files end in, in lower case: <c>.png</c>, for one.</summary>
    IReadOnlyCollection<string> Extensions { get; }

    /// <summary>Refuses a file that cannot be an image by its beginning, or that claims a size beyond the limits, before memory for any is
    /// made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">The channels wanted.</param>
    /// <param name="limits">How large the image may be, with the channels wanted.</param>
    /// <exception cref="InvalidDataFileException">It is refused.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    void CheckHeader(string path, int channels, ImageLimits limits);

    /// <summary>Reads and decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">The channels wanted: 1 for gray, 3 for red, green, blue.</param>
    /// <param name="limits">How large the image may be, with the channels wanted.</param>
    /// <param name="size">The image's size, with the channels that the file has.</param>
    /// <returns>Height × width × <paramref name="channels"/> bytes, channels varying fastest.</returns>
    /// <exception cref="InvalidDataFileException">The file is damaged, too large or of another format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    byte[] Read(string path, int channels, ImageLimits limits, out ImageSize size);
}
