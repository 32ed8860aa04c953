using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>What a safetensors file holds, by the format's description and .NET's document model of JSON.</summary>
internal sealed class SafetensorsModel
{
    private static readonly Dictionary<string, int> Bits = new()
    {
        ["BOOL"] = 8, ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6, ["U8"] = 8, ["I8"] = 8, ["F8_E5M2"] = 8, ["F8_E4M3"] = 8,
            ["F8_E8M0"] = 8, ["I16"] = 16, ["U16"] = 16,
        ["F16"] = 16, ["BF16"] = 16, ["I32"] = 32, ["U32"] = 32, ["F32"] = 32, ["C64"] = 64, ["F64"] = 64, ["I64"] = 64, ["U64"] = 64,
    };

    /// <summary>The tensors, by name: their type, their shape and their bytes.</summary>
    public Dictionary<string, (string Dtype, long[] Shape, byte[] Data)> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>The metadata.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a file; null if anything is wrong with it.</summary>
    public static SafetensorsModel? Read(byte[] file)
    {
        if (file.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(file) is var length
            && length > (ulong)Math.Min(file.Length - 8, 100_000_000))
            return null;
        ReadOnlyMemory<byte> json = file.AsMemory(8, (int)length), data = file.AsMemory(8 + (int)length);
        if (json.IsEmpty || json.Span[0] != '{')
            return null;
        try
        {
            new UTF8Encoding(false, true).GetCharCount(json.Span);
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            var model = new SafetensorsModel();
            return model.Fill(document.RootElement, data.Span) ? model : null;
        }
        // Of text that is none, of JSON that is none, and of half a surrogate pair.
        catch (Exception e) when (e is DecoderFallbackException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private bool Fill(JsonElement root, ReadOnlySpan<byte> data)
    {
        var ranges = new List<(BigInteger Begin, BigInteger End)>();
        bool hasMetadata = false;
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                if (hasMetadata || property.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
                    return false;
                hasMetadata = true;
                if (property.Value.ValueKind == JsonValueKind.Object)
                    foreach (JsonProperty text in property.Value.EnumerateObject())
                        if (text.Value.ValueKind != JsonValueKind.String || !Metadata.TryAdd(text.Name, text.Value.GetString()!))
                            return false;
                continue;
            }
            if (property.Value.ValueKind != JsonValueKind.Object)
                return false;
            var keys = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (JsonProperty key in property.Value.EnumerateObject())
                if (!keys.TryAdd(key.Name, key.Value))
                    return false;
            if (!keys.TryGetValue("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String
                || !Bits.TryGetValue(dtype.GetString()!, out int bits)
                || Numbers(keys, "shape") is not { } shape || Numbers(keys, "data_offsets") is not [long begin, long end])
                return false;
            // Up to the end, even where a 0 comes later: no reader has larger numbers.
            BigInteger elements = 1;
            foreach (long dimension in shape)
                if ((elements *= dimension) > long.MaxValue)
                    return false;
            if (elements * bits > long.MaxValue || elements * bits % 8 != 0 || elements * bits / 8 != (BigInteger)end - begin
                || end > data.Length)
                return false;
            ranges.Add((begin, end));
            if (!Tensors.TryAdd(property.Name, (dtype.GetString()!, shape, data[(int)begin..(int)end].ToArray())))
                return false;
        }
        BigInteger at = 0;
        foreach (var (begin, end) in ranges.Order())
        {
            if (begin != at)
                return false;
            at = end;
        }
        return at == data.Length;
    }

    private static long[]? Numbers(Dictionary<string, JsonElement> keys, string key)
    {
        if (!keys.TryGetValue(key, out JsonElement array) || array.ValueKind != JsonValueKind.Array)
            return null;
        var numbers = new List<long>();
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.GetRawText().All(char.IsAsciiDigit)
                || !element.TryGetInt64(out long number))
                return null;
            numbers.Add(number);
        }
        return [.. numbers];
    }
}
