using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using ModelGen.Safetensors;

namespace ModelGen.Runtime;

/// <summary>
/// A trainer's state on its way to a checkpoint or back: all in PyTorch's order, so that no file depends on how kernels want their memory.
/// </summary>
/// <remarks>
/// A checkpoint is a safetensors file: weights under their keys, what the optimizer keeps under <c>optimizer.KIND.KEY</c>, and the rest as
/// text in the metadata, with a checksum over all of it.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TrainerState
{
    /// <summary>
    /// The most samples whose gradients are added up: a bound that no run comes near, and far from where counting would wrap.
    /// </summary>
    internal const int MostAccumulated = 1 << 30;

    private const string Format = "ModelGen checkpoint 2";
    // Without a checksum.
    private const string EarlierFormat = "ModelGen checkpoint 1";
    private const string ChecksumKey = "checksum";
    private const string Prefix = "optimizer.";
    private const string NotePrefix = "note.";
    // Of a tensor of sums, between two updates, and of one of squares.
    private const string SumPrefix = Prefix + "gradient.";
    private const string SquarePrefix = Prefix + "square.";
    private const ulong MostSteps = 1UL << 53;

    private readonly WeightStore _weights;
    private readonly NetworkSummary _summary;
    private readonly string _fingerprint;
    private readonly GradientDescent _optimizer;
    private readonly bool _clips;
    private readonly bool _accumulates;
    private readonly float[] _values;
    private readonly List<(string Name, ParameterInfo Parameter, int Offset)> _tensors = [];

    /// <summary>Memory for all that the optimizer keeps, all 0.</summary>
    /// <param name="weights">The weights, which are saved or read.</param>
    /// <param name="summary">The network's.</param>
    /// <param name="fingerprint">Of the network as declared.</param>
    /// <param name="optimizer">Whose settings are saved or read.</param>
    /// <param name="kinds">What is kept for each trained parameter.</param>
    /// <param name="trained">Which parameters are trained, as indices.</param>
    /// <param name="stride">Floats from one kind to the next; within a kind, each parameter lies as it does in the weights.</param>
    /// <param name="clips">Whether gradients can be clipped.</param>
    public TrainerState(
        WeightStore weights, NetworkSummary summary, string fingerprint, GradientDescent optimizer, ReadOnlySpan<string> kinds,
        ReadOnlySpan<int> trained, int stride,
        bool clips)
    {
        ArgumentNullException.ThrowIfNull(weights);
        (_weights, _summary, _fingerprint, _optimizer) = (weights, summary, fingerprint, optimizer);
        (_clips, _accumulates) = (clips, kinds.Contains("gradient"));
        _values = new float[checked(kinds.Length * stride)];
        for (int kind = 0; kind < kinds.Length; kind++)
        {
            foreach (int index in trained)
            {
                ParameterInfo parameter = weights.Parameters[index];
                _tensors.Add(($"{Prefix}{kinds[kind]}.{parameter.Name}", parameter, kind * stride + parameter.Offset));
            }
        }
    }

    /// <summary>The first float of the memory.</summary>
    public Floats First => new(ref MemoryMarshal.GetArrayDataReference(_values));

    private string OptimizerName => _optimizer.GetType().Name;

    // One line for each layer, for saying where networks differ; the fingerprint says whether they do.
    private IEnumerable<string> Layers => _summary.Layers.Select(l => $"{l.Name} ({l.Operator}) {MessageText.Shape(l.OutputShape)}");

    /// <summary>The notes of a checkpoint; null if the file is none.</summary>
    internal static IReadOnlyDictionary<string, string>? NotesOf(string path)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            return file.Metadata.GetValueOrDefault("format") is Format or EarlierFormat ? NotesOf(file.Metadata) : null;
        }
        catch (InvalidSafetensorsException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> NotesOf(IReadOnlyDictionary<string, string> metadata) =>
        metadata.Where(m => m.Key.StartsWith(NotePrefix, StringComparison.Ordinal))
            .ToDictionary(m => m.Key[NotePrefix.Length..], m => m.Value, StringComparer.Ordinal);

    /// <summary>Writes the file, replacing an old one once the new one is complete on the disk.</summary>
    /// <exception cref="InvalidOperationException">The optimizer is to clip gradients, for which the network was not compiled.</exception>
    public void Save(string path, TrainerCounters counters, int epoch, IReadOnlyDictionary<string, string>? notes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        // Loading would refuse it.
        if (!_clips)
            Check.DoesNotClip(_optimizer, _weights.NetworkName);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["network"] = _weights.NetworkName,
            ["fingerprint"] = _fingerprint,
            ["layers"] = string.Join("\n", Layers),
            ["optimizer"] = OptimizerName,
            ["seed"] = Text((int)(uint)(counters.Seed >> 32)),
            ["steps"] = Text(counters.Steps),
            ["updates"] = Text(counters.Updates),
            ["accumulated"] = Text(counters.Accumulated),
            ["epoch"] = Text(epoch),
        };
        foreach (OptimizerSetting setting in _optimizer.Settings)
            metadata[Prefix + setting.Name] = Text(setting.Get());
        foreach ((string key, string note) in notes ?? new Dictionary<string, string>())
            metadata[NotePrefix + key] = note
                ?? throw new ArgumentException($"{_weights.NetworkName}: note {MessageText.Quote(key)} is null.", nameof(notes));
        metadata[ChecksumKey] = ChecksumOf(metadata);

        List<SafetensorsTensor> tensors = [.. _weights.Parameters.Select(
            p => new SafetensorsTensor(p.Name, Shape(p), _weights.MemoryOf(p)))];
        tensors.AddRange(
            _tensors.Select(t => new SafetensorsTensor(t.Name, Shape(t.Parameter), _values.AsMemory(t.Offset, t.Parameter.Length))));
        SafetensorsWriter.Write(path, tensors, metadata);
    }

    /// <summary>Reads the file into the weights and this memory and, once all is read and fits, the optimizer's settings.</summary>
    /// <exception cref="CheckpointMismatchException">The file is none of this network and optimizer.</exception>
    public Checkpoint Load(string path, out TrainerCounters counters)
    {
        // All is copied, so a mapping would gain nothing.
        using SafetensorsFile file = SafetensorsFile.Open(path, SafetensorsAccess.Read);
        var differences = new List<string>();
        CompareNetworks(file.Metadata, differences);
        ThrowIfAny(differences, path);

        int seed = Number(file.Metadata, "seed", int.MinValue, int.MaxValue, differences);
        ulong steps = Number<ulong>(file.Metadata, "steps", 0, MostSteps, differences);
        ulong updates = Number<ulong>(file.Metadata, "updates", 0, MostSteps, differences);
        if (updates > steps && differences.Count == 0)
            differences.Add(MessageText.Invariant($"metadata 'updates': expected no more than the {steps} steps, actual {updates}"));
        int accumulated = Number(file.Metadata, "accumulated", 0, _accumulates ? MostAccumulated : 0, differences);
        int epoch = Number(file.Metadata, "epoch", 0, int.MaxValue, differences);
        Dictionary<string, float> settings = ReadSettings(file.Metadata, differences);
        CompareTensors(file, differences);
        ThrowIfAny(differences, path);

        foreach (ParameterInfo parameter in _weights.Parameters)
            file.Read(parameter.Name, _weights.Mutable(parameter.Name));
        foreach ((string name, ParameterInfo parameter, int offset) in _tensors)
        {
            Span<float> values = _values.AsSpan(offset, parameter.Length);
            file.Read(name, values);
            if (accumulated > 0 || !name.StartsWith(SumPrefix, StringComparison.Ordinal))
                CheckValues(name, values, differences);
        }
        CompareChecksums(file.Metadata, differences);
        ThrowIfAny(differences, path);

        foreach (OptimizerSetting setting in _optimizer.Settings)
            setting.Set(settings[setting.Name]);
        counters = new TrainerCounters((ulong)(uint)seed << 32, steps, updates, accumulated);
        return new Checkpoint(epoch, (long)updates, NotesOf(file.Metadata));
    }

    private void ThrowIfAny(List<string> differences, string path)
    {
        if (differences.Count > 0)
            throw new CheckpointMismatchException(_weights.NetworkName, path, differences);
    }

    private void CompareNetworks(IReadOnlyDictionary<string, string> metadata, List<string> differences)
    {
        if (!metadata.TryGetValue("format", out string? format) || format is not (Format or EarlierFormat))
        {
            differences.Add(
                $"format: expected '{Format}' or '{EarlierFormat}', actual "
                    + $"{(format is null ? "none; a file of weights alone is read by LoadWeights" : MessageText.Quote(format))}");
            return;
        }
        if (Word("fingerprint") != _fingerprint)
        {
            differences.Add(
                $"network: expected '{_weights.NetworkName}' of fingerprint {_fingerprint}, actual {MessageText.Quote(Word("network"))} "
                    + $"of {MessageText.Quote(Word("fingerprint"))}");
            differences.Add(FirstDifference([.. Layers], Word("layers").Split('\n')));
        }
        if (Word("optimizer") != OptimizerName)
            differences.Add($"optimizer: expected {OptimizerName}, actual {MessageText.Quote(Word("optimizer"))}");

        string Word(string key) => metadata.GetValueOrDefault(key, "");
    }

    private static string FirstDifference(string[] expected, string[] actual)
    {
        for (int i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            string ours = i < expected.Length ? MessageText.Quote(expected[i]) : "none", theirs = i < actual.Length
                ? MessageText.Quote(actual[i]) : "none";
            if (ours != theirs)
                return MessageText.Invariant($"layer {i + 1}, the first that differs: expected {ours}, actual {theirs}");
        }
        return "layers: the same names, types and shapes, but a setting of one (a stride, a probability) or what it reads differs";
    }

    private void CompareTensors(SafetensorsFile file, List<string> differences)
    {
        var expected = _weights.Parameters.Select(p => (p.Name, Parameter: p)).Concat(_tensors.Select(t => (t.Name, t.Parameter))).ToList();
        foreach ((string name, ParameterInfo parameter) in expected)
        {
            if (!file.TryGet(name, out SafetensorsEntry? entry))
                differences.Add($"tensor {MessageText.Quote(name)}: expected shape {MessageText.Shape(parameter.Shape)}, actual none");
            else if (!WeightsMismatchException.SameShape(parameter.Shape, entry.Shape) || entry.Dtype != SafetensorsDtype.F32)
                differences.Add(
                    $"tensor {MessageText.Quote(name)}: expected F32 of shape {MessageText.Shape(parameter.Shape)}, actual "
                        + $"{entry.Dtype.Name()} of {MessageText.Shape(entry.Shape)}");
        }
        HashSet<string> names = expected.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(file.Tensors.Where(t => !names.Contains(t.Name))
            .Select(t => $"tensor {MessageText.Quote(t.Name)}: expected none, actual shape {MessageText.Shape(t.Shape)}"));
    }

    // All that the file says, whatever its order and layout: the metadata but for the checksum itself, then every tensor.
    private string ChecksumOf(IReadOnlyDictionary<string, string> metadata)
    {
        var checksum = new Checksum();
        foreach ((string key, string value) in metadata.Where(m => m.Key != ChecksumKey).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            checksum.Add(key);
            checksum.Add(value);
        }
        foreach (ParameterInfo parameter in _weights.Parameters)
        {
            checksum.Add(parameter.Name);
            checksum.Add(_weights.Mutable(parameter.Name));
        }
        foreach ((string name, ParameterInfo parameter, int offset) in _tensors)
        {
            checksum.Add(name);
            checksum.Add(_values.AsSpan(offset, parameter.Length));
        }
        return checksum.Value.ToString("x8", CultureInfo.InvariantCulture);
    }

    private void CompareChecksums(IReadOnlyDictionary<string, string> metadata, List<string> differences)
    {
        string? written = metadata.GetValueOrDefault(ChecksumKey);
        if (written is null && metadata["format"] == EarlierFormat)
            return;
        string computed = ChecksumOf(metadata);
        if (written != computed)
            differences.Add(
                $"checksum: expected {computed} of what the file holds, actual "
                    + $"{(written is null ? "none" : MessageText.Quote(written))}; the file is damaged");
    }

    private static void CheckValues(string name, ReadOnlySpan<float> values, List<string> differences)
    {
        bool isSquare = name.StartsWith(SquarePrefix, StringComparison.Ordinal);
        float smallest = isSquare ? 0f : float.MinValue;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] >= smallest && values[i] <= float.MaxValue)
                continue;
            differences.Add(
                MessageText.Invariant(
                    $"tensor {MessageText.Quote(name)}: expected finite values{(isSquare ? " of at least 0" : "")}, actual {values[i]} "
                        + $"at index {i}"));
            return;
        }
    }

    // Tried on a copy, so that a bad value leaves the optimizer as it is.
    private Dictionary<string, float> ReadSettings(IReadOnlyDictionary<string, string> metadata, List<string> differences)
    {
        var settings = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (OptimizerSetting setting in _optimizer.Copy().Settings)
        {
            string? text = metadata.GetValueOrDefault(Prefix + setting.Name);
            if (setting.Name == nameof(GradientDescent.MaxGradientNorm) && !_clips && text is not (null or "Infinity"))
            {
                differences.Add(
                    $"metadata '{Prefix}{setting.Name}': expected Infinity, since the network was compiled without clipping, actual "
                        + $"{MessageText.Quote(text)}");
                continue;
            }
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
            {
                try
                {
                    setting.Set(value);
                    settings[setting.Name] = value;
                    continue;
                }
                catch (ArgumentException)
                {
                    // Reported below.
                }
            }
            differences.Add(
                $"metadata '{Prefix}{setting.Name}': expected a valid {setting.Name} of {OptimizerName}, actual "
                    + $"{(text is null ? "none" : MessageText.Quote(text))}");
        }
        return settings;
    }

    private static T Number<T>(IReadOnlyDictionary<string, string> metadata, string key, T smallest, T largest, List<string> differences)
        where T : struct, System.Numerics.IBinaryInteger<T>
    {
        string? text = metadata.GetValueOrDefault(key);
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value) && value >= smallest
            && value <= largest)
            return value;
        differences.Add(
            $"metadata '{key}': expected a whole number from {Text(smallest)} to {Text(largest)}, actual "
                + $"{(text is null ? "none" : MessageText.Quote(text))}");
        return default;
    }

    private static long[] Shape(ParameterInfo parameter) => [.. parameter.Shape.Select(d => (long)d)];

    // The shortest digits that give the same number back.
    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
