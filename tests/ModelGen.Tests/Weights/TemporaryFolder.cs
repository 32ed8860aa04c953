using System.Buffers.Binary;
using System.Text;

namespace ModelGen.Tests.Weights;

/// <summary>A folder for one test's files, gone after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("modelgen-tests-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Builds safetensors files by hand, valid or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Build(string json, byte[]? data = null) => Build(Encoding.UTF8.GetBytes(json), data);

    public static byte[] Build(byte[] header, byte[]? data = null) => [.. Prefix((ulong)header.Length), .. header, .. data ?? []];

    public static byte[] Prefix(ulong length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }

    public static byte[] Singles(params float[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }
}
