using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ModelGen.Runtime;

namespace ModelGen.Safetensors;

/// <summary>A safetensors file, fully checked before anything of it can be read.</summary>
/// <remarks>
/// Reading is safe from many threads at once. Whether a file may be cut short while it is open depends on <see cref="SafetensorsAccess"/>.
/// Files that <see cref="SafetensorsWriter"/> replaces are safe in any case: what is open keeps the old content. Source: the format's
/// description at https://github.com/huggingface/safetensors.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    /// <summary>
    /// Files of up to so many bytes are read rather than mapped, unless the caller says otherwise: 4 MiB, where a mapping saves less than a
    /// millisecond.
    /// </summary>
    public const long MaxReadBytes = Machine.ReadRatherThanMappedBytes;

    const int BufferLength = 4096;
    const int FirstPieceOfHeader = 64 << 10;
    const int MostFloats = 1 << 28;

    readonly SafetensorsHeader _header;
    readonly ByteSource _source;
    readonly long _dataOffset;
    readonly byte* _start;
    long _lastRead;
    int _disposed;

    SafetensorsFile(ByteSource source, SafetensorsHeader header, long dataOffset)
    {
        (_source, _header, _dataOffset) = (source, header, dataOffset);
        _start = source.Start;
    }

    /// <summary>
    /// Opens a file and checks it whole: header, names, and that the tensors cover the data exactly. Tensor data is not touched yet.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="access">Whether tensors are read or the file is mapped.</param>
    /// <returns>The open file; dispose it to close it.</returns>
    /// <exception cref="InvalidSafetensorsException">
    /// The content breaks a rule of the format, or the path names a pipe or a device; the message names the file, what is wrong, the
    /// expected and the actual value.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    public static SafetensorsFile Open(string path, SafetensorsAccess access = SafetensorsAccess.Automatic)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (access is not (SafetensorsAccess.Automatic or SafetensorsAccess.Read or SafetensorsAccess.Mapped))
            throw new ArgumentOutOfRangeException(
                nameof(access), MessageText.Invariant($"Expected Automatic, Read or Mapped, actual {(int)access}."));
        if (RegularFile.IsEmptyOrNone(path))
            throw new InvalidSafetensorsException(path, "there is nothing to read", "a file on disk", RegularFile.EmptyOrNone);
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        bool isRead = false;
        try
        {
            long length = LengthOf(path, handle);
            var file = new FileSource(path, handle, length);
            // Only what was checked is mapped.
            var header = ReadHeader(file, out long dataOffset);
            isRead = access == SafetensorsAccess.Read || access == SafetensorsAccess.Automatic && length <= MaxReadBytes;
            return new SafetensorsFile(isRead ? file : new MappedSource(path, handle, length), header, dataOffset);
        }
        finally
        {
            // A mapping keeps the pages by itself.
            if (!isRead) handle.Dispose();
        }
    }

    /// <summary>
    /// Takes a file's content that is in memory, and checks it whole. It is not copied, and must not change until <see cref="Dispose"/>.
    /// </summary>
    /// <param name="content">All bytes of the file.</param>
    /// <param name="name">What <see cref="Path"/> and messages call it.</param>
    /// <exception cref="InvalidSafetensorsException">The content breaks a rule of the format; the message says which, with the expected and
    /// the actual value.</exception>
    public static SafetensorsFile Open(ReadOnlyMemory<byte> content, string name = "memory")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Of(new MemorySource(content, name));
    }

    /// <summary>
    /// Reads what a stream still has into memory, at most 2 GB, and checks it whole: a resource, an entry of a zip file, what a server
    /// sends.
    /// </summary>
    /// <param name="stream">The stream, which stays open.</param>
    /// <param name="name">What <see cref="Path"/> and messages call it.</param>
    /// <exception cref="InvalidSafetensorsException">The content breaks a rule of the format; the message says which, with the expected and
    /// the actual value.</exception>
    /// <exception cref="IOException">The stream cannot be read, or has more than an array can hold.</exception>
    public static SafetensorsFile Open(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        var content = new MemoryStream(stream.CanSeek ? (int)Math.Clamp(stream.Length - stream.Position, 0, Array.MaxLength) : 0);
        stream.CopyTo(content);
        return Open(content.GetBuffer().AsMemory(0, (int)content.Length), name);
    }

    /// <summary>Checks the header of what can be read once, from beginning to end; <see cref="CheckEnd"/> does the rest.</summary>
    internal static SafetensorsFile OpenForward(Stream stream, string name) => Of(new StreamSource(stream, name));

    static SafetensorsFile Of(ByteSource source)
    {
        try
        {
            var header = ReadHeader(source, out long dataOffset);
            return new SafetensorsFile(source, header, dataOffset);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    static SafetensorsHeader ReadHeader(ByteSource source, out long dataOffset)
    {
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLengthInBytes];
        prefix = prefix[..source.ReadAtMost(0, prefix)];
        bool isWhole = prefix.Length == SafetensorsHeader.PrefixLengthInBytes;
        int length = SafetensorsHeader.CheckLength(source.Name, prefix, source.Length ?? (isWhole ? long.MaxValue : prefix.Length));
        dataOffset = SafetensorsHeader.PrefixLengthInBytes + length;
        byte[] json = source.Length is null ? ReadGrowing(source, length) : GC.AllocateUninitializedArray<byte>(length);
        if (source.Length is null)
            SafetensorsHeader.CheckLength(
                source.Name, prefix, json.Length < length ? SafetensorsHeader.PrefixLengthInBytes + json.Length : long.MaxValue);
        else
            source.ReadExactly(SafetensorsHeader.PrefixLengthInBytes, json);
        return SafetensorsHeader.Parse(source.Name, json, source.Length - dataOffset);
    }

    // Memory only for what is there: the length is what the content claims.
    static byte[] ReadGrowing(ByteSource source, int length)
    {
        byte[] json = new byte[Math.Min(length, FirstPieceOfHeader)];
        int got = 0;
        while (true)
        {
            int more = source.ReadAtMost(SafetensorsHeader.PrefixLengthInBytes + got, json.AsSpan(got));
            got += more;
            if (got < json.Length || got == length)
                return got == json.Length ? json : json[..got];
            Array.Resize(ref json, (int)Math.Min(length, 2L * json.Length));
        }
    }

    static long LengthOf(string path, SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidSafetensorsException(path, "there is nothing to read", "a file on disk", "a pipe or a device", e);
        }
    }

    /// <summary>The path it was opened by, or the name it was given.</summary>
    public string Path => _source.Name;

    /// <summary>Whether tensors are in memory: those of a file that is mapped, or whose content the caller has.</summary>
    public bool IsMapped => _start is not null;

    /// <summary>Whether tensors can be read once, in the order of <see cref="Tensors"/>.</summary>
    internal bool IsForward => _source.IsForward;

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
    /// <exception cref="InvalidSafetensorsException">The file was cut short since it was opened, and is not mapped.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public void Read(string name, Span<float> destination)
    {
        var entry = Find(name);
        if (destination.Length != entry.ElementCount)
            throw new ArgumentException($"Tensor {MessageText.Quote(name)} of '{Path}': " + MessageText.Invariant(
                $"expected room for {entry.ElementCount} elements, shape {MessageText.Shape(entry.Shape)}, actual {destination.Length}."),
                    nameof(destination));
        Read(entry, 0, destination);
    }

    /// <summary>The bytes of a tensor of any dtype, little endian; without a copy where the file is mapped.</summary>
    /// <param name="name">The tensor's key.</param>
    /// <returns>A view of the mapped file, valid until <see cref="Dispose"/>, or a copy. Not necessarily aligned for its dtype.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor; the message names the nearest ones.</exception>
    /// <exception cref="NotSupportedException">The tensor is longer than a span can be, 2^31 - 1 bytes; or than an array can be, where the
    /// file is not mapped.</exception>
    /// <exception cref="InvalidSafetensorsException">The file was cut short since it was opened, and is not mapped.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public ReadOnlySpan<byte> ReadRaw(string name)
    {
        var entry = Find(name);
        int most = IsMapped ? int.MaxValue : Array.MaxLength;
        if (entry.End - entry.Begin > most)
            throw new NotSupportedException($"Tensor {MessageText.Quote(name)} of '{Path}': " + MessageText.Invariant(
                $"expected at most {most} bytes in one span, actual {entry.End - entry.Begin}."));
        if (IsMapped)
            return new(_start + _dataOffset + entry.Begin, (int)(entry.End - entry.Begin));
        byte[] copy = GC.AllocateUninitializedArray<byte>((int)(entry.End - entry.Begin));
        _source.ReadExactly(_dataOffset + entry.Begin, copy);
        return copy;
    }

    /// <summary>Closes or unmaps the file. Spans from <see cref="ReadRaw"/> must not be used afterwards.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _source.Dispose();
    }

    /// <summary>Checks, when all tensors of what can be read once were read, that nothing follows the last one.</summary>
    /// <exception cref="InvalidSafetensorsException">It ends inside a tensor, or goes on after the last.</exception>
    internal void CheckEnd()
    {
        if (_source.Length is not null) return;
        long end = Tensors.Count == 0 ? 0 : Tensors[^1].End;
        Span<byte> next = stackalloc byte[1];
        // Reads over what is left of the last tensor, if anything is.
        if (end > 0 && _lastRead < end) ReadBytes(end - 1, next);
        if (_source.Read(_dataOffset + end, next) > 0) _header.CheckLayout(end + 1, isAtLeast: true);
    }

    /// <summary>Index of the first NaN or infinity of a tensor that is readable as float; -1 when all are finite.</summary>
    internal long IndexOfNonFinite(SafetensorsEntry entry, out float value)
    {
        Span<float> buffer = stackalloc float[BufferLength];
        for (long start = 0; start < entry.ElementCount; start += BufferLength)
        {
            var part = buffer[..(int)Math.Min(BufferLength, entry.ElementCount - start)];
            Read(entry, start, part);
            if (TensorPrimitives.IsFiniteAll<float>(part)) continue;
            int index = 0;
            while (float.IsFinite(part[index])) index++;
            value = part[index];
            return start + index;
        }
        value = 0;
        return -1;
    }

    /// <summary>Where a tensor's data is in memory, until <see cref="Dispose"/>. Only where the file is mapped.</summary>
    internal nint AddressOf(SafetensorsEntry entry) => (nint)(_start + _dataOffset + entry.Begin);

    /// <summary>Copies <c>destination.Length</c> elements from element <paramref name="first"/> on.</summary>
    internal void Read(SafetensorsEntry entry, long first, Span<float> destination)
    {
        long position = entry.Begin + first * (entry.Dtype.BitsPerElement() / 8);
        switch (entry.Dtype)
        {
            case SafetensorsDtype.F32:
                // In parts, because the bytes of one span could be more than a span can count.
                for (; !destination.IsEmpty; position += MostFloats * (long)sizeof(float))
                {
                    var bits = MemoryMarshal.Cast<float, int>(destination[..Math.Min(MostFloats, destination.Length)]);
                    ReadBytes(position, MemoryMarshal.AsBytes(bits));
                    if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(bits, bits);
                    destination = destination[bits.Length..];
                }
                break;
            case SafetensorsDtype.F16 or SafetensorsDtype.BF16:
                Span<ushort> buffer = stackalloc ushort[BufferLength];
                for (; !destination.IsEmpty; position += BufferLength * sizeof(ushort))
                {
                    var bits = buffer[..Math.Min(BufferLength, destination.Length)];
                    ReadBytes(position, MemoryMarshal.AsBytes(bits));
                    if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(bits, bits);
                    if (entry.Dtype == SafetensorsDtype.F16) TensorPrimitives.ConvertToSingle(
                        MemoryMarshal.Cast<ushort, Half>(bits), destination);
                    else ConvertBrainFloats(bits, destination);
                    destination = destination[bits.Length..];
                }
                break;
            default:
                throw new NotSupportedException($"Tensor {MessageText.Quote(entry.Name)} of '{Path}' has dtype {entry.Dtype.Name()} "
                    + $"and cannot be read as float (expected F32, F16 or BF16, actual {entry.Dtype.Name()}).");
        }
    }

    // Headers need not be padded, so the source may lie at any address: it is copied as bytes, never dereferenced as a wider type.
    void ReadBytes(long position, Span<byte> destination)
    {
        if (_source.Length is not null)
        {
            _source.ReadExactly(_dataOffset + position, destination);
            return;
        }
        // The header could not be held against the length, which shows now.
        int got = _source.ReadAtMost(_dataOffset + position, destination);
        if (got < destination.Length) _header.CheckLayout(_source.Position - _dataOffset);
        _lastRead = position + got;
    }

    // The upper half of a float: moved there, nothing rounds.
    static void ConvertBrainFloats(ReadOnlySpan<ushort> bits, Span<float> destination)
    {
        Span<uint> wide = MemoryMarshal.Cast<float, uint>(destination[..bits.Length]);
        TensorPrimitives.ConvertTruncating<ushort, uint>(bits, wide);
        TensorPrimitives.ShiftLeft<uint>(wide, 16, wide);
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
