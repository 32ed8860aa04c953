using ModelGen.Safetensors;

namespace ModelGen.Fuzz.Targets.Api;

/// <summary>
/// Files that are no checkpoint of the network under test, each in another way, and a folder for its own. Deleted when the program ends.
/// </summary>
internal sealed class ApiFiles
{
    // Checkpoints are flushed to the disk, which takes most of the time where there is one.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"modelgen-api-{Environment.ProcessId}")).FullName;

    public ApiFiles()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_folder, recursive: true);
        foreach (Func<ApiTrainer> make in (Func<ApiTrainer>[])[ApiTrainer.Careful, ApiTrainer.Quick])
        {
            ApiTrainer trainer = make();
            trainer.Step(ApiSession.Images(3, 1), [0, 1, 2]);
            string good = File(trainer.Name + ".good");
            trainer.Trainer.SaveCheckpoint(good);
            byte[] bytes = System.IO.File.ReadAllBytes(good);
            System.IO.File.WriteAllBytes(File(trainer.Name + ".0"), bytes[..^4]);
            bytes[^9] ^= 4;
            System.IO.File.WriteAllBytes(File(trainer.Name + ".1"), bytes);
            trainer.Trainer.ToWeights().Save(File(trainer.Name + ".2"));
            Rewrite(good, File(trainer.Name + ".3"), m => m["updates"] = "9223372036854775807");
            Rewrite(good, File(trainer.Name + ".4"), m => m["optimizer.LearningRate"] = "NaN");
            Rewrite(good, File(trainer.Name + ".5"), m => m["accumulated"] = "-1");
            System.IO.File.WriteAllBytes(File(trainer.Name + ".6"), []);
        }
        System.IO.File.Copy(File("Careful.good"), File("Quick.7"));
        System.IO.File.Copy(File("Quick.good"), File("Careful.7"));
    }

    /// <summary>How many files there are that must not be taken.</summary>
    public const int Bad = 9;

    public string File(string name) => Path.Combine(_folder, name);

    // Of the earlier format, which has no checksum, so that it is the value that is wrong.
    private static void Rewrite(string from, string to, Action<Dictionary<string, string>> change)
    {
        using SafetensorsFile file = SafetensorsFile.Open(from);
        var metadata = new Dictionary<string, string>(file.Metadata) { ["format"] = "ModelGen checkpoint 1" };
        metadata.Remove("checksum");
        change(metadata);
        SafetensorsWriter.Write(to, [.. file.Tensors.Select(t =>
        {
            float[] values = new float[t.ElementCount];
            file.Read(t.Name, values);
            return new SafetensorsTensor(t.Name, t.Shape, values);
        })], metadata);
    }
}
