using System.Runtime.ExceptionServices;

namespace ModelGen.Generator.Collections;

/// <summary>
/// Runs work on a thread with a stack of known size. Compilers and editors call us on threads with 1 MiB and less, where the C# compiler's own recursion over a chain of some hundred calls ends
/// the process, which nobody can catch; and what can be compiled should not depend on who compiles it.
/// </summary>
internal static class OwnStack
{
    /// <summary>Bytes of the stack: addresses, of which only what is used becomes memory. What <c>Nesting.Deepest</c> lets through needs a third at most.</summary>
    public const int Bytes = 64 << 20;

    /// <summary>What the work returns or throws.</summary>
    public static T Run<T>(Func<T> work)
    {
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
}
