using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ModelGen.Generator.Collections;

/// <summary>
/// Runs work on a thread with a stack of known size. Compilers and editors call us on threads with 1 MiB and less, where the C# compiler's
/// own recursion over a chain of some hundred calls ends
/// the process, which nobody can catch; and what can be compiled should not depend on who compiles it.
/// </summary>
internal static class OwnStack
{
    /// <summary>
    /// Bytes of the stack: addresses, of which only what is used becomes memory. What <c>Nesting.Deepest</c> lets through needs a third at
    /// most.
    /// </summary>
    public const int Bytes = 64 << 20;

    // A third for what is running, a third for what is begun within it, and a third to spare.
    private const long MostBefore = Bytes / 3;

    // Where the stack of this thread begins, if it is one of ours.
    [ThreadStatic]
    private static long s_start;

    /// <summary>
    /// What the work returns or throws. Where this thread is one of ours and has used little of its stack, it is done here.
    /// </summary>
    public static T Run<T>(Func<T> work)
    {
        if (s_start != 0 && Math.Abs(s_start - Here()) < MostBefore)
            return work();
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread thread;
        try
        {
            thread = new Thread(Work, Bytes) { IsBackground = true, Name = "ModelGen" };
            thread.Start();
        }
        catch (Exception e) when (e is PlatformNotSupportedException or OutOfMemoryException)
        {
            // Where there are no threads, in browsers, the caller's stack has to do.
            return work();
        }
        thread.Join();
        failure?.Throw();
        return result;

        void Work()
        {
            s_start = Here();
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    // An address in the frame of this method, which is a little beyond that of its caller.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe long Here()
    {
        int local;
        return (long)&local;
    }
}
