using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ModelGen.Safetensors;

/// <summary>A safetensors file, mapped into memory and fully checked before anything of it can be read.</summary>
/// <remarks>
/// Reading is safe from many threads at once. The file must not be cut short while it is mapped: the operating system would stop the
/// process. Files that <see cref="SafetensorsWriter"/> replaces are safe, the mapping keeps the old content.
/// Source: the format's description at https://github.com/huggingface/safetensors.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    const int BufferLength = 512;

    readonly MemoryMappedViewAccessor _view;
    readonly SafetensorsHeader _header;
    readonly long _dataOffset;
    // Held from Open to Dispose. A file that is never disposed leaks its mapping rather than pull it from under a span of ReadRaw.
    readonly byte* _start;
    int _disposed;

    SafetensorsFile(string path, MemoryMappedViewAccessor view, long fileLength)
    {
        Path = path;
        _view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        try
        {
            _start += view.PointerOffset;
            int prefixLength = (int)Math.Min(fileLength, SafetensorsHeader.PrefixLengthInBytes);
            int headerLength = SafetensorsHeader.CheckLength(path, new(_start, prefixLength), fileLength);
            _dataOffset = SafetensorsHeader.PrefixLengthInBytes + headerLength;
            _header = SafetensorsHeader.Parse(path, new(_start + SafetensorsHeader.PrefixLengthInBytes, headerLength), fileLength - _dataOffset);
        }
        catch
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            throw;
        }
    }

    /// <summary>Maps a file and checks it whole: header, names, and that the tensors cover the data exactly. Tensor data is not touched yet.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it to unmap it.</returns>
    /// <exception cref="InvalidSafetensorsException">
    /// The content breaks a rule of the format; the message names the file, what is wrong, the expected and the actual value.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (RegularFile.IsEmptyOrNone(path))
            throw new InvalidSafetensorsException(path, "there is nothing to read", "a file on disk", RegularFile.EmptyOrNone);
        // The stream and the mapping object may be closed at once: the view alone keeps the pages.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        long length = stream.Length;
        // An empty file cannot be mapped.
        if (length == 0) SafetensorsHeader.CheckLength(path, [], 0);
        using var mapping = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        try
        {
            return new SafetensorsFile(path, view, length);
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>All tensors, in the order of their data in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors => _header.Tensors;

    /// <summary>The text the header carries under <c>__metadata__</c>; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">The tensor's key.</param>
    /// <param name="entry">What the header says of it; null when the file has no such tensor.</param>
    /// <returns>Whether the file has it.</returns>
    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafetensorsEntry? entry) =>
        _header.ByName.TryGetValue(name, out entry);

    /// <summary>Copies a tensor of dtype F32, F16 or BF16 as floats. Every F16 and BF16 value is exact as a float.</summary>
    /// <param name="name">The tensor's key.</param>
    /// <param name="destination">Receives the elements, row-major; exactly <see cref="SafetensorsEntry.ElementCount"/> long.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor; the message names the nearest ones.</exception>
    /// <exception cref="NotSupportedException">The tensor has another dtype.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length. Nothing is written.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public void Read(string name, Span<float> destination)
    {
        var entry = Find(name);
        if (destination.Length != entry.ElementCount)
            throw new ArgumentException($"Tensor {MessageText.Quote(name)} of '{Path}': " + MessageText.Invariant(
                $"expected room for {entry.ElementCount} elements, shape {MessageText.Shape(entry.Shape)}, actual {destination.Length}."), nameof(destination));
        Read(entry, 0, destination);
    }

    /// <summary>The bytes of a tensor of any dtype, little endian, without a copy.</summary>
    /// <param name="name">The tensor's key.</param>
    /// <returns>A view of the mapped file, valid until <see cref="Dispose"/>. Not necessarily aligned for its dtype.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor; the message names the nearest ones.</exception>
    /// <exception cref="NotSupportedException">The tensor is longer than a span can be, 2^31 - 1 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public ReadOnlySpan<byte> ReadRaw(string name)
    {
        var entry = Find(name);
        if (entry.End - entry.Begin > int.MaxValue)
            throw new NotSupportedException($"Tensor {MessageText.Quote(name)} of '{Path}': " + MessageText.Invariant(
                $"expected at most {int.MaxValue} bytes in one span, actual {entry.End - entry.Begin}."));
        return new(_start + _dataOffset + entry.Begin, (int)(entry.End - entry.Begin));
    }

    /// <summary>Unmaps the file. Spans from <see cref="ReadRaw"/> must not be used afterwards.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }

    /// <summary>Index of the first NaN or infinity of a tensor that is readable as float; -1 when all are finite.</summary>
    internal long IndexOfNonFinite(SafetensorsEntry entry, out float value)
    {
        Span<float> buffer = stackalloc float[BufferLength];
        for (long start = 0; start < entry.ElementCount; start += BufferLength)
        {
            var part = buffer[..(int)Math.Min(BufferLength, entry.ElementCount - start)];
            Read(entry, start, part);
            for (int i = 0; i < part.Length; i++)
            {
                value = part[i];
                if (!float.IsFinite(value)) return start + i;
            }
        }
        value = 0;
        return -1;
    }

    /// <summary>Where a tensor's data is in memory, until <see cref="Dispose"/>.</summary>
    internal nint AddressOf(SafetensorsEntry entry) => (nint)(_start + _dataOffset + entry.Begin);

    /// <summary>Copies <c>destination.Length</c> elements from element <paramref name="first"/> on.</summary>
    internal void Read(SafetensorsEntry entry, long first, Span<float> destination)
    {
        // A reference of its own: another thread's Dispose cannot unmap the pages in the middle of this copy.
        byte* start = null;
        var handle = _view.SafeMemoryMappedViewHandle;
        handle.AcquirePointer(ref start);
        try
        {
            byte* source = start + _view.PointerOffset + _dataOffset + entry.Begin + first * (entry.Dtype.BitsPerElement() / 8);
            switch (entry.Dtype)
            {
                case SafetensorsDtype.F32:
                    ReadSingles(source, destination);
                    break;
                case SafetensorsDtype.F16:
                    ReadHalves(source, destination);
                    break;
                case SafetensorsDtype.BF16:
                    ReadBrainFloats(source, destination);
                    break;
                default:
                    throw new NotSupportedException($"Tensor {MessageText.Quote(entry.Name)} of '{Path}' has dtype {entry.Dtype.Name()} "
                        + $"and cannot be read as float (expected F32, F16 or BF16, actual {entry.Dtype.Name()}).");
            }
        }
        finally
        {
            handle.ReleasePointer();
        }
    }

    // Headers need not be padded, so the source may lie at any address: it is copied as bytes, never dereferenced as a wider type.

    static void ReadSingles(byte* source, Span<float> destination)
    {
        fixed (float* target = destination)
            Buffer.MemoryCopy(source, target, (long)destination.Length * sizeof(float), (long)destination.Length * sizeof(float));
        if (!BitConverter.IsLittleEndian)
        {
            var bits = MemoryMarshal.Cast<float, int>(destination);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }

    static void ReadHalves(byte* source, Span<float> destination)
    {
        Span<ushort> buffer = stackalloc ushort[BufferLength];
        for (; !destination.IsEmpty; source += BufferLength * sizeof(ushort))
        {
            var bits = CopyUInt16(source, buffer[..Math.Min(BufferLength, destination.Length)]);
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(bits), destination);
            destination = destination[bits.Length..];
        }
    }

    static void ReadBrainFloats(byte* source, Span<float> destination)
    {
        Span<ushort> buffer = stackalloc ushort[BufferLength];
        for (; !destination.IsEmpty; source += BufferLength * sizeof(ushort))
        {
            var bits = CopyUInt16(source, buffer[..Math.Min(BufferLength, destination.Length)]);
            for (int i = 0; i < bits.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
            destination = destination[bits.Length..];
        }
    }

    static Span<ushort> CopyUInt16(byte* source, Span<ushort> buffer)
    {
        new ReadOnlySpan<byte>(source, buffer.Length * sizeof(ushort)).CopyTo(MemoryMarshal.AsBytes(buffer));
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(buffer, buffer);
        return buffer;
    }

    SafetensorsEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (TryGet(name, out var entry)) return entry;
        var nearest = new NearestName().Several(name, Tensors.Select(t => t.Name), 3).Select(MessageText.Quote);
        throw new KeyNotFoundException($"'{Path}' has no tensor {MessageText.Quote(name)}; "
            + MessageText.Invariant($"nearest of its {Tensors.Count}: {string.Join(", ", nearest)}."));
    }
}
