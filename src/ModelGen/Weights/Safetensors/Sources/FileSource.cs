using Microsoft.Win32.SafeHandles;

namespace ModelGen.Safetensors;

/// <summary>A file that is read when its bytes are asked for.</summary>
internal sealed class FileSource(string path, SafeFileHandle handle, long length) : ByteSource(path)
{
    public override long? Length => length;

    public override int Read(long position, Span<byte> destination) => RandomAccess.Read(handle, destination, position);

    public override void Dispose() => handle.Dispose();
}
