using System.Buffers;

namespace ModelGen.Safetensors;

/// <summary>A file's content that somebody has in memory; pinned, so that tensors can be read where they are.</summary>
internal sealed unsafe class MemorySource(ReadOnlyMemory<byte> content, string name) : ByteSource(name)
{
    private MemoryHandle _pin = content.Pin();

    public override long? Length => content.Length;

    public override byte* Start => (byte*)_pin.Pointer;

    public override int Read(long position, Span<byte> destination)
    {
        ReadOnlySpan<byte> rest = content.Span[(int)position..];
        rest = rest[..Math.Min(rest.Length, destination.Length)];
        rest.CopyTo(destination);
        return rest.Length;
    }

    public override void Dispose() => _pin.Dispose();
}
