using System.Text;
using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>
/// A weights file is well formed but does not fit the network. One exception names every key that does not fit; nothing was loaded.
/// </summary>
public sealed class WeightsMismatchException : IOException
{
    WeightsMismatchException(string message, string networkName, string path, Differences differences) : base(message)
    {
        NetworkName = networkName;
        Path = path;
        Missing = differences.Missing.Select(p => p.Name).ToList().AsReadOnly();
        Unexpected = differences.Unexpected.Select(e => e.Name).ToList().AsReadOnly();
        WrongShape = differences.WrongShape.Select(p => p.Expected.Name).ToList().AsReadOnly();
        WrongDtype = differences.WrongDtype.Select(p => p.Expected.Name).ToList().AsReadOnly();
    }

    /// <summary>The network the weights were for.</summary>
    public string NetworkName { get; }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>Parameters of the network that the file lacks, in the network's order.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>
    /// Keys of the file that the network lacks, in the file's order. PyTorch's <c>num_batches_tracked</c> counters do not count.
    /// </summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Parameters whose shape in the file is another, in the network's order.</summary>
    public IReadOnlyList<string> WrongShape { get; }

    /// <summary>Parameters whose dtype in the file is none of F32, F16, BF16, in the network's order.</summary>
    public IReadOnlyList<string> WrongDtype { get; }

    /// <summary>
    /// Compares a file's header with a network's parameters; keys that <paramref name="isSkipped"/> accepts are not unexpected.
    /// </summary>
    /// <exception cref="WeightsMismatchException">They do not fit.</exception>
    internal static void ThrowIfMismatch(
        string networkName, IReadOnlyList<ParameterInfo> parameters, SafetensorsFile file, Func<string, bool>? isSkipped = null)
    {
        var differences = new Differences();
        foreach (var parameter in parameters)
        {
            if (!file.TryGet(parameter.Name, out var entry)) differences.Missing.Add(parameter);
            else if (!SameShape(parameter.Shape, entry.Shape)) differences.WrongShape.Add((parameter, entry));
            else if (!entry.Dtype.IsReadableAsFloat()) differences.WrongDtype.Add((parameter, entry));
        }
        var names = parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in file.Tensors)
        {
            // BatchNorm's step counters: part of every PyTorch state_dict, of no use to inference.
            if (!names.Contains(entry.Name) && isSkipped?.Invoke(entry.Name) != true
                && !entry.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                differences.Unexpected.Add(entry);
        }
        if (differences.Any)
            throw new WeightsMismatchException(differences.Describe(networkName, parameters, file), networkName, file.Path, differences);
    }

    internal static bool SameShape(IReadOnlyList<int> expected, IReadOnlyList<long> actual)
    {
        if (expected.Count != actual.Count) return false;
        for (int d = 0; d < expected.Count; d++)
            if (expected[d] != actual[d]) return false;
        return true;
    }

    sealed class Differences
    {
        /// <summary>Above every real network's key count; a message from a hostile file must still end.</summary>
        const int MaxLinesPerKind = 2_000;

        public readonly List<ParameterInfo> Missing = [];
        public readonly List<SafetensorsEntry> Unexpected = [];
        public readonly List<(ParameterInfo Expected, SafetensorsEntry Actual)> WrongShape = [];
        public readonly List<(ParameterInfo Expected, SafetensorsEntry Actual)> WrongDtype = [];

        public bool Any => Missing.Count + Unexpected.Count + WrongShape.Count + WrongDtype.Count > 0;

        public string Describe(string networkName, IReadOnlyList<ParameterInfo> parameters, SafetensorsFile file)
        {
            var text = new StringBuilder(MessageText.Invariant(
                $"Weights file '{file.Path}' does not fit network '{networkName}': {parameters.Count} parameters expected, "
                    + $"{file.Tensors.Count} tensors in the file."));

            // A misspelt or renamed key is one missing and one unexpected name, so those are each other's candidates. Only where the
            // other side has no unmatched name left is a matched one worth mentioning.
            var nearest = new NearestName();
            var expectedNames = (Missing.Count > 0 ? Missing : parameters).Select(p => p.Name).ToList();
            var actualNames = (Unexpected.Count > 0 ? Unexpected : file.Tensors).Select(e => e.Name).ToList();
            List(text, "missing in the file", Missing, p =>
                $"{MessageText.Quote(p.Name)}: expected shape {MessageText.Shape(p.Shape)}, actual "
                    + $"none{Suggest("in the file", nearest.Of(p.Name, actualNames))}");
            List(text, "unexpected in the file", Unexpected, e =>
                $"{MessageText.Quote(e.Name)}: expected none, actual shape "
                    + $"{MessageText.Shape(e.Shape)}{Suggest("in the network", nearest.Of(e.Name, expectedNames))}");
            List(text, "of another shape", WrongShape, p =>
                $"{MessageText.Quote(p.Expected.Name)}: expected shape {MessageText.Shape(p.Expected.Shape)}, actual "
                    + $"{MessageText.Shape(p.Actual.Shape)}");
            List(text, "of a dtype that is not read as float", WrongDtype, p =>
                $"{MessageText.Quote(p.Expected.Name)}: expected F32, F16 or BF16, actual {p.Actual.Dtype.Name()}");
            return text.ToString();
        }

        static string Suggest(string where, string? name) => name == null ? "" : $"; nearest {where}: {MessageText.Quote(name)}";

        static void List<T>(StringBuilder text, string what, List<T> items, Func<T, string> line)
        {
            if (items.Count == 0) return;
            text.Append(MessageText.Invariant($"\n  {items.Count} {what}:"));
            foreach (var item in items.Take(MaxLinesPerKind)) text.Append("\n    ").Append(line(item));
            if (items.Count > MaxLinesPerKind) text.Append(MessageText.Invariant($"\n    … and {items.Count - MaxLinesPerKind} more"));
        }
    }
}
