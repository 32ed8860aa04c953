namespace ModelGen;

/// <summary>What a checkpoint says beside weights and optimizer, which are the trainer's again.</summary>
/// <param name="Epoch">The number it was saved with.</param>
/// <param name="Updates">How many updates the parameters have had.</param>
/// <param name="Notes">The text it was saved with; empty for none.</param>
public sealed record Checkpoint(int Epoch, long Updates, IReadOnlyDictionary<string, string> Notes);
