using System.Buffers.Binary;
using System.Globalization;
using ModelGen.Data;

namespace ModelGen.Images.Jpeg;

/// <summary>
/// What the markers of a JPEG file say, all of them, before a decoder sees the file and memory is made: the size, what components stand
/// for, and whether the file is whole. The
/// decoder fills in what is missing, which this refuses.
/// </summary>
/// <remarks>Source: ITU-T T.81, annex B; T.871 (JFIF). Section numbers are T.81's.</remarks>
internal struct JpegHeader
{
    // Progressive files have some ten; a file of many short ones takes long to decode.
    private const int MaxScans = 100;

    private string name;
    private Components sampling;
    private int count;
    private bool isProgressive, hasJfif;
    private int adobeTransform;
    private int restartInterval;
    private int quantisation, dcTables, acTables;
    private int started, scans;

    /// <summary>Columns of the image.</summary>
    public int Width { get; private set; }

    /// <summary>Rows of the image.</summary>
    public int Height { get; private set; }

    /// <summary>What components stand for.</summary>
    public readonly JpegColorSpace ColorSpace => count switch
    {
        1 => JpegColorSpace.Gray,
        4 => adobeTransform == 2 ? JpegColorSpace.Ycck : JpegColorSpace.Cmyk,
        // As libjpeg decides: what a marker says, else the components' names.
        _ when hasJfif => JpegColorSpace.YCbCr,
        _ when adobeTransform >= 0 => adobeTransform == 0 ? JpegColorSpace.Rgb : JpegColorSpace.YCbCr,
        _ => (sampling[0].Id, sampling[1].Id, sampling[2].Id) == ('R', 'G', 'B') ? JpegColorSpace.Rgb : JpegColorSpace.YCbCr,
    };

    /// <summary>The size, with the channels that the image has: 1 gray or 3.</summary>
    public readonly ImageSize Size => new(Width, Height, count == 1 ? 1 : 3);

    /// <summary>Whether a file begins as JPEG files do.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> content) => content is [0xFF, 0xD8, 0xFF, ..];

    /// <summary>Reads all markers.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <exception cref="InvalidImageException">The file is damaged, cut off, or of a kind that is not read.</exception>
    public static JpegHeader Read(ReadOnlySpan<byte> content, string name)
    {
        var header = new JpegHeader { name = name, adobeTransform = -1 };
        int position = 2;
        while (true)
        {
            byte marker = header.NextMarker(content, ref position);
            if (marker == 0xD9)
                break;
            if (marker is 0x01 or >= 0xD0 and <= 0xD8)
                throw header.Fault("markers", "segments, each with its length", Hex(marker));
            if (content.Length - position < 2 || BinaryPrimitives.ReadUInt16BigEndian(content[position..]) is var length
                && (length < 2 || length > content.Length - position))
                throw header.CutOff(Hex(marker));
            var body = content.Slice(position + 2, length - 2);
            position += length;
            header.Take(marker, body);
            if (marker == 0xDA)
                header.SkipScan(content, ref position, body);
        }
        if (header.started != (1 << header.count) - 1 || header.count == 0)
            throw header.Fault("scans", "one for each component", header.count == 0 ? "none" : "components without any");
        return header;
    }

    /// <summary>The size alone, from the beginning of a file.</summary>
    /// <exception cref="InvalidImageException">There is no frame header, or it is damaged.</exception>
    public static ImageSize ReadSize(Stream file, string name)
    {
        var header = new JpegHeader { name = name, adobeTransform = -1 };
        Span<byte> start = stackalloc byte[4];
        Span<byte> frame = stackalloc byte[20];
        file.Position = 2;
        while (file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4)
        {
            if (start[0] != 0xFF)
                throw header.Fault("markers", "0xff", Hex(start[0]));
            if (start[1] == 0xFF)
            {
                file.Position -= 3;
                continue;
            }
            int length = BinaryPrimitives.ReadUInt16BigEndian(start[2..]) - 2;
            if (!IsFrame(start[1]))
            {
                if (start[1] is 0x01 or >= 0xD0 and <= 0xDA)
                    break;
                file.Position += Math.Max(length, 0);
                continue;
            }
            frame = frame[..Math.Clamp(length, 0, frame.Length)];
            if (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length)
                break;
            header.TakeFrame(start[1], frame);
            return header.Size;
        }
        throw header.Fault("frame header", "one before the first scan", "none");
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private void Take(byte marker, ReadOnlySpan<byte> body)
    {
        switch (marker)
        {
            case 0xC4:
                TakeTables(body, marker);
                break;
            case 0xDB:
                TakeTables(body, marker);
                break;
            case 0xDD when body.Length == 2:
                restartInterval = BinaryPrimitives.ReadUInt16BigEndian(body);
                break;
            case 0xDA:
                TakeScan(body);
                break;
            case 0xE0:
                hasJfif |= body.StartsWith("JFIF\0"u8);
                break;
            case 0xEE when body.Length >= 12 && body.StartsWith("Adobe"u8):
                adobeTransform = body[11];
                break;
            case >= 0xE0 and <= 0xEF or 0xFE:
                break;
            case var frame when IsFrame(frame):
                if (count > 0)
                    throw Fault("frame header", "one", "a second one");
                TakeFrame(frame, body);
                break;
            default:
                throw Fault("markers", "those of baseline or progressive JPEG", Hex(marker));
        }
    }

    // B.2.2.
    private void TakeFrame(byte marker, ReadOnlySpan<byte> body)
    {
        if (marker > 0xC2)
            throw Fault("process", "baseline, extended or progressive with Huffman codes",
                marker switch { 0xC3 => "lossless", >= 0xC9 => "arithmetic coding", _ => "hierarchical" });
        if (body.Length < 6 || body.Length != 6 + 3 * body[5])
            throw Fault("frame header", "6 bytes and 3 for each component", $"{body.Length} bytes");
        if (body[0] != 8)
            throw Fault("precision", "8 bits", $"{body[0]} bits");
        (Height, Width, count) = (BinaryPrimitives.ReadUInt16BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[3..]),
            body[5]);
        if (Width is 0 or > ImageFile.MaxSide || Height is 0 or > ImageFile.MaxSide || (long)Width * Height > ImageFile.MaxPixels)
            throw Fault("image size", $"1×1 to {ImageFile.MaxSide}×{ImageFile.MaxSide} and at most {ImageFile.MaxPixels} pixels",
                $"{Width}×{Height}");
        if (count is not (1 or 3 or 4))
            throw Fault("components", "1 (gray), 3 (colours) or 4 (inks)", $"{count}");
        isProgressive = marker == 0xC2;
        for (int i = 0; i < count; i++)
        {
            var component = body.Slice(6 + 3 * i, 3);
            sampling[i] = new Component(component[0], component[1] >> 4, component[1] & 15, component[2]);
            if (sampling[i].Horizontal is 0 or > 4 || sampling[i].Vertical is 0 or > 4 || component[2] > 3)
                throw Fault($"component {i}", "1 to 4 samples each way, and a table from 0 to 3",
                    $"{component[1] >> 4}×{component[1] & 15}, table {component[2]}");
        }
        for (int i = 0; i < count; i++)
            if (Most(horizontal: true) % sampling[i].Horizontal != 0 || Most(horizontal: false) % sampling[i].Vertical != 0)
                throw Fault($"component {i}", "samples that divide those of the others",
                    $"{sampling[i].Horizontal}×{sampling[i].Vertical}");
    }

    // B.2.4.1 and B.2.4.2: which tables there are, so that none is used that the file has not.
    private void TakeTables(ReadOnlySpan<byte> body, byte marker)
    {
        while (body.Length > 0)
        {
            int number = body[0] & 15, kind = body[0] >> 4, length = marker == 0xDB ? 65 + 64 * kind : 17;
            if (number > 3 || kind > 1 || body.Length < length)
                throw Fault("tables", "numbers 0 to 3, whole", $"table {number} of kind {kind} in {body.Length} bytes");
            if (marker == 0xDB)
                quantisation |= 1 << number;
            else
            {
                foreach (byte codes in body[1..17])
                    length += codes;
                if (length > 17 + 256 || body.Length < length)
                    throw Fault("Huffman table", "at most 256 codes, whole", $"{length - 17} codes in {body.Length} bytes");
                if (kind == 0)
                    dcTables |= 1 << number;
                else
                    acTables |= 1 << number;
            }
            body = body[length..];
        }
    }

    // B.2.3.
    private void TakeScan(ReadOnlySpan<byte> body)
    {
        if (count == 0)
            throw Fault("scans", "a frame header before them", "none");
        if (++scans > MaxScans)
            throw Fault("scans", $"at most {MaxScans}", "more");
        if (body.Length < 1 || body[0] is 0 or > 4 || body[0] > count || body.Length != 4 + 2 * body[0])
            throw Fault("scan header", $"1 to {count} components, of 2 bytes each", $"{body.Length} bytes");
        int first = body[^3], high = body[^1] >> 4;
        for (int i = 0; i < body[0]; i++)
        {
            int index = IndexOf(body[1 + 2 * i]), dc = body[2 + 2 * i] >> 4, ac = body[2 + 2 * i] & 15, bit = 1 << index;
            bool needsDc = first == 0 && high == 0, needsAc = !isProgressive || first > 0;
            if (dc > 3 || ac > 3 || needsDc && (dcTables & 1 << dc) == 0 || needsAc && (acTables & 1 << ac) == 0
                || (quantisation & 1 << sampling[index].Table) == 0)
                throw Fault("scan header", "tables that the file has",
                    $"Huffman tables {dc} and {ac}, quantisation {sampling[index].Table}");
            bool isFirst = (started & bit) == 0;
            if (isProgressive ? isFirst != needsDc : !isFirst)
                throw Fault("scans", isProgressive ? "the first of a component's to have its means, once" : "one for each component",
                    $"another, scan {scans}");
            started |= bit;
        }
        if (isProgressive && first > 0 && body[0] != 1)
            throw Fault("scan header", "one component, as it has other coefficients than the mean", $"{body[0]}");
    }

    // B.1.1.5: 0xff stands before 0 where it is data; restart markers count from 0 to 7.
    private readonly void SkipScan(ReadOnlySpan<byte> content, ref int position, ReadOnlySpan<byte> body)
    {
        int start = position, restarts = 0;
        while (true)
        {
            int next = content[position..].IndexOf((byte)0xFF);
            if (next < 0 || position + next + 1 >= content.Length)
                throw CutOff($"scan {scans}");
            position += next;
            byte marker = content[position + 1];
            if (marker is >= 0xD0 and <= 0xD7)
            {
                if (marker - 0xD0 != restarts++ % 8)
                    throw Fault("restart markers", $"{(restarts - 1) % 8}", $"{marker - 0xD0}");
            }
            else if (marker is not (0 or 0xFF))
                break;
            position += marker == 0xFF ? 1 : 2;
        }
        long units = Units(body), bytes = position - start;
        long expected = restartInterval == 0 ? 0 : (units + restartInterval - 1) / restartInterval - 1;
        if (restarts != expected)
            throw Fault("restart markers", $"{expected}", $"{restarts}");
        // A block's mean takes a bit at least, and the end of it another.
        bool hasMeans = body[^3] == 0 && body[^1] >> 4 == 0;
        if (hasMeans && bytes * (isProgressive ? 8 : 4) < units)
            throw Fault($"scan {scans}", $"at least a bit for each of {units} blocks", $"{bytes} bytes");
    }

    // A.2: units of several components, or the blocks of one.
    private readonly long Units(ReadOnlySpan<byte> body)
    {
        int across = 8 * Most(horizontal: true), down = 8 * Most(horizontal: false);
        if (body[0] == 1)
        {
            var component = sampling[IndexOf(body[1])];
            (across, down) = (across / component.Horizontal, down / component.Vertical);
        }
        return (long)((Width + across - 1) / across) * ((Height + down - 1) / down);
    }

    private readonly int Most(bool horizontal)
    {
        int most = 1;
        for (int i = 0; i < count; i++)
            most = Math.Max(most, horizontal ? sampling[i].Horizontal : sampling[i].Vertical);
        return most;
    }

    private readonly int IndexOf(byte id)
    {
        for (int i = 0; i < count; i++)
            if (sampling[i].Id == id)
                return i;
        throw Fault("scan header", "components of the frame", $"one called {id}");
    }

    private readonly byte NextMarker(ReadOnlySpan<byte> content, ref int position)
    {
        if (position >= content.Length)
            throw CutOff("the last segment");
        if (content[position] != 0xFF)
            throw Fault($"byte {position.ToString("N0", CultureInfo.InvariantCulture)}", "a marker, 0xff", Hex(content[position]));
        while (position < content.Length && content[position] == 0xFF)
            position++;
        return position < content.Length ? content[position++] : throw CutOff("the last segment");
    }

    private readonly InvalidImageException CutOff(string where) =>
        Fault("markers", "the end of the image, 0xffd9", $"the end of the file in {where}: it is cut off");

    private readonly InvalidImageException Fault(string what, string expected, string actual) =>
        new(name, "JPEG " + what, expected, actual);

    private static string Hex(byte value) => "0x" + value.ToString("x2", CultureInfo.InvariantCulture);

    private readonly record struct Component(byte Id, int Horizontal, int Vertical, int Table);

    [System.Runtime.CompilerServices.InlineArray(4)]
    private struct Components
    {
        private Component first;
    }
}
