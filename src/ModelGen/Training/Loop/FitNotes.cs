using System.Globalization;
using ModelGen.Data;

namespace ModelGen;

/// <summary>A loop's state as notes of a checkpoint: what came of each epoch, as lines, and where the data stands.</summary>
internal static class FitNotes
{
    private const string History = "fit.history";
    private const string Position = "fit.position";
    private const int FixedColumns = 6;

    public static Dictionary<string, string> Write(IEnumerable<EpochResult> history, IEnumerable<FitMetric> metrics) =>
        new(StringComparer.Ordinal)
    {
        [History] = string.Join('\n', history.Select(Line).Prepend(Header(metrics))),
    };

    public static Dictionary<string, string> With(Dictionary<string, string> notes, DataPosition position)
    {
        notes[Position] = string.Create(CultureInfo.InvariantCulture, $"{position.Seed} {position.Epoch} {position.Sample}");
        return notes;
    }

    /// <summary>All that a run goes on by.</summary>
    /// <exception cref="InvalidDataException">The notes are not those of a loop, of one with other metrics, or of other images.</exception>
    public static (List<EpochResult> History, DataPosition Position) Read(
        IReadOnlyDictionary<string, string> notes, ICollection<FitMetric> metrics, ImageBatches batches)
    {
        List<EpochResult> history = ReadHistory(notes, metrics);
        DataPosition position = ReadPosition(notes);
        return batches.WhyNot(position) is string expected ? throw Wrong(Position, expected, MessageText.Quote(Note(notes, Position)))
            : (history, position);
    }

    public static List<EpochResult> ReadHistory(IReadOnlyDictionary<string, string> notes, ICollection<FitMetric> metrics)
    {
        ArgumentNullException.ThrowIfNull(notes);
        string[] lines = Note(notes, History).Split('\n');
        if (lines[0] != Header(metrics))
            throw Wrong(History, $"columns {MessageText.Quote(Header(metrics))}", MessageText.Quote(lines[0]));
        List<EpochResult> history = [.. lines.Skip(1).Select(Read)];
        for (int i = 0; i < history.Count; i++)
        {
            if (history[i].Epoch != i + 1 || history[i].Metrics.Count != metrics.Count)
                throw Wrong(History, MessageText.Invariant($"epoch {i + 1} with {metrics.Count} metrics"), MessageText.Quote(lines[i + 1]));
        }
        return history;
    }

    private static DataPosition ReadPosition(IReadOnlyDictionary<string, string> notes)
    {
        string note = Note(notes, Position);
        string[] parts = note.Split(' ');
        return parts.Length == 3 && Number(parts[0], out int seed) && Number(parts[1], out long epoch) && Number(parts[2], out int sample)
            ? new DataPosition(seed, epoch, sample)
            : throw Wrong(Position, "a seed, an epoch and a sample", MessageText.Quote(note));
    }

    // Names of metrics may be any text; as a line they are only compared.
    private static string Header(IEnumerable<FitMetric> metrics) =>
        string.Join(' ', metrics.Select(m => m.Name.ReplaceLineEndings(" ")).Prepend("epoch loss validation_loss correct count best"));

    private static string Line(EpochResult result)
    {
        string metrics = string.Concat(result.Metrics.Select(m => " " + m.ToString(CultureInfo.InvariantCulture)));
        return string.Create(CultureInfo.InvariantCulture,
            $"{result.Epoch} {result.Loss} {result.Validation.Loss} {result.Validation.Correct} {result.Validation.Count} "
                + $"{(result.IsBest ? 1 : 0)}{metrics}");
    }

    private static EpochResult Read(string line)
    {
        string[] parts = line.Split(' ');
        var metrics = new double[Math.Max(0, parts.Length - FixedColumns)];
        bool isGood = parts.Length >= FixedColumns;
        for (int i = 0; i < metrics.Length; i++)
            isGood &= Number(parts[FixedColumns + i], out metrics[i]);
        return isGood && Number(parts[0], out int epoch) && Number(parts[1], out double loss) && Number(parts[2], out double validationLoss)
            && Number(parts[3], out int correct) && Number(parts[4], out int count) && Number(parts[5], out int best)
            && correct >= 0 && correct <= count && (best is 0 or 1)
            ? new EpochResult(epoch, loss, new Evaluation(validationLoss, correct, count), best == 1) { Metrics = metrics }
            : throw Wrong(History, "numbers of an epoch", MessageText.Quote(line));
    }

    private static bool Number<T>(string text, out T value) where T : struct, System.Numerics.INumberBase<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static string Note(IReadOnlyDictionary<string, string> notes, string name) =>
        notes.TryGetValue(name, out string? note) ? note : throw Wrong(name, "a note of that name, as Fit saves it", "none");

    private static InvalidDataException Wrong(string name, string expected, string actual) =>
        new($"The checkpoint is of no such loop: note '{name}': expected {expected}, actual {actual}.");
}
