using System.Runtime.InteropServices;
using System.Text.Json;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Golden;

/// <summary>The reference data of the folder data, made by PyTorch; its README says what each entry means.</summary>
internal static class GoldenData
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "data");

    /// <summary>Cases of tensors of any rank, which a script of this folder makes.</summary>
    public static IReadOnlyList<JsonElement> Tensors { get; } = Read("tensors.json");

    public static IReadOnlyList<JsonElement> Operators { get; } = [.. Read("ops.json"), .. Tensors];

    public static IReadOnlyList<JsonElement> Networks { get; } = Read("networks.json");

    /// <summary>How many cases there are of each operator, and the names of networks, also of those that are not kept here.</summary>
    public static JsonElement Manifest { get; } = Parse("manifest.json");

    public static SafetensorsFile Open(JsonElement entry) =>
        SafetensorsFile.Open(Path.Combine(Folder, entry.GetProperty("file").GetString()!));

    /// <summary>A file of whole networks.</summary>
    public static string NetworkFile(string name) => Path.Combine(Folder, "networks", name + ".safetensors");

    public static JsonElement Operator(string id) => Operators.Single(o => o.Text("id") == id);

    public static JsonElement Network(string name) => Networks.Single(o => o.Text("name") == name);

    public static string Text(this JsonElement entry, string property) => entry.GetProperty(property).GetString()!;

    public static string[] Texts(this JsonElement entry, string property) =>
        [.. entry.GetProperty(property).EnumerateArray().Select(e => e.GetString()!)];

    public static int[] Ints(this JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>The entries of an object of texts, none where it is missing.</summary>
    public static IEnumerable<(string Role, string Tensor)> Names(this JsonElement entry, string property) =>
        entry.TryGetProperty(property, out JsonElement names) ? names.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)) : [];

    public static float[] Floats(this SafetensorsFile file, string name)
    {
        ReadOnlySpan<byte> raw = file.ReadRaw(name);
        file.TryGet(name, out SafetensorsEntry? entry);
        return entry!.Dtype == SafetensorsDtype.U8
            ? [.. raw.ToArray().Select(b => (float)b)]
            : MemoryMarshal.Cast<byte, float>(raw).ToArray();
    }

    public static int[] Labels(this SafetensorsFile file, string name) =>
        [.. MemoryMarshal.Cast<byte, long>(file.ReadRaw(name)).ToArray().Select(l => checked((int)l))];

    /// <summary>The attributes that the operator knows, in its own form, with its defaults.</summary>
    public static AttributeMap Attributes(this JsonElement entry, Operator op)
    {
        var attributes = AttributeMap.Empty;
        JsonElement given = entry.GetProperty("attributes");
        foreach (AttributeSpec spec in op.Attributes)
        {
            if (!given.TryGetProperty(spec.Name, out JsonElement value))
                continue;
            attributes = attributes.With(spec.Name, spec.Kind switch
            {
                AttributeKind.Int => value.GetInt32(),
                AttributeKind.Float => value.GetDouble(),
                AttributeKind.Bool => value.GetBoolean(),
                AttributeKind.Word => value.GetString()!,
                AttributeKind.Border when value.Ints() is [int height, int width] => new[] { height, width, height, width },
                _ => value.Ints(),
            });
        }
        return op.WithDefaults(attributes, forLayer: true);
    }

    /// <summary>The type of an activation whose shape is given with the batch in front.</summary>
    public static TensorType Sample(int[] shape) => new(new Shape(shape.Skip(1).ToEquatableArray()), PerSample: true);

    private static IReadOnlyList<JsonElement> Read(string file) => [.. Parse(file).EnumerateArray()];

    private static JsonElement Parse(string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Folder, file));
        return JsonDocument.Parse(stream).RootElement;
    }
}
