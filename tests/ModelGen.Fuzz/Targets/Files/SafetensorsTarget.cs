using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ModelGen.Safetensors;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>
/// Safetensors files, read and mapped: taken if and only if a reader that shares no code with the library takes them, and then the same
/// tensors.
/// </summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    private static readonly (string Name, int Bytes)[] Dtypes =
        [("F32", 4), ("F16", 2), ("BF16", 2), ("U8", 1), ("I64", 8), ("F64", 8), ("BOOL", 1)];
    private static readonly string[] Names =
        ["conv1.weight", "conv1.bias", "t", "ü", "a\\n\\u001b", "\\u0074", "__metadata__", "dtype", "", "😀", "\\ud800"];
    private static readonly string[] Values =
        ["0", "1", "-1", "4.0", "1e3", "9223372036854775807", "9223372036854775808", "4294967296", "null", "true", "[]", "{}", "\"F32\"",
            "\"\"", "[[[[0]]]]", "{\"x\":{\"y\":[1,2]}}", "007"];

    private readonly ScratchFile file = new();

    public override string Name => "safetensors";

    public override string Description =>
        "safetensors files, read and mapped: refused if anything is wrong with them, or the right tensors";

    public override byte[] Make(Random random)
    {
        if (random.Next(20_000) == 0)
            return Large(random);
        var (header, data) = (new StringBuilder("{"), 0);
        for (int tensors = random.Next(5), i = 0; i < tensors; i++)
        {
            var (dtype, bytes) = Dtypes[random.Next(Dtypes.Length)];
            int[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(5))];
            int length = bytes * shape.Aggregate(1, (product, size) => product * size);
            string name = random.Next(8) == 0 ? Names[random.Next(Names.Length)]
                : string.Create(CultureInfo.InvariantCulture, $"layer{i}.weight");
            string[] keys =
            [
                $"\"dtype\":{Value(random, $"\"{dtype}\"")}", $"\"shape\":{Value(random, $"[{string.Join(",", shape)}]")}",
                string.Create(CultureInfo.InvariantCulture, $"\"data_offsets\":{Value(random, $"[{data},{data + length}]")}"),
                .. random.Next(10) == 0 ? [$"\"other\":{Values[random.Next(Values.Length)]}"] : Array.Empty<string>(),
            ];
            random.Shuffle(keys);
            header.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
                $"\"{name}\":{{{string.Join(",", random.Next(60) == 0 ? keys[1..] : random.Next(60) == 0 ? [.. keys, keys[0]] : keys)}}}");
            data += length;
        }
        if (random.Next(4) == 0)
            header.Append(header.Length == 1 ? "" : ",")
                .Append(CultureInfo.InvariantCulture, $"\"__metadata__\":{Value(random, "{\"format\":\"pt\",\"k\":\"v\"}")}");
        header.Append('}').Append(' ', random.Next(9));
        byte[] content = Build(Encoding.UTF8.GetBytes(header.ToString()), ByteMutation.Random(random, data));
        return random.Next(4) == 0 ? ByteMutation.Damage(content, random) : content;
    }

    public override FuzzOutcome Check(byte[] input)
    {
        SafetensorsModel? expected = input.Length < 1 << 20 ? SafetensorsModel.Read(input) : null;
        string path = file.Write(input);
        try
        {
            using SafetensorsFile opened =
                SafetensorsFile.Open(path, (input.Length & 1) == 0 ? SafetensorsAccess.Read : SafetensorsAccess.Mapped);
            if (input.Length >= 1 << 20)
                return FuzzOutcome.Accepted;
            if (expected is null)
                throw new FuzzException("a damaged file was accepted");
            if (opened.Tensors.Count != expected.Tensors.Count || opened.Metadata.Count != expected.Metadata.Count
                || opened.Metadata.Any(m => expected.Metadata.GetValueOrDefault(m.Key) != m.Value))
                throw new FuzzException("other tensors or metadata");
            foreach (SafetensorsEntry entry in opened.Tensors)
            {
                if (!expected.Tensors.TryGetValue(entry.Name, out var tensor) || entry.Dtype.Name() != tensor.Dtype
                    || !entry.Shape.SequenceEqual(tensor.Shape)
                    || !opened.ReadRaw(entry.Name).SequenceEqual(tensor.Data))
                    throw new FuzzException("another tensor");
                if (entry.Dtype == SafetensorsDtype.F32)
                    opened.Read(entry.Name, new float[entry.ElementCount]);
            }
            return FuzzOutcome.Accepted;
        }
        catch (InvalidSafetensorsException fault)
        {
            return expected is null ? FuzzOutcome.Refused : throw new FuzzException("a good file was refused: " + fault.Message);
        }
    }

    private static string Value(Random random, string value) => random.Next(40) switch
    {
        0 => Values[random.Next(Values.Length)],
        1 when value.StartsWith('[') =>
            value.Replace("]", (value.Length > 2 ? "," : "") + Values[random.Next(Values.Length)] + "]", StringComparison.Ordinal),
        _ => value,
    };

    // Headers that describe as much as a megabyte or two can.
    private static byte[] Large(Random random)
    {
        int count = random.Next(20_000, 200_000);
        string Repeat(Func<int, string> item) => string.Join(",", Enumerable.Range(0, count).Select(item));
        string header = random.Next(4) switch
        {
            0 => "{" + string.Join(",", Enumerable.Range(0, count / 4)
                .Select(i => $"\"{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}",
            1 => $"{{\"t\":{{\"dtype\":\"F32\",\"data_offsets\":[0,0],\"shape\":[{Repeat(_ => "0")},0,0,0,0,0,0,0,0,0,0]}}}}".PadRight(
                1 << 20),
            2 => $"{{\"t\":{{\"dtype\":\"F32\",\"data_offsets\":[0,0],\"shape\":[0],{Repeat(i => $"\"{i}\":0")}}}}}".PadRight(1 << 20),
            _ => $"{{\"__metadata__\":{{{Repeat(i => $"\"{i}\":\"\"")}}}}}".PadRight(1 << 20),
        };
        return Build(Encoding.UTF8.GetBytes(header), []);
    }

    private static byte[] Build(byte[] header, byte[] data)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. data];
    }
}
