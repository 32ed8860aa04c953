using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Keeps a second call out of an instance while one is running: both would write their activations into the same memory. Costs one
/// interlocked operation a call, and allocates nothing. The owner is the number of the thread whose call is running, 0 while there is none.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Exclusive
{
    /// <summary>Begins a call on a network; <see cref="Leave"/> ends it, also when the call throws.</summary>
    /// <exception cref="InvalidOperationException">Another call is running, on another thread or around this one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref int owner, string network)
    {
        int running = Interlocked.CompareExchange(ref owner, Environment.CurrentManagedThreadId, 0);
        if (running != 0)
            ThrowIsRunning(
                running, network, "instance", $"give each thread an instance of its own over the same weights, new {network}(weights)");
    }

    /// <summary>Begins a call on a network's trainer; <see cref="Leave"/> ends it, also when the call throws.</summary>
    /// <exception cref="InvalidOperationException">Another call is running, on another thread or around this one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnterTrainer(ref int owner, string network)
    {
        int running = Interlocked.CompareExchange(ref owner, Environment.CurrentManagedThreadId, 0);
        if (running != 0)
            ThrowIsRunning(
                running, network
                    + $".Trainer", "trainer",
                        $"to use the network while it is trained, take new {network}(trainer.ToWeights()) between two steps");
    }

    /// <summary>Ends a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Leave(ref int owner) => Volatile.Write(ref owner, 0);

    private static void ThrowIsRunning(int running, string who, string what, string remedy) => throw new InvalidOperationException(
        running == Environment.CurrentManagedThreadId
            ? MessageText.Invariant(
                $"{who}: called from within another call on the same {what}, by its scheduler for instance. One {what} does one call at "
                    + $"a time, whose memory is its own; {remedy}.")
            : MessageText.Invariant(
                $"{who}: another call on the same {what} is running on thread {running}. One {what} does one call at a time, whose "
                    + $"memory is its own; {remedy}."));
}
