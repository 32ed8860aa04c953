using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Benchmarks.Onnx;

/// <summary>
/// Writes the protobuf wire format: as much of it as an ONNX file needs. A message is a sequence of fields; a field is a
/// key (number and wire type) and a value. Fields of the default value are written too: readers accept both.
/// </summary>
/// <remarks>
/// Arrays of numbers are not copied but written from where they are: a network's weights are larger than all the rest. Source:
/// protobuf.dev/programming-guides/encoding.
/// </remarks>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;

    private readonly List<Action<Stream>> _parts = [];
    private ArrayBufferWriter<byte> _open = new();
    private long _closedLength;

    public long Length => _closedLength + _open.WrittenCount;

    public void WriteTo(Stream stream)
    {
        foreach (Action<Stream> part in _parts)
        {
            part(stream);
        }

        stream.Write(_open.WrittenSpan);
    }

    public void Integer(int field, long value)
    {
        Key(field, Varint);
        WriteVarint((ulong)value);
    }

    public void Float(int field, float value)
    {
        Key(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_open.GetSpan(sizeof(float)), value);
        _open.Advance(sizeof(float));
    }

    public void Text(int field, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Key(field, LengthDelimited);
        WriteVarint((ulong)bytes.Length);
        _open.Write(bytes);
    }

    /// <summary>
    /// Numbers as the raw little-endian bytes that <c>TensorProto.raw_data</c> holds. They must not change before <see cref="WriteTo"/>.
    /// </summary>
    public void Raw<T>(int field, T[] values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("raw_data is little-endian; this machine is not.");
        }

        long length = MemoryMarshal.AsBytes<T>(values).Length;
        Key(field, LengthDelimited);
        WriteVarint((ulong)length);
        Append(stream => stream.Write(MemoryMarshal.AsBytes<T>(values)), length);
    }

    /// <summary>A nested message. Its length stands before it, so it is written aside first.</summary>
    public void Message(int field, Action<ProtobufWriter> content)
    {
        var nested = new ProtobufWriter();
        content(nested);
        Key(field, LengthDelimited);
        WriteVarint((ulong)nested.Length);
        Append(nested.WriteTo, nested.Length);
    }

    private void Append(Action<Stream> part, long length)
    {
        ArrayBufferWriter<byte> before = _open;
        _parts.Add(stream => stream.Write(before.WrittenSpan));
        _parts.Add(part);
        _closedLength += before.WrittenCount + length;
        _open = new();
    }

    private void Key(int field, int wireType) => WriteVarint((ulong)(uint)((field << 3) | wireType));

    // Seven bits a byte, least significant first; the top bit says that more follow.
    private void WriteVarint(ulong value)
    {
        Span<byte> span = _open.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        _open.Advance(length);
    }
}
