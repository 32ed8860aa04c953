using ModelGen.Runtime;

namespace ModelGen;

/// <summary>
/// Threads that stay: each <see cref="Run"/> hands them work within a microsecond or so, and allocates nothing. A thread without work looks
/// for some for 200 microseconds and then sleeps, so that a program whose networks are idle uses no processor time.
/// </summary>
/// <remarks>
/// The calling thread works too, and takes over whatever no worker has begun when it is done with its own: a team is never much slower than
/// the calling thread alone, also where the processor is busy with something else. Where the platform has no threads, in a browser for
/// instance, a team is the calling thread alone, whatever was asked for, and <see cref="Parallelism"/> is 1. Networks may share a team;
/// while one uses it, another one's work runs on that one's calling thread. Without <see cref="Dispose"/> the threads end some time after
/// the team is no longer reachable, and with the program at the latest.
/// </remarks>
public sealed class WorkerTeam : IParallelScheduler, IDisposable
{
    internal const int MostParallelism = 1_024;

    private readonly Workers _workers;

    /// <summary>Starts <paramref name="parallelism"/> − 1 background threads.</summary>
    /// <param name="parallelism">Threads that work at the same time, the calling one included, 1 to 1,024.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or more than 1,024.</exception>
    public WorkerTeam(int parallelism) : this(parallelism, PlatformThreads.AreThere)
    {
    }

    internal WorkerTeam(int parallelism, bool hasThreads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parallelism, MostParallelism);
        _workers = new Workers(hasThreads ? parallelism : 1);
    }

    /// <summary>The threads know the workers, not the team: this runs when nobody else does.</summary>
    ~WorkerTeam() => _workers?.Stop();

    /// <summary>Threads that work at the same time, the calling one included; 1 where the platform has no others.</summary>
    public int Parallelism => _workers.Parts;

    /// <summary>
    /// Calls <paramref name="work"/> once with each of 0 to <see cref="Parallelism"/> − 1, on the calling thread and the team's, and
    /// returns when all have returned. Calls from several threads, and from within work, are allowed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The team has been disposed.</exception>
    /// <remarks>An exception of the work is thrown again here, the first of several, once all parts are done.</remarks>
    public void Run(Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        ObjectDisposedException.ThrowIf(_workers.IsStopping, this);
        _workers.Run(work);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Ends the threads. The calling thread waits for none of them; a <see cref="Run"/> that another thread is in still completes.
    /// </summary>
    public void Dispose()
    {
        _workers.Stop();
        GC.SuppressFinalize(this);
    }
}
