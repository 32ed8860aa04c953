namespace ModelGen.Images;

/// <summary>A stream over memory that its user has pinned; one object serves one file after the other. It notes whether more was asked for
/// than there is.</summary>
internal sealed unsafe class MemoryView : Stream
{
    private byte* start;
    private long length;
    private long position;

    /// <summary>Whether a byte behind the end was asked for.</summary>
    public bool RanOut { get; private set; }

    /// <summary>Begins another file.</summary>
    public void Open(byte* data, long bytes)
    {
        start = data;
        (length, position, RanOut) = (bytes, 0, false);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <inheritdoc/>
    public override int ReadByte()
    {
        if (position < length)
            return start[position++];
        RanOut = true;
        return -1;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, length - position);
        new ReadOnlySpan<byte>(start + position, count).CopyTo(buffer);
        position += count;
        RanOut |= count < buffer.Length;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        long target = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => position, _ => length };
        RanOut |= target > length;
        return position = Math.Clamp(target, 0, length);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
