using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>Where a step's result lies in the arena, for finding what went wrong.</summary>
/// <param name="Name">What made it.</param>
/// <param name="Offset">Floats from the arena's start.</param>
/// <param name="Length">Floats of a sample, or of all.</param>
/// <param name="IsPerSample">Whether there is one for each sample.</param>
/// <param name="Channels">Channels in blocks of 16, of which the last has unused lanes; 0 where all floats count.</param>
/// <param name="BlockStride">Floats from block to block.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct StepResult(string Name, int Offset, int Length, bool IsPerSample, int Channels, int BlockStride);
