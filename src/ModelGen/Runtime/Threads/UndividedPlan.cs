using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>A plan that is too small to be divided: settings are kept, threads are not started.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class UndividedPlan(string network) : ParallelPlan(network)
{
    /// <inheritdoc/>
    protected override bool IsDivided => false;

    /// <inheritdoc/>
    protected override void Steps(int first, int afterLast, int part, int parts) => throw new NotSupportedException();
}
