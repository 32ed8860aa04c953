using System.Diagnostics;

namespace ModelGen.Benchmarks;

internal static class ProcessorCores
{
    /// <summary>
    /// Binds the program to <paramref name="count"/> cores from <paramref name="first"/> on. On Linux this binds the main
    /// thread, which measures, and the threads and processes it starts from now on; the just-in-time compiler's own thread stays
    /// free. (<c>taskset -c 0 dotnet …</c> would bind that one too.)
    /// </summary>
    /// <returns>What was done, for the report.</returns>
    /// <exception cref="ArgumentException">The machine has no such cores.</exception>
    public static string Pin(int first, int count)
    {
        if (first < 0 || count < 1 || first + count > Math.Min(Environment.ProcessorCount, 64))
        {
            throw new ArgumentException(
                $"Cores {first} to {first + count - 1} were asked for; there are cores 0 to {Environment.ProcessorCount - 1}.");
        }

        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
        {
            return "not pinned (this system cannot)";
        }

        using var process = Process.GetCurrentProcess();
        process.ProcessorAffinity = (nint)((ulong.MaxValue >> (64 - count)) << first);
        return count == 1 ? $"pinned to core {first}" : $"pinned to cores {first}-{first + count - 1}";
    }
}
