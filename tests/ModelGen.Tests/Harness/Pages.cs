using System.Runtime.InteropServices;

namespace ModelGen.Tests.Harness;

/// <summary>
/// Memory by the page, on Linux. Whoever reads or writes where access was taken away ends the process, so such tests run in a child
/// process.
/// </summary>
internal static class Pages
{
    private const int NoAccess = 0, ReadAndWrite = 3;
    private const int PrivateAndAnonymous = 0x22;

    /// <summary>Bytes of a page.</summary>
    public static int Size { get; } = Environment.SystemPageSize;

    /// <summary>Whether this system has the functions.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>As many bytes as whole pages have that hold them.</summary>
    public static nint RoundUp(nint bytes) => (bytes + Size - 1) / Size * Size;

    /// <summary>Pages of zeros between two without access.</summary>
    /// <param name="bytes">A multiple of <see cref="Size"/>.</param>
    /// <returns>The first byte.</returns>
    public static nint Allocate(nint bytes)
    {
        nint first = Map(0, bytes + 2 * Size, NoAccess, PrivateAndAnonymous, -1, 0);
        if (first == -1 || Protect(first + Size, bytes, ReadAndWrite) != 0)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"no {bytes} bytes between guards: error {Marshal.GetLastPInvokeError()}"));
        }
        return first + Size;
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave.</summary>
    public static void Free(nint first, nint bytes) => _ = Unmap(first - Size, bytes + 2 * Size);

    /// <summary>Takes all access away.</summary>
    public static void Forbid(nint first, nint bytes)
    {
        if (Protect(first, bytes, NoAccess) != 0)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"{bytes} bytes at {first:X} keep their access: error {Marshal.GetLastPInvokeError()}"));
        }
    }

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static extern int Protect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nint length);
}
