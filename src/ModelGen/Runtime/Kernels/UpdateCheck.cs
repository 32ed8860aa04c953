using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>
/// What a trainer's steps have found that is not finite. Kernels report it, on any thread, and the trainer asks between them: before the
/// first update, where all are checked by then, and after the last. A trainer whose parameters have become useless refuses everything until
/// a checkpoint repairs it, so that no good file is replaced by a bad one.
/// </summary>
/// <param name="network">The network's class, for messages.</param>
/// <param name="names">The names of the parameters that nodes of the plan update.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class UpdateCheck(string network, (int Node, string Name)[] names)
{
    private const long Nothing = long.MaxValue;

    private long _found = Nothing;
    private bool _isStopped;
    private string? _damage;

    /// <summary>Where a kernel reports to.</summary>
    /// <param name="node">The node of the plan.</param>
    public UpdateReport Of(int node) => new(this, node, 0, int.MaxValue, 0);

    /// <summary>The same for a piece of a parameter in blocks, of which the last is used in part.</summary>
    /// <param name="node">The node of the plan.</param>
    /// <param name="firstUnit">The first unit of 64 floats, or the only one.</param>
    /// <param name="endUnit">The unit behind the last.</param>
    /// <param name="full">Floats of all blocks but the last.</param>
    /// <param name="lanes">Lanes of the last block's vectors that are used.</param>
    public UpdateReport Of(int node, int firstUnit, int endUnit, int full, int lanes)
    {
        _ = endUnit;
        return new(this, node, firstUnit * 64, full, lanes);
    }

    /// <summary>Whether the step is to stop because something was found, while nothing has changed yet.</summary>
    public bool Stops() => _isStopped = Volatile.Read(ref _found) != Nothing;

    /// <summary>Says what was found.</summary>
    /// <exception cref="NonFiniteUpdateException">Something was.</exception>
    public void ThrowIfFound(long step)
    {
        if (Volatile.Read(ref _found) != Nothing)
            Throw(step);
    }

    private void Throw(long step)
    {
        int node = (int)(_found >> 8);
        var fault = (UpdateFault)(_found & 0xFF);
        string name = Array.Find(names, n => n.Node == node).Name ?? "";
        string quoted = MessageText.Quote(name);
        string what = fault switch
        {
            UpdateFault.Gradient => $"the gradient of parameter {quoted} is not finite",
            UpdateFault.Norm => $"the norm of all gradients, by which that of parameter {quoted} is clipped, is more than a float can be",
            UpdateFault.Sum => $"the sum of the gradients of parameter {quoted} is not finite",
            UpdateFault.RunningAverages => $"the running averages {quoted} would not be finite",
            _ => $"the gradient of parameter {quoted} is finite, but its update is not",
        };
        var found = new NonFiniteUpdateException(network, step, name, what, hasChanged: !_isStopped);
        if (!_isStopped)
            _damage = MessageText.Invariant(
                $"{network}.Trainer: step {step} has left values that are not finite: {what}. Only LoadCheckpoint makes the trainer "
                    + $"usable again.");
        (_found, _isStopped) = (Nothing, false);
        throw found;
    }

    /// <summary>Keeps a trainer from being used, or saved, once its parameters are useless.</summary>
    /// <exception cref="InvalidOperationException">They are.</exception>
    public void ThrowIfDamaged()
    {
        if (_damage is not null)
            throw new InvalidOperationException(_damage);
    }

    /// <summary>All was loaded anew.</summary>
    public void Repair() => _damage = null;

    /// <summary>Remembers the first of all that is found: nodes are in the order of steps.</summary>
    internal void Add(int node, UpdateFault fault)
    {
        long found = (long)node << 8 | (long)fault;
        for (long known = Volatile.Read(ref _found); found < known;)
        {
            long before = Interlocked.CompareExchange(ref _found, found, known);
            if (before == known)
                return;
            known = before;
        }
    }
}
