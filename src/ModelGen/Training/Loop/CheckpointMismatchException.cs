namespace ModelGen;

/// <summary>A file is no checkpoint of this network and this optimizer. Nothing of it was loaded.</summary>
public sealed class CheckpointMismatchException : IOException
{
    private const int MaxLines = 50;

    internal CheckpointMismatchException(string networkName, string path, IReadOnlyList<string> differences)
        : base($"Checkpoint '{path}' does not fit the trainer of network '{networkName}', nothing was loaded:\n  "
            + $"{string.Join("\n  ", Bounded(differences))}")
    {
        NetworkName = networkName;
        Path = path;
        Differences = differences;
    }

    /// <summary>The network the checkpoint was for.</summary>
    public string NetworkName { get; }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>What differs, one thing a line, with the expected and the actual value.</summary>
    public IReadOnlyList<string> Differences { get; }

    private static IEnumerable<string> Bounded(IReadOnlyList<string> lines) =>
        lines.Count <= MaxLines ? lines : lines.Take(MaxLines).Append(MessageText.Invariant($"… and {lines.Count - MaxLines} more"));
}
