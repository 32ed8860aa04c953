using System.Security.Cryptography;
using System.Text.Json;

namespace ModelGen.Images.Tests;

/// <summary>The files of <c>data</c>, and what Pillow and torchvision made of them when <c>data/make.py</c> ran.</summary>
internal static class Expected
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "data");

    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json"))).RootElement;

    public static IEnumerable<JsonElement> Decoded => Root.GetProperty("decoded").EnumerateArray();

    public static IEnumerable<JsonElement> Transformed => Root.GetProperty("transformed").EnumerateArray();

    public static string FileOf(string name) => Path.Combine(Folder, name);

    public static byte[] Content(string name) => File.ReadAllBytes(FileOf(name));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
