using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace ModelGen.Safetensors;

/// <summary>A file that is mapped into memory.</summary>
internal sealed unsafe class MappedSource : ByteSource
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _length;
    // Held until Dispose. What is never disposed leaks its mapping rather than pull it from under somebody's span.
    private readonly byte* _start;

    public MappedSource(string path, SafeFileHandle handle, long length) : base(path)
    {
        // The mapping object may be closed at once: the view alone keeps the pages.
        using var mapping = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _length = length;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public override long? Length => _length;

    public override byte* Start => _start;

    public override int Read(long position, Span<byte> destination)
    {
        int count = (int)Math.Min(destination.Length, _length - position);
        // A reference of its own: another thread's Dispose cannot unmap the pages in the middle of this copy.
        byte* start = null;
        var handle = _view.SafeMemoryMappedViewHandle;
        handle.AcquirePointer(ref start);
        try
        {
            new ReadOnlySpan<byte>(start + _view.PointerOffset + position, count).CopyTo(destination);
        }
        finally
        {
            handle.ReleasePointer();
        }
        return count;
    }

    public override void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }
}
