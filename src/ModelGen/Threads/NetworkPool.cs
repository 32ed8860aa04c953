namespace ModelGen;

/// <summary>
/// A bounded number of instances of a network over the same weights, for programs whose threads or requests come and go. Whoever needs the
/// network rents an instance, and gives it back at the end of a <c>using</c>:
/// <code>
/// var pool = new NetworkPool&lt;Digits&gt;(2, () =&gt; new Digits(weights));
///
/// using var lease = pool.Rent();
/// lease.Network.Forward(image, scores);
/// </code>
/// </summary>
/// <remarks>
/// Safe from any number of threads. Who comes when all instances are rented waits, first come, first served. An instance is made when it is
/// first needed; from then on renting allocates nothing, also where it waits. The instance that was given back last is rented first, since
/// its activations are still in the cache.
/// <para>
/// A lease is good until it is given back. Using the network that it had afterwards is an <see cref="ObjectDisposedException"/> of the
/// lease, or, of an instance that was kept beside it, an <see cref="InvalidOperationException"/> of the call that meets another one: never
/// a wrong result. A thread that waits for a second lease while it has the last one waits for itself.
/// </para>
/// </remarks>
/// <typeparam name="TNetwork">A generated network class; any class of whose instances one thread at a time may use one.</typeparam>
public sealed class NetworkPool<TNetwork> where TNetwork : class
{
    private readonly object _gate = new();
    private readonly Func<TNetwork> _create;
    private readonly TNetwork?[] _instances;
    // A lease knows the number that its slot had when it was rented; giving it back makes the number another one.
    private readonly long[] _rentals;
    private readonly int[] _free;
    private int _freeCount;
    // First come, first served: a list of those who wait.
    private PoolWaiter<TNetwork>? _first, _last;
    private PoolWaiter<TNetwork>? _unused;
    private int _waiting;

    /// <summary>Makes a pool without instances.</summary>
    /// <param name="capacity">The most instances, at least 1: as many as are to run at the same time, which is seldom more than there are
    /// cores.</param>
    /// <param name="create">Makes an instance; <c>() =&gt; new Digits(weights)</c>. Called at most <paramref name="capacity"/> times,
    /// unless it throws.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for an instance.</exception>
    public NetworkPool(int capacity, Func<TNetwork> create)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentNullException.ThrowIfNull(create);
        _create = create;
        _instances = new TNetwork?[capacity];
        _rentals = new long[capacity];
        _free = new int[capacity];
        for (int i = 0; i < capacity; i++)
            _free[i] = capacity - 1 - i;
        _freeCount = capacity;
    }

    /// <summary>The most instances.</summary>
    public int Capacity => _instances.Length;

    /// <summary>How many leases could be had without waiting, at this moment.</summary>
    public int Available
    {
        get
        {
            lock (_gate)
                return _freeCount;
        }
    }

    /// <summary>How many wait for an instance, at this moment.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting;
        }
    }

    /// <summary>Makes all instances that are not there yet, so that no request has to wait for that.</summary>
    public void Warm()
    {
        var leases = new List<NetworkLease<TNetwork>>();
        try
        {
            while (leases.Count < Capacity && TryRent(out NetworkLease<TNetwork> lease))
                leases.Add(lease);
        }
        finally
        {
            leases.ForEach(l => l.Dispose());
        }
    }

    /// <summary>Rents an instance, and waits for one where all are rented.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    /// <exception cref="InvalidOperationException">An instance was made that is null, or one that the pool has already.</exception>
    public NetworkLease<TNetwork> Rent(CancellationToken cancellation = default)
    {
        TryRent(Timeout.InfiniteTimeSpan, out NetworkLease<TNetwork> lease, cancellation);
        return lease;
    }

    /// <summary>Rents an instance if one is free.</summary>
    /// <param name="lease">The lease.</param>
    /// <returns>Whether one was.</returns>
    /// <exception cref="InvalidOperationException">An instance was made that is null, or one that the pool has already.</exception>
    public bool TryRent(out NetworkLease<TNetwork> lease) => TryRent(TimeSpan.Zero, out lease);

    /// <summary>Rents an instance, and waits for one, though not forever, where all are rented.</summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, or more than 2^31 − 1 milliseconds.</exception>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    /// <exception cref="InvalidOperationException">An instance was made that is null, or one that the pool has already.</exception>
    public bool TryRent(TimeSpan timeout, out NetworkLease<TNetwork> lease, CancellationToken cancellation = default)
    {
        long milliseconds = (long)timeout.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, Timeout.Infinite, nameof(timeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, int.MaxValue, nameof(timeout));
        cancellation.ThrowIfCancellationRequested();
        int slot = -1;
        PoolWaiter<TNetwork>? waiter = null;
        lock (_gate)
        {
            if (_freeCount > 0)
                slot = _free[--_freeCount];
            else if (milliseconds != 0)
                waiter = Enqueue(isAsynchronous: false);
        }
        if (waiter is not null)
        {
            waiter.Watch(cancellation);
            slot = waiter.Wait((int)milliseconds);
            Reuse(waiter);
            if (slot < 0)
                cancellation.ThrowIfCancellationRequested();
        }
        lease = slot < 0 ? default : Open(slot);
        return slot >= 0;
    }

    /// <summary>Rents an instance, and waits for one, without keeping a thread, where all are rented.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The lease; to be awaited once.</returns>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    /// <exception cref="InvalidOperationException">An instance was made that is null, or one that the pool has already.</exception>
    public ValueTask<NetworkLease<TNetwork>> RentAsync(CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<NetworkLease<TNetwork>>(cancellation);
        int slot;
        PoolWaiter<TNetwork>? waiter = null;
        lock (_gate)
        {
            slot = _freeCount > 0 ? _free[--_freeCount] : -1;
            if (slot < 0)
                waiter = Enqueue(isAsynchronous: true);
        }
        if (waiter is null)
            return new ValueTask<NetworkLease<TNetwork>>(Open(slot));
        short version = waiter.Version;
        waiter.Watch(cancellation);
        return new ValueTask<NetworkLease<TNetwork>>(waiter, version);
    }

    internal bool IsRented(int slot, long rental) => Volatile.Read(ref _rentals[slot]) == rental;

    internal TNetwork InstanceOf(int slot) => _instances[slot]!;

    /// <summary>Ends a lease; the second time it does nothing.</summary>
    internal void Return(int slot, long rental)
    {
        PoolWaiter<TNetwork>? next;
        lock (_gate)
        {
            if (_rentals[slot] != rental)
                return;
            Volatile.Write(ref _rentals[slot], rental + 1);
            next = _first;
            if (next is null)
                _free[_freeCount++] = slot;
            else
                Dequeue(next);
        }
        next?.Complete(slot);
    }

    /// <summary>Makes a lease of a slot that nobody else has, and the instance where there is none yet.</summary>
    internal NetworkLease<TNetwork> Open(int slot)
    {
        long rental = _rentals[slot];
        if (_instances[slot] is null)
        {
            try
            {
                _instances[slot] = Create();
            }
            catch
            {
                Return(slot, rental);
                throw;
            }
        }
        return new NetworkLease<TNetwork>(this, slot, rental);
    }

    private TNetwork Create()
    {
        TNetwork instance = _create()
            ?? throw new InvalidOperationException($"The pool of {typeof(TNetwork).Name} was given null for an instance.");
        return Array.IndexOf(_instances, instance) < 0 ? instance : throw new InvalidOperationException(
            $"The pool of {typeof(TNetwork).Name} was given the same instance twice; give it a new one each time, new "
                + $"{typeof(TNetwork).Name}(weights).");
    }

    /// <summary>Takes one who has waited long enough out of the queue.</summary>
    /// <returns>False where a slot has come meanwhile.</returns>
    internal bool GiveUp(PoolWaiter<TNetwork> waiter)
    {
        lock (_gate)
        {
            if (!waiter.IsQueued)
                return false;
            Dequeue(waiter);
            return true;
        }
    }

    /// <summary>Keeps the object for the next one who waits.</summary>
    internal void Reuse(PoolWaiter<TNetwork> waiter)
    {
        waiter.Unwatch();
        lock (_gate)
        {
            waiter.Next = _unused;
            _unused = waiter;
        }
    }

    private PoolWaiter<TNetwork> Enqueue(bool isAsynchronous)
    {
        PoolWaiter<TNetwork> waiter = _unused ?? new PoolWaiter<TNetwork>(this);
        _unused = waiter.Next;
        waiter.Begin(isAsynchronous);
        (waiter.Previous, waiter.Next) = (_last, null);
        if (_last is null)
            _first = waiter;
        else
            _last.Next = waiter;
        _last = waiter;
        _waiting++;
        return waiter;
    }

    private void Dequeue(PoolWaiter<TNetwork> waiter)
    {
        if (waiter.Previous is null)
            _first = waiter.Next;
        else
            waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null)
            _last = waiter.Previous;
        else
            waiter.Next.Previous = waiter.Previous;
        (waiter.Previous, waiter.Next, waiter.IsQueued) = (null, null, false);
        _waiting--;
    }
}
