namespace ModelGen;

/// <summary>
/// Runs pieces of work at the same time: how a network is given the threads of a program that has its own, a game's job system for
/// instance. Networks get one through their <c>Scheduler</c> property; a <see cref="WorkerTeam"/> is the one that comes with the library.
/// </summary>
public interface IParallelScheduler
{
    /// <summary>
    /// How many pieces a <see cref="Run"/> has, 1 to 1,024. Results do not depend on it. It may change between two calls of <c>Forward</c>,
    /// not during one.
    /// </summary>
    int Parallelism { get; }

    /// <summary>
    /// Calls <paramref name="work"/> once with each of 0 to <see cref="Parallelism"/> − 1 and returns when all calls have returned. They
    /// may run in any order, on any threads, at the same time or one after another: no call waits for another. Called some tens of times
    /// for each <c>Forward</c>, with work of some tens to thousands of microseconds; always the same delegate for one network, so nothing
    /// need be allocated.
    /// </summary>
    /// <remarks>
    /// Which pieces were run is checked, but for those of a <see cref="WorkerTeam"/>: one that is left out, asked for twice, or still
    /// running when this returns is an <see cref="InvalidOperationException"/> of the call that wanted it. The second of two calls with the
    /// same number does nothing.
    /// </remarks>
    /// <param name="work">The work; it does not throw, unless it reads a file that cannot be read.</param>
    void Run(Action<int> work);
}
