using System.Text.Json;

namespace ModelGen.Tests.Detection;

/// <summary>Values of other programs, which the scripts beside them wrote.</summary>
internal static class DetectionData
{
    /// <summary>A case of torchvision's operators.</summary>
    public static JsonElement Torchvision(string name) => Read("detection.json").GetProperty(name);

    /// <summary>A file as a whole.</summary>
    public static JsonElement Read(string file)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Detection", "data", file);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    public static float[] Floats(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(v => v.GetSingle())];

    public static int[] Ints(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(v => (int)v.GetDouble())];

    public static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>Each within so much of what it should be, relative to the larger of 1 and that.</summary>
    public static void Near(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"[{i}]: expected {expected[i]:R}, actual {actual[i]:R}");
    }
}
