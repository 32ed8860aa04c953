using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>
/// Where a kernel that updates some floats says that they are not finite, and which of them count: lanes that belong to no channel may hold
/// anything.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct UpdateReport
{
    private const int Block = KernelContract.Block;

    private readonly UpdateCheck? _check;
    private readonly int _node, _first, _full, _lanes;

    internal UpdateReport(UpdateCheck check, int node, int first, int full, int lanes) =>
        (_check, _node, _first, _full, _lanes) = (check, node, first, full, lanes);

    /// <summary>Whether anybody wants to know.</summary>
    internal bool IsWanted => _check is not null;

    /// <summary>Whether a float of the kernel's belongs to a channel.</summary>
    internal bool Counts(nint index) => _first + index < _full || (_first + index) % Block < _lanes;

    internal void Add(UpdateFault fault) => _check?.Add(_node, fault);
}
