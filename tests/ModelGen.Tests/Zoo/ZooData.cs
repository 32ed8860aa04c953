using System.Text.Json;
using ModelGen.Generator.Graphs;
using ModelGen.Tests.Golden;

namespace ModelGen.Tests.Zoo;

/// <summary>What PyTorch says of full-size networks whose weights come from a hash: data/zoo.json.</summary>
internal static class ZooData
{
    private static readonly Dictionary<string, JsonElement> Entries = Read();

    public static JsonElement Of(string name) => Entries[name];

    public static (string Key, int[] Shape)[] State(string name) =>
        [.. Of(name).GetProperty("state").EnumerateArray()
            .Select(e => (e[0].GetString()!, e.EnumerateArray().Skip(1).Select(d => d.GetInt32()).ToArray()))];

    /// <summary>A parameter, running statistic or input of a graph, by the rule of the data.</summary>
    public static float[] Fill(Graph graph, Node leaf)
    {
        int[] shape = [.. leaf.Shape.Dimensions];
        int length = checked((int)leaf.Shape.Length);
        if (leaf.Is(OpNames.Input))
            return Fill("input", length, 1, 0);
        string role = leaf.Name[(leaf.Name.LastIndexOf('.') + 1)..];
        string layer = leaf.Name[..^(role.Length + 1)];
        bool normalizes = graph.Parameters.Any(p => p.Name == layer + ".running_mean");
        double fanIn = shape.Skip(1).Aggregate(1.0, (product, size) => product * size);
        return (role, normalizes) switch
        {
            ("weight", false) => Fill(leaf.Name, length, Math.Sqrt(3 / fanIn) * Math.Sqrt(2), 0),
            ("bias", false) => Fill(leaf.Name, length, 0.05, 0),
            ("weight", true) => Fill(leaf.Name, length, 0.1, 1),
            ("bias" or "running_mean", true) => Fill(leaf.Name, length, 0.1, 0),
            ("running_var", true) => Fill(leaf.Name, length, 0.2, 1),
            _ => throw new ArgumentException($"no rule for '{leaf.Name}'"),
        };
    }

    public static float[] Fill(string name, int length, double scale, double shift)
    {
        uint hash = 0x811C9DC5;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x01000193;
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            uint x = hash + (uint)i * 0x9E3779B9;
            x = (x ^ (x >> 16)) * 0x85EBCA6B;
            x = (x ^ (x >> 13)) * 0xC2B2AE35;
            x ^= x >> 16;
            double u = (x >> 8) / 16777216.0;
            values[i] = (float)(shift + scale * ((u - 0.5) * 2));
        }
        return values;
    }

    private static Dictionary<string, JsonElement> Read()
    {
        using FileStream stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Zoo", "data", "zoo.json"));
        return JsonDocument.Parse(stream).RootElement.EnumerateArray().ToDictionary(e => e.Text("name"));
    }
}
