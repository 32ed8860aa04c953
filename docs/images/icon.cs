// Draws the packages' icon: dotnet run docs/images/icon.cs docs/images/icon.png
// Three feature maps, one behind the other, in front of the braces of the code that computes them. Shapes are signed distances, so that
// edges are smooth.
using System.Buffers.Binary;
using System.IO.Compression;

const int Side = 128;
Rgb ink = new(0x1B, 0x1F, 0x3B), paper = new(0xF4, 0xF1, 0xFF);
Rgb[] maps = [new(0x5B, 0x4F, 0xD6), new(0x2F, 0xA8, 0xC9), new(0x7D, 0xE2, 0xA6)];

using var pixels = new MemoryStream();
for (int y = 0; y < Side; y++)
{
    pixels.WriteByte(0); // rows are not filtered
    for (int x = 0; x < Side; x++)
    {
        double px = x + 0.5, py = y + 0.5;
        Rgb colour = ink;
        foreach (double mirror in (double[])[px, Side - px])
            colour = colour.Under(paper, Cover(Brace(mirror, py) - 2.6));
        for (int map = 0; map < maps.Length; map++)
        {
            double centre = Side / 2 + (map - 1) * 11;
            double edge = Square(px - centre, py - centre, 20, 5);
            colour = colour.Under(ink, Cover(edge - 2.5)).Under(maps[map], Cover(edge));
        }
        double alpha = Cover(Square(px - Side / 2, py - Side / 2, Side / 2, 24));
        pixels.Write([colour.R, colour.G, colour.B, (byte)Math.Round(alpha * 255)]);
    }
}

using var packed = new MemoryStream();
using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
    zlib.Write(pixels.ToArray());
using var file = File.Create(args is [var path] ? path : throw new ArgumentException("usage: icon.cs FILE.png"));
file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
Chunk(file, "IHDR"u8, [0, 0, 0, Side, 0, 0, 0, Side, 8, 6, 0, 0, 0]);
Chunk(file, "IDAT"u8, packed.ToArray());
Chunk(file, "IEND"u8, []);

// How much of a pixel lies inside a shape whose edge is so far away.
static double Cover(double distance) => Math.Clamp(0.5 - distance, 0, 1);

static double Square(double x, double y, double half, double corner)
{
    double dx = Math.Abs(x) - half + corner, dy = Math.Abs(y) - half + corner;
    return Math.Sqrt(Math.Pow(Math.Max(dx, 0), 2) + Math.Pow(Math.Max(dy, 0), 2)) + Math.Min(Math.Max(dx, dy), 0) - corner;
}

// The distance to the line of a left brace: two quarter circles above its middle, and the same below.
static double Brace(double x, double y)
{
    double up = Math.Abs(y - Side / 2);
    const double Radius = 8, Stem = 18, Top = 44;
    double tip = Arc(x - (Stem - Radius), up - Radius, Radius, right: true, below: true);
    double stem = Segment(x - Stem, up, Radius, Top - Radius);
    double end = Arc(x - (Stem + Radius), up - (Top - Radius), Radius, right: false, below: false);
    return Math.Min(tip, Math.Min(stem, end));
}

static double Segment(double x, double y, double from, double to) => Math.Sqrt(x * x + Math.Pow(y - Math.Clamp(y, from, to), 2));

static double Arc(double x, double y, double radius, bool right, bool below)
{
    bool inside = (right ? x >= 0 : x <= 0) && (below ? y <= 0 : y >= 0);
    if (inside)
        return Math.Abs(Math.Sqrt(x * x + y * y) - radius);
    double side = right ? radius : -radius, end = below ? -radius : radius;
    return Math.Min(Math.Sqrt(Math.Pow(x - side, 2) + y * y), Math.Sqrt(x * x + Math.Pow(y - end, 2)));
}

static void Chunk(Stream file, ReadOnlySpan<byte> type, byte[] data)
{
    Span<byte> number = stackalloc byte[4];
    BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
    file.Write(number);
    byte[] body = [.. type, .. data];
    file.Write(body);
    BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
    file.Write(number);
}

static uint Crc(byte[] data)
{
    uint crc = uint.MaxValue;
    foreach (byte b in data)
    {
        crc ^= b;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
    }
    return ~crc;
}

internal readonly record struct Rgb(byte R, byte G, byte B)
{
    public Rgb Under(Rgb top, double cover) => new(Mix(R, top.R, cover), Mix(G, top.G, cover), Mix(B, top.B, cover));

    private static byte Mix(byte a, byte b, double t) => (byte)Math.Round(a + (b - a) * t);
}
