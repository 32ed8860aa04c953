using System.Globalization;
using System.Text;
using ModelGen.Runtime;

namespace ModelGen.Fuzz.Targets.Files;

/// <summary>
/// Checkpoints: what is taken has the checksum of what it holds, by a second computation, values that training can go on with, and comes
/// back the same when it is saved again.
/// </summary>
internal sealed class CheckpointTarget : FuzzTarget
{
    private static readonly string[] Numbers = ["0", "1", "7", "-1", "2147483647", "2147483648", "9223372036854775807",
        "18446744073709551615", "9007199254740993", "1e3", "NaN", "", "07", "+1"];
    private static readonly string[] Keys = ["steps", "updates", "accumulated", "epoch", "seed", "optimizer.LearningRate",
        "optimizer.MaxGradientNorm", "note.fit", "format", "fingerprint"];
    private static readonly Lazy<SafetensorsModel> Good =
        new(() => SafetensorsModel.Read(Saved(Make(), new TrainerCounters(5UL << 32, 9, 7, 0)))!);

    private readonly ScratchFile file = new();

    public override string Name => "checkpoint";

    public override string Description => "checkpoints: refused if anything is wrong with them, or the state that they hold";

    public override byte[] Make(Random random)
    {
        SafetensorsModel good = Good.Value;
        var metadata = new Dictionary<string, string>(good.Metadata);
        var tensors = good.Tensors.ToDictionary(t => t.Key, t => (t.Value.Dtype, t.Value.Shape, Data: t.Value.Data.ToArray()));
        int kind = random.Next(8);
        if (kind is 0 or 1)
            metadata[Keys[random.Next(Keys.Length)]] = Numbers[random.Next(Numbers.Length)];
        if (kind is 1 or 2)
        {
            byte[] data = tensors.Values.ElementAt(random.Next(tensors.Count)).Data;
            int at = random.Next(data.Length / 4) * 4;
            BitConverter.GetBytes(random.Next(5) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => -1f, 3 => -0f,
                _ => random.NextSingle() }).CopyTo(data, at);
        }
        if (kind == 3)
            tensors.Remove(tensors.Keys.ElementAt(random.Next(tensors.Count)));
        // So that what the checksum covers is looked at, and not the checksum alone.
        if (random.Next(2) == 0)
            metadata["checksum"] = ChecksumOf(metadata, tensors);
        if (random.Next(20) == 0)
            metadata.Remove("checksum");
        var written = tensors.Select(t => new ModelGen.Safetensors.SafetensorsTensor(t.Key, t.Value.Shape, Floats(t.Value.Data))).ToList();
        byte[] content = Build(written, metadata);
        return kind >= 5 ? ByteMutation.Damage(content, random) : content;
    }

    public override FuzzOutcome Check(byte[] input)
    {
        TrainerState state = Make();
        Checkpoint checkpoint;
        TrainerCounters counters;
        try
        {
            checkpoint = state.Load(file.Write(input), out counters);
        }
        catch (Exception e) when (e is CheckpointMismatchException or ModelGen.Safetensors.InvalidSafetensorsException)
        {
            return FuzzOutcome.Refused;
        }
        SafetensorsModel model = SafetensorsModel.Read(input) ?? throw new FuzzException("a damaged file was accepted");
        bool isEarlier = model.Metadata["format"] == "ModelGen checkpoint 1" && !model.Metadata.ContainsKey("checksum");
        if (!isEarlier && model.Metadata.GetValueOrDefault("checksum") != ChecksumOf(model.Metadata, model.Tensors))
            throw new FuzzException("a file was accepted whose checksum is wrong");
        if (model.Tensors.Where(t => t.Key.StartsWith("optimizer.", StringComparison.Ordinal))
            .Any(t => Floats(t.Value.Data)
                .Any(v => !float.IsFinite(v) || v < 0 && t.Key.StartsWith("optimizer.square.", StringComparison.Ordinal))))
            throw new FuzzException("a value was accepted that training cannot go on with");
        if (counters.Updates > counters.Steps || counters.Updates >= long.MaxValue / 2 || checkpoint.Epoch < 0)
            throw new FuzzException("impossible counts were accepted");

        // Every hundredth is enough: saving waits for the disk.
        if (Packing.Crc(input) % 100 == 0)
            Make().Load(file.Write(Saved(state, counters)), out TrainerCounters again);
        return FuzzOutcome.Accepted;
    }

    private static byte[] Saved(TrainerState state, TrainerCounters counters)
    {
        string folder = Directory.CreateTempSubdirectory("modelgen-fuzz-").FullName;
        try
        {
            state.Save(Path.Combine(folder, "x"), counters, 3, new Dictionary<string, string> { ["fit"] = "1 2" });
            return File.ReadAllBytes(Path.Combine(folder, "x"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TrainerState Make() => new(
        new Weights(), new NetworkSummary("Net", [4], [new LayerSummary("fc", "Linear", [2], 10, 8, null, 0, 0)], 0, 0, 0),
        "0123456789abcdef", new Adam(0.1f), ["mean", "square"], [0, 1], 16, clips: false);

    private static float[] Floats(byte[] data)
    {
        var values = new float[data.Length / 4];
        Buffer.BlockCopy(data, 0, values, 0, values.Length * 4);
        return values;
    }

    private static byte[] Build(IReadOnlyList<ModelGen.Safetensors.SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
        var (header, data) = (new StringBuilder("{\"__metadata__\":{"), new List<byte>());
        header.AppendJoin(',', metadata.Select(m => $"{Quote(m.Key)}:{Quote(m.Value)}")).Append('}');
        foreach (var tensor in tensors)
        {
            int begin = data.Count;
            foreach (float value in tensor.Data.Span)
                data.AddRange(BitConverter.GetBytes(value));
            header.Append(CultureInfo.InvariantCulture,
                $",{Quote(tensor.Name)}:{{\"dtype\":\"F32\",\"shape\":[{string.Join(",", tensor.Shape)}],\"data_offsets\":[{begin},"
                    + $"{data.Count}]}}");
        }
        byte[] json = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
    }

    // CRC-32C bit by bit: of the metadata in ordinal order, each text with a zero behind it, then of the tensors in the network's order,
    // each with its name.
    private static string ChecksumOf(Dictionary<string, string> metadata,
        Dictionary<string, (string Dtype, long[] Shape, byte[] Data)> tensors)
    {
        uint crc = uint.MaxValue;
        foreach (var (key, value) in metadata.Where(m => m.Key != "checksum").OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            Add([.. Encoding.UTF8.GetBytes(key), 0]);
            Add([.. Encoding.UTF8.GetBytes(value), 0]);
        }
        foreach (string name in (string[])["fc.weight", "fc.bias", "optimizer.mean.fc.weight", "optimizer.mean.fc.bias",
            "optimizer.square.fc.weight", "optimizer.square.fc.bias"])
        {
            Add([.. Encoding.UTF8.GetBytes(name), 0]);
            Add(tensors.TryGetValue(name, out var tensor) ? tensor.Data : []);
        }
        return (~crc).ToString("x8", CultureInfo.InvariantCulture);

        void Add(byte[] bytes)
        {
            foreach (byte b in bytes)
            {
                crc ^= b;
                for (int bit = 0; bit < 8; bit++)
                    crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
            }
        }
    }

    private sealed class Weights() : WeightStore("Net",
        [new ParameterInfo("fc.weight", [2, 4], 0, ParameterInitializer.Ones),
            new ParameterInfo("fc.bias", [2], 8, ParameterInitializer.Ones)], 16);
}
