using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelGen.Runtime;

/// <summary>
/// CRC-32C (Castagnoli), as iSCSI and TFRecord have it (RFC 3720, appendix B.4), of texts and numbers, the same on every platform.
/// Processors have an instruction for it: gigabytes a second.
/// </summary>
internal struct Checksum()
{
    private uint _state = uint.MaxValue;

    /// <summary>The checksum of all that was added.</summary>
    public readonly uint Value => ~_state;

    /// <summary>Adds a text, and where it ends.</summary>
    public void Add(string text)
    {
        Add(Encoding.UTF8.GetBytes(text));
        _state = BitOperations.Crc32C(_state, (byte)0);
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            state = BitOperations.Crc32C(state, b);
        _state = state;
    }

    /// <summary>Adds numbers as they are in a file, the low byte first.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            Add(MemoryMarshal.AsBytes(values));
            return;
        }
        foreach (float value in values)
            _state = BitOperations.Crc32C(_state, BitConverter.SingleToUInt32Bits(value));
    }
}
