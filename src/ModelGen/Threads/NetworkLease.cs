namespace ModelGen;

/// <summary>An instance of a <see cref="NetworkPool{TNetwork}"/>, until it is given back.</summary>
/// <typeparam name="TNetwork">The network's class.</typeparam>
public readonly struct NetworkLease<TNetwork> : IDisposable, IEquatable<NetworkLease<TNetwork>> where TNetwork : class
{
    private readonly NetworkPool<TNetwork>? _pool;
    private readonly int _slot;
    private readonly long _rental;

    internal NetworkLease(NetworkPool<TNetwork> pool, int slot, long rental) => (_pool, _slot, _rental) = (pool, slot, rental);

    /// <summary>The instance, which is this lease's alone.</summary>
    /// <exception cref="ObjectDisposedException">It was given back, or there never was one.</exception>
    public TNetwork Network
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pool is null || !_pool.IsRented(_slot, _rental), typeof(NetworkLease<TNetwork>));
            return _pool.InstanceOf(_slot);
        }
    }

    /// <summary>Gives the instance back. Does nothing the second time, also of a copy.</summary>
    public void Dispose() => _pool?.Return(_slot, _rental);

    /// <summary>Whether both are copies of one lease.</summary>
    public bool Equals(NetworkLease<TNetwork> other) => _pool == other._pool && _slot == other._slot && _rental == other._rental;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NetworkLease<TNetwork> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_pool, _slot, _rental);

    /// <summary>Whether both are copies of one lease.</summary>
    public static bool operator ==(NetworkLease<TNetwork> left, NetworkLease<TNetwork> right) => left.Equals(right);

    /// <summary>Whether they are two leases.</summary>
    public static bool operator !=(NetworkLease<TNetwork> left, NetworkLease<TNetwork> right) => !left.Equals(right);
}
