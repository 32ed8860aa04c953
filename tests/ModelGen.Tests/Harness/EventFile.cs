using System.Text;

namespace ModelGen.Tests.Harness;

/// <summary>An event of a log.</summary>
internal sealed record LoggedEvent(double Time, long Step, string? FileVersion, IReadOnlyList<(string Tag, float Value)> Values);

/// <summary>Reads files of TensorBoard events, by the formats' descriptions and none of the writer's code.</summary>
internal static class EventFile
{
    /// <summary>All events of the only file in a folder; fails where it is not to the last byte what it should be.</summary>
    public static List<LoggedEvent> Read(string folder)
    {
        string path = Assert.Single(Directory.GetFiles(folder));
        Assert.Contains("tfevents", Path.GetFileName(path), StringComparison.Ordinal);
        using var reader = new BinaryReader(new MemoryStream(File.ReadAllBytes(path)));
        var events = new List<LoggedEvent>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            byte[] length = reader.ReadBytes(8);
            Assert.Equal(Masked(length), reader.ReadUInt32());
            byte[] data = reader.ReadBytes(checked((int)BitConverter.ToUInt64(length)));
            Assert.Equal(Masked(data), reader.ReadUInt32());
            events.Add(Event(data));
        }
        return events;
    }

    private static LoggedEvent Event(byte[] data)
    {
        var fields = Fields(data);
        var values = fields.Where(f => f.Number == 5).SelectMany(f => Fields((byte[])f.Value)).Select(f =>
        {
            Assert.Equal(1, f.Number);
            var value = Fields((byte[])f.Value).ToDictionary(v => v.Number, v => v.Value);
            return (Encoding.UTF8.GetString((byte[])value[1]), (float)value[2]);
        });
        return new LoggedEvent((double)fields.Single(f => f.Number == 1).Value,
            (long)(ulong)fields.SingleOrDefault(f => f.Number == 2, (2, 0ul)).Value,
            fields.Where(f => f.Number == 3).Select(f => Encoding.UTF8.GetString((byte[])f.Value)).SingleOrDefault(), [.. values]);
    }

    // Protobuf: a key of number and wire type, then the value.
    private static List<(int Number, object Value)> Fields(byte[] data)
    {
        using var reader = new BinaryReader(new MemoryStream(data));
        var fields = new List<(int, object)>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            ulong key = (ulong)reader.Read7BitEncodedInt64();
            fields.Add(((int)(key >> 3), (key & 7) switch
            {
                0 => (ulong)reader.Read7BitEncodedInt64(),
                1 => reader.ReadDouble(),
                2 => reader.ReadBytes(reader.Read7BitEncodedInt()),
                5 => reader.ReadSingle(),
                var type => throw new InvalidDataException($"wire type {type}"),
            }));
        }
        return fields;
    }

    // CRC-32C, a bit at a time, rotated and moved as TFRecord has it.
    private static uint Masked(byte[] data)
    {
        uint crc = 0xffffffff;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }
}
