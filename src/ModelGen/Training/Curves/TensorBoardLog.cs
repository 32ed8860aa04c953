using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ModelGen;

/// <summary>
/// Keeps a run's curves as a file of events for TensorBoard (<c>tensorboard --logdir FOLDER</c>): loss, validation loss and accuracy, and
/// the metrics, a step an epoch.
/// </summary>
/// <remarks>
/// The file holds records of TensorFlow's TFRecord format, each a protobuf message <c>Event</c> (tensorflow/core/util/event.proto). When a
/// run goes on, what is in the file of epochs that come again is cut off, and the rest stays with its times.
/// </remarks>
public sealed class TensorBoardLog : ITrainingObserver
{
    // TensorBoard takes each file with "tfevents" in its name.
    private const string FileName = "events.out.tfevents.modelgen";
    private const int HeaderLength = sizeof(ulong) + sizeof(uint);
    private const int TimeLength = 1 + sizeof(double);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private string[] _tags = [];

    /// <summary>Keeps the file in a folder, which is made if there is none. Each run should have one of its own.</summary>
    public TensorBoardLog(string folder)
        : this(folder, TimeProvider.System)
    {
    }

    internal TensorBoardLog(string folder, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (_path, _clock) = (Path.Combine(folder, FileName), clock);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Started(FitRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _tags = ["loss", "validation_loss", "validation_accuracy", .. run.MetricNames];
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        byte[] old = run.History.Count > 0 && File.Exists(_path) ? File.ReadAllBytes(_path) : [];
        var kept = new MemoryStream();
        foreach (byte[] content in run.History.Select(Content).Prepend(FileVersion()))
        {
            int place = (int)kept.Length;
            kept.Write(Record(TimeAt(old, place, content) ?? Now, content));
        }
        // TensorBoard may be reading it, so a file that only has too much is not replaced.
        if (old.AsSpan().StartsWith(kept.GetBuffer().AsSpan(0, (int)kept.Length)))
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(kept.Length);
        }
        else
        {
            AtomicFile.Write(_path, kept.Length, kept.WriteTo);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void EpochEnded(EpochResult result)
    {
        using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(Record(Now, Content(result)));
    }

    private double Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    // The time of the same event in what was written before; null where it is another one.
    private static double? TimeAt(byte[] old, int place, byte[] content)
    {
        int length = HeaderLength + TimeLength + content.Length;
        return old.Length >= place + length && old.AsSpan(place + HeaderLength + TimeLength, content.Length).SequenceEqual(content)
            ? BinaryPrimitives.ReadDoubleLittleEndian(old.AsSpan(place + HeaderLength + 1))
            : null;
    }

    // Event.file_version, which is the first event of each file.
    private static byte[] FileVersion() => Field(3, Encoding.UTF8.GetBytes("brain.Event:2"));

    // Event.step and Event.summary, whose values have a tag and a simple_value.
    private byte[] Content(EpochResult result)
    {
        double[] values = [result.Loss, result.Validation.Loss, result.Validation.Accuracy, .. result.Metrics];
        byte[] summary = [.. values.SelectMany(
            (value, i) => Field(1, [.. Field(1, Encoding.UTF8.GetBytes(_tags[i])), .. Float(2, (float)value)]))];
        return [2 << 3, .. Varint((ulong)result.Epoch), .. Field(5, summary)];
    }

    // The length and its checksum, the event, which begins with Event.wall_time, and its checksum.
    private static byte[] Record(double time, byte[] content)
    {
        var record = new byte[HeaderLength + TimeLength + content.Length + sizeof(uint)];
        Span<byte> data = record.AsSpan(HeaderLength, TimeLength + content.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedCrc(record.AsSpan(0, sizeof(ulong))));
        data[0] = 1 << 3 | 1;
        BinaryPrimitives.WriteDoubleLittleEndian(data[1..], time);
        content.CopyTo(data[TimeLength..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(HeaderLength + data.Length), MaskedCrc(data));
        return record;
    }

    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private static byte[] Field(int number, byte[] bytes) => [(byte)(number << 3 | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Float(int number, float value)
    {
        byte[] bytes = [(byte)(number << 3 | 5), 0, 0, 0, 0];
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
