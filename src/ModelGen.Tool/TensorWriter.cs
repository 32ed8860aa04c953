using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ModelGen.Safetensors;

namespace ModelGen.Tool;

/// <summary>A tensor to be written: its bytes are asked for when it is its turn.</summary>
internal sealed record OutputTensor(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Bytes, Func<byte[]> Read);

/// <summary>Writes safetensors files of any types, of which the library writes F32 alone. Tensors are ordered as by the reference: larger
/// elements first, then by name.</summary>
internal static class TensorWriter
{
    /// <summary>Writes the file beside its place, and moves it there when it is complete.</summary>
    public static void Write(string path, IEnumerable<OutputTensor> tensors, IReadOnlyDictionary<string, string> metadata,
        Action<int> progress)
    {
        var sorted = tensors.ToList();
        sorted.Sort(Compare);
        string full = Path.GetFullPath(path), temporary = full + ".part";
        try
        {
            using (var file = File.Create(temporary))
            {
                file.Write(Header(sorted, metadata));
                for (int i = 0; i < sorted.Count; i++)
                {
                    progress(i);
                    file.Write(sorted[i].Read());
                }
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static int Compare(OutputTensor a, OutputTensor b) => Size(a) != Size(b)
        ? Size(b).CompareTo(Size(a))
        : Encoding.UTF8.GetBytes(a.Name).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b.Name));

    // Elements of equal size begin at multiples of it, since larger ones come before.
    private static long Size(OutputTensor tensor)
    {
        long elements = tensor.Shape.Aggregate(1L, (product, side) => product * side);
        return elements == 0 ? 0 : tensor.Bytes / elements;
    }

    private static byte[] Header(List<OutputTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(
            text, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Dtype.ToString());
                json.WriteStartArray("shape");
                foreach (long side in tensor.Shape)
                    json.WriteNumberValue(side);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        int length = (text.WrittenCount + 7) / 8 * 8;
        var header = new byte[8 + length];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        text.WrittenSpan.CopyTo(header.AsSpan(8));
        return header;
    }
}
