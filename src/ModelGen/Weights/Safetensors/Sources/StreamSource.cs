namespace ModelGen.Safetensors;

/// <summary>What a stream still has, read once and in order. The stream stays its owner's.</summary>
internal sealed class StreamSource(Stream stream, string name) : ByteSource(name)
{
    private const int BytesReadOver = 64 << 10;

    private readonly long? _length = stream.CanSeek ? stream.Length - stream.Position : null;
    private long _position;

    public override long? Length => _length;

    public override bool IsForward => true;

    public override long Position => _position;

    public override int Read(long position, Span<byte> destination)
    {
        if (position < _position)
            throw new InvalidOperationException("what a stream has already given is asked for again");
        if (!ReadOver(position - _position))
            return 0;
        int got = stream.Read(destination);
        _position += got;
        return got;
    }

    public override void Dispose()
    {
    }

    // False where the stream ends before.
    private bool ReadOver(long count)
    {
        if (count == 0)
            return true;
        byte[] buffer = new byte[Math.Min(count, BytesReadOver)];
        while (count > 0)
        {
            int got = stream.Read(buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)));
            if (got == 0)
                return false;
            (count, _position) = (count - got, _position + got);
        }
        return true;
    }
}
