namespace ModelGen.Tests.Networks;

/// <summary>Bytes that code allocates once it is warm.</summary>
internal static class Allocations
{
    private const int WarmUp = 100;
    private const int Windows = 3;

    /// <summary>
    /// The fewest bytes that <paramref name="count"/> runs allocate on this thread, of three tries. What the code itself allocates is there
    /// every time; what the runtime allocates once, when it compiles a method anew while the test runs, is not.
    /// </summary>
    public static long Of(int count, Action run)
    {
        for (int i = 0; i < WarmUp; i++)
            run();
        long fewest = long.MaxValue;
        for (int window = 0; window < Windows && fewest > 0; window++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
                run();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return fewest;
    }
}
