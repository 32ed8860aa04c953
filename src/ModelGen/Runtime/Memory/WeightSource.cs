using System.ComponentModel;
using ModelGen.Safetensors;

namespace ModelGen.Runtime;

/// <summary>Where weights are loaded from: a file, a stream, or memory.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WeightSource
{
    private readonly string? _path;
    private readonly Stream? _stream;
    private readonly ReadOnlyMemory<byte> _content;

    private WeightSource(string? path, Stream? stream, ReadOnlyMemory<byte> content) =>
        (_path, _stream, _content) = (path, stream, content);

    /// <summary>A file.</summary>
    /// <exception cref="ArgumentException">There is no path.</exception>
    public static WeightSource Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new WeightSource(path, null, default);
    }

    /// <summary>What a stream still has; it stays open.</summary>
    public static WeightSource Of(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new WeightSource(null, stream, default);
    }

    /// <summary>A file's content.</summary>
    public static WeightSource Of(ReadOnlyMemory<byte> content) => new(null, null, content);

    /// <summary>Opens it.</summary>
    /// <param name="options">What the caller asked for.</param>
    /// <param name="isCopied">Whether all is copied anyway: reading was measured to be as fast as a mapping then, for files of any
    /// size.</param>
    internal SafetensorsFile Open(WeightLoadOptions options, bool isCopied) =>
        _path is not null
            ? SafetensorsFile.Open(
                _path, options.Access == SafetensorsAccess.Automatic && isCopied ? SafetensorsAccess.Read : options.Access)
        : _stream is not null ? SafetensorsFile.OpenForward(_stream, options.SourceName ?? (_stream as FileStream)?.Name ?? "stream")
        : SafetensorsFile.Open(_content, options.SourceName ?? "memory");
}
