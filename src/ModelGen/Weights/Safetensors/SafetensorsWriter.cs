using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Safetensors;

/// <summary>Writes safetensors files, byte for byte as the reference implementation does.</summary>
public static class SafetensorsWriter
{
    const int BufferLengthInFloats = 16_384;

    // A shorter header cannot describe more than a reader takes: no byte of it costs more than 16 of SafetensorsHeader.MaxMemoryInBytes.
    const int MostCheckedLength = SafetensorsHeader.MaxMemoryInBytes / 16;

    // An unpaired surrogate has no UTF-8; better an error than a replacement character in a key.
    static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Writes <paramref name="tensors"/> to <paramref name="path"/>, replacing a file that is there only once the new one is complete.
    /// </summary>
    /// <remarks>
    /// The content goes to a temporary file in the same folder, is flushed to the disk, and is renamed over <paramref name="path"/>.
    /// On any failure the old file is as it was and the temporary file is gone; one that a killed process left is removed by the next
    /// writer in that folder. Links are followed; the new file has the mode of the old one, and its owner where this process may give files
    /// away. The bytes depend on the arguments alone: tensors are sorted by name and metadata by key, both by their UTF-8 bytes.
    /// </remarks>
    /// <param name="path">The file to write.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Text for the header's <c>__metadata__</c>; null for none.</param>
    /// <exception cref="ArgumentException">
    /// A name is taken twice, reserved or not valid text, a text is null, a shape does not match its data, or the header exceeds the
    /// format's 100,000,000 bytes or could not be read back. No file is touched.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written, or the path names a pipe or a device.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors, metadata, file => file);

    /// <summary>The same, through a stream that may be put around the file.</summary>
    internal static void Write(
        string path, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata,
        Func<FileStream, Stream> around)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        WriteContents(path, tensors.Select((tensor, index) => tensor is { Name: not null, Shape: not null }
            ? new SafetensorsContent(tensor.Name, SafetensorsDtype.F32, tensor.Shape, (long)tensor.Data.Length * sizeof(float),
                stream => WriteSingles(stream, tensor.Data.Span))
            : throw new ArgumentException(
                MessageText.Invariant($"Expected tensors with names and shapes, actual null at index {index}."), nameof(tensors))),
            metadata, around);
    }

    /// <summary>
    /// The same for tensors of any types. Larger elements come first, so that each tensor begins at a multiple of its elements' size.
    /// </summary>
    internal static void WriteContents(
        string path, IEnumerable<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata,
        Func<FileStream, Stream>? around = null)
    {
        var sorted = Sort(tensors);
        byte[] header = Header(sorted, metadata);

        AtomicFile.Write(path, header.Length + sorted.Sum(t => t.Tensor.Length), stream =>
        {
            stream.Write(header);
            foreach (var (_, tensor) in sorted) tensor.Write(stream);
        }, around);
    }

    static List<(byte[] Key, SafetensorsContent Tensor)> Sort(IEnumerable<SafetensorsContent> tensors)
    {
        List<(byte[] Key, SafetensorsContent Tensor)> sorted = [];
        foreach (var tensor in tensors)
        {
            if (tensor.Name == SafetensorsHeader.MetadataKey)
                throw new ArgumentException(
                    $"A tensor cannot be named '{SafetensorsHeader.MetadataKey}': the format reserves that key.", nameof(tensors));
            long elements = tensor.Length * 8 / tensor.Dtype.BitsPerElement();
            if (!HasLength(tensor.Shape, elements))
                throw new ArgumentException($"Tensor {MessageText.Quote(tensor.Name)}: " + MessageText.Invariant(
                    $"expected as many elements as shape {MessageText.Shape(tensor.Shape)} has, actual {elements}."),
                        nameof(tensors));
            sorted.Add((Utf8(tensor.Name, nameof(tensors), "a name"), tensor));
        }
        // Of one type as the reference sorts them, by name as Rust compares strings: by UTF-8 bytes.
        // (UTF-16 order differs for characters beyond the basic plane.)
        sorted.Sort((a, b) => (b.Tensor.Dtype.BitsPerElement() - a.Tensor.Dtype.BitsPerElement()) is not 0 and int bySize
            ? bySize : a.Key.AsSpan().SequenceCompareTo(b.Key));
        var names = new HashSet<string>(sorted.Count, StringComparer.Ordinal);
        foreach (var (_, tensor) in sorted)
            if (!names.Add(tensor.Name))
                throw new ArgumentException(
                    $"Tensor {MessageText.Quote(tensor.Name)}: expected each name once, actual twice.", nameof(tensors));
        return sorted;
    }

    static bool HasLength(IReadOnlyList<long> shape, long length)
    {
        // Overflow is refused even where a later 0 would undo it: no reader accepts such a shape.
        long product = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || Math.BigMul(product, dimension, out product) != 0 || product < 0) return false;
        }
        return product == length;
    }

    /// <summary>The length prefix and the JSON, padded with spaces to a multiple of 8 bytes so that the data is aligned.</summary>
    static byte[] Header(List<(byte[] Key, SafetensorsContent Tensor)> sorted, IReadOnlyDictionary<string, string>? metadata)
    {
        var json = new ArrayBufferWriter<byte>(256);
        json.Write("\0\0\0\0\0\0\0\0{"u8);
        string separator = "";
        if (metadata != null)
        {
            json.Write("\"__metadata__\":{"u8);
            var pairs = metadata.Select(
                pair => (Key: Utf8(pair.Key, nameof(metadata), "a key of the metadata"),
                    Value: Utf8(pair.Value, nameof(metadata), $"the metadata {MessageText.Quote(pair.Key)}"))).ToList();
            pairs.Sort((a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
            foreach (var (key, value) in pairs)
            {
                WriteAscii(json, separator);
                WriteString(json, key);
                json.Write(":"u8);
                WriteString(json, value);
                separator = ",";
            }
            json.Write("}"u8);
            separator = ",";
        }
        long offset = 0;
        foreach (var (key, tensor) in sorted)
        {
            long end = offset + tensor.Length;
            WriteAscii(json, separator);
            WriteString(json, key);
            string shape = string.Join(",", tensor.Shape.Select(d => d.ToString(CultureInfo.InvariantCulture)));
            WriteAscii(json, MessageText.Invariant(
                $":{{\"dtype\":\"{tensor.Dtype.Name()}\",\"shape\":[{shape}],\"data_offsets\":[{offset},{end}]}}"));
            offset = end;
            separator = ",";
        }
        json.Write("}"u8);
        json.Write("       "u8[..((8 - json.WrittenCount % 8) % 8)]);

        byte[] header = json.WrittenSpan.ToArray();
        int length = header.Length - SafetensorsHeader.PrefixLengthInBytes;
        if (length > SafetensorsHeader.MaxLengthInBytes)
            throw new ArgumentException("The names and metadata do not fit in a safetensors header: " + MessageText.Invariant(
                $"expected at most {SafetensorsHeader.MaxLengthInBytes} bytes, actual {length}."));
        if (length > MostCheckedLength) CheckReadable(header.AsSpan(SafetensorsHeader.PrefixLengthInBytes), offset);
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        return header;
    }

    static void CheckReadable(ReadOnlySpan<byte> json, long dataLength)
    {
        try
        {
            SafetensorsHeader.Parse("", json, dataLength);
        }
        catch (InvalidSafetensorsException e)
        {
            throw new ArgumentException(
                $"The names, shapes and metadata could not be read back: {e.Problem} (expected {e.Expected}, actual {e.Actual}).", e);
        }
    }

    static byte[] Utf8(string? text, string argument, string what)
    {
        if (text is null) throw new ArgumentException($"Expected text for {what}, actual null.", argument);
        try
        {
            return s_utf8.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"{MessageText.Quote(text)} is not valid text: " + MessageText.Invariant(
                $"expected paired surrogates, actual an unpaired one at character {e.Index}."), argument, e);
        }
    }

    /// <summary>Writes a JSON string with the escapes the reference's serializer uses, and no others.</summary>
    static void WriteString(ArrayBufferWriter<byte> json, byte[] utf8)
    {
        json.Write("\""u8);
        foreach (byte b in utf8)
        {
            switch (b)
            {
                case (byte)'"': json.Write("\\\""u8); break;
                case (byte)'\\': json.Write("\\\\"u8); break;
                case (byte)'\b': json.Write("\\b"u8); break;
                case (byte)'\t': json.Write("\\t"u8); break;
                case (byte)'\n': json.Write("\\n"u8); break;
                case (byte)'\f': json.Write("\\f"u8); break;
                case (byte)'\r': json.Write("\\r"u8); break;
                case < 0x20: WriteAscii(json, MessageText.Invariant($"\\u{b:x4}")); break;
                default: json.Write([b]); break;
            }
        }
        json.Write("\""u8);
    }

    static void WriteAscii(ArrayBufferWriter<byte> json, string text) => Encoding.ASCII.GetBytes(text, json);

    static void WriteSingles(Stream stream, ReadOnlySpan<float> data)
    {
        if (BitConverter.IsLittleEndian)
        {
            // In parts, because the bytes of one span could be more than a span can count.
            for (; data.Length > BufferLengthInFloats; data = data[BufferLengthInFloats..])
                stream.Write(MemoryMarshal.AsBytes(data[..BufferLengthInFloats]));
            stream.Write(MemoryMarshal.AsBytes(data));
            return;
        }
        var buffer = new int[Math.Min(data.Length, BufferLengthInFloats)];
        while (!data.IsEmpty)
        {
            var part = buffer.AsSpan(0, Math.Min(data.Length, buffer.Length));
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(data[..part.Length]), part);
            stream.Write(MemoryMarshal.AsBytes(part));
            data = data[part.Length..];
        }
    }
}
