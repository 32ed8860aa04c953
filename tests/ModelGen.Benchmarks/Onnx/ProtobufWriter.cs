using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Benchmarks.Onnx;

/// <summary>
/// Writes the protobuf wire format: as much of it as an ONNX file needs. A message is a sequence of fields; a field is a
/// key (number and wire type) and a value. Fields of the default value are written too: readers accept both.
/// </summary>
/// <remarks>Source: protobuf.dev/programming-guides/encoding.</remarks>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Integer(int field, long value)
    {
        Key(field, Varint);
        WriteVarint((ulong)value);
    }

    public void Float(int field, float value)
    {
        Key(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Key(field, LengthDelimited);
        WriteVarint((ulong)value.Length);
        _bytes.Write(value);
    }

    /// <summary>Floats as the raw little-endian bytes that <c>TensorProto.raw_data</c> holds.</summary>
    public void RawFloats(int field, ReadOnlySpan<float> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("raw_data is little-endian; this machine is not.");
        }

        Bytes(field, MemoryMarshal.AsBytes(values));
    }

    /// <summary>A nested message. Its length stands before it, so it is written aside first.</summary>
    public void Message(int field, Action<ProtobufWriter> content)
    {
        var nested = new ProtobufWriter();
        content(nested);
        Bytes(field, nested._bytes.WrittenSpan);
    }

    private void Key(int field, int wireType) => WriteVarint((ulong)(uint)((field << 3) | wireType));

    // Seven bits a byte, least significant first; the top bit says that more follow.
    private void WriteVarint(ulong value)
    {
        Span<byte> span = _bytes.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
