using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>Some of what is numbered: from <paramref name="First"/> to the one before <paramref name="End"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct IndexRange(int First, int End);
