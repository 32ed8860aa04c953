using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace ModelGen;

/// <summary>
/// One who waits for an instance of a pool: a thread, or a task. The object is used again for the next one, so that waiting allocates
/// nothing.
/// </summary>
internal sealed class PoolWaiter<TNetwork>(NetworkPool<TNetwork> pool) : IValueTaskSource<NetworkLease<TNetwork>>, IThreadPoolWorkItem
    where TNetwork : class
{
    private const int NoSlot = -1;

    private ManualResetValueTaskSourceCore<int> _task;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private bool _isAsynchronous;
    private bool _isDone;
    private int _slot;

    /// <summary>Whether no slot has come yet, nor the end of the waiting. For the pool, under its lock, as its neighbours are.</summary>
    public bool IsQueued { get; set; }

    public PoolWaiter<TNetwork>? Previous { get; set; }

    public PoolWaiter<TNetwork>? Next { get; set; }

    /// <summary>Of this use, for the task.</summary>
    public short Version => _task.Version;

    public void Begin(bool isAsynchronous)
    {
        _task.Reset();
        (_isAsynchronous, _isDone, _slot, IsQueued) = (isAsynchronous, false, NoSlot, true);
    }

    /// <summary>Ends the waiting when the token is cancelled.</summary>
    public void Watch(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        if (cancellation.CanBeCanceled)
            _registration = cancellation.UnsafeRegister(static waiter => ((PoolWaiter<TNetwork>)waiter!).Cancel(), this);
    }

    /// <summary>Returns when the token will not call any more.</summary>
    public void Unwatch()
    {
        _registration.Dispose();
        (_registration, _cancellation) = (default, default);
    }

    /// <summary>A slot has come, or none will.</summary>
    public void Complete(int slot)
    {
        if (_isAsynchronous)
        {
            // What waits goes on on a thread of the pool, not in the middle of whoever gave the instance back.
            _slot = slot;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
        lock (this)
        {
            (_slot, _isDone) = (slot, true);
            Monitor.Pulse(this);
        }
    }

    /// <summary>Waits on this thread.</summary>
    /// <returns>The slot; −1 if the time is over or the token was cancelled.</returns>
    public int Wait(int milliseconds)
    {
        long start = Stopwatch.GetTimestamp();
        lock (this)
        {
            while (!_isDone)
            {
                int left = milliseconds < 0 ? Timeout.Infinite
                    : (int)Math.Clamp(milliseconds - (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, int.MaxValue);
                if (left == 0)
                    break;
                Monitor.Wait(this, left);
            }
            if (_isDone)
                return _slot;
        }
        if (pool.GiveUp(this))
            return NoSlot;
        // The slot came at the last moment.
        return Wait(Timeout.Infinite);
    }

    void IThreadPoolWorkItem.Execute() => _task.SetResult(_slot);

    NetworkLease<TNetwork> IValueTaskSource<NetworkLease<TNetwork>>.GetResult(short token)
    {
        int slot = _task.GetResult(token);
        CancellationToken cancellation = _cancellation;
        pool.Reuse(this);
        if (slot == NoSlot)
            throw new OperationCanceledException(cancellation);
        return pool.Open(slot);
    }

    ValueTaskSourceStatus IValueTaskSource<NetworkLease<TNetwork>>.GetStatus(short token) => _task.GetStatus(token);

    void IValueTaskSource<NetworkLease<TNetwork>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _task.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (pool.GiveUp(this))
            Complete(NoSlot);
    }
}
