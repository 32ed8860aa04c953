using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>What a trainer counts.</summary>
/// <param name="Seed">Of dropout, in the upper 32 bits.</param>
/// <param name="Steps">Steps and accumulated batches so far, the number of the next random masks.</param>
/// <param name="Updates">Updates so far.</param>
/// <param name="Accumulated">Samples accumulated for the next update.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct TrainerCounters(ulong Seed, ulong Steps, ulong Updates, int Accumulated);
