namespace ModelGen.Fuzz.Networks;

/// <summary>
/// The most memory that was held while something ran, garbage not counted. What is allocated in all says little of an interpreter, which
/// throws away a value with each step.
/// </summary>
internal static class HeldMemory
{
    /// <summary>Runs something.</summary>
    /// <exception cref="FuzzException">It held more.</exception>
    public static T Check<T>(long mostBytes, Func<T> run)
    {
        long before = GC.GetTotalMemory(forceFullCollection: false);
        long most = 0;
        using var done = new ManualResetEventSlim();
        var watch = new Thread(() =>
        {
            while (!done.Wait(20))
            {
                // A collection takes a while, so it is made only where there is something to collect.
                if (GC.GetTotalMemory(forceFullCollection: false) - before > mostBytes)
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        });
        watch.Start();
        try
        {
            T result = run();
            return most <= mostBytes ? result : throw new FuzzException($"held {most >> 20} MB");
        }
        finally
        {
            done.Set();
            watch.Join();
        }
    }
}
