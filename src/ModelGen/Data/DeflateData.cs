using System.IO.Compression;

namespace ModelGen.Data;

/// <summary>
/// Unpacks deflate data (RFC 1951) that is known to be so many bytes, and finds out whether it ends with the last of them.
/// <see cref="DeflateStream"/> by itself stops without a word at data that is cut off, and at the end of a stream whatever follows.
/// </summary>
internal sealed class DeflateData : IDisposable
{
    /// <summary>The most bytes that a byte of data can stand for: at best, 2 bits stand for 258.</summary>
    public const long MostExpansion = 1032;

    private readonly Source source;
    private readonly DeflateStream unpacked;

    /// <param name="stream">Where the data lies; not disposed of.</param>
    /// <param name="length">Bytes of data from the stream's position on.</param>
    public DeflateData(Stream stream, long length)
    {
        source = new Source(stream, length);
        unpacked = new DeflateStream(source, CompressionMode.Decompress);
    }

    /// <summary>Fills a span, or as much of it as there is.</summary>
    /// <returns>How many bytes that is.</returns>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public int Read(Span<byte> destination) => unpacked.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);

    /// <summary>
    /// What is wrong with the end, once all that is expected was read; null if the data ends here and with the last byte it has.
    /// </summary>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public string? FaultAtEnd()
    {
        Span<byte> next = stackalloc byte[1];
        return Read(next) > 0 ? "more: the data goes on"
            : source.IsExhausted ? "data that is cut off"
            : source.Left > 0 ? "a stream that ends before its data, and something behind it"
            : null;
    }

    public void Dispose() => unpacked.Dispose();

    /// <summary>
    /// Hands out the last byte by itself. The reader asks for more only when it has used all it was given and needs more, so it used the
    /// last byte if it asked for that one, and is complete if it did not ask again.
    /// </summary>
    private sealed class Source(Stream stream, long length) : Stream
    {
        public long Left { get; private set; } = length;

        public bool IsExhausted { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int got = stream.Read(buffer[..(int)Math.Min(buffer.Length, Math.Max(Left - 1, Math.Min(Left, 1)))]);
            Left -= got;
            IsExhausted |= got == 0 && !buffer.IsEmpty;
            return got;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
