using System.Runtime.InteropServices;

namespace ModelGen.Runtime;

/// <summary>
/// Asks the system to back large arrays with large pages where it would not do so unasked: weights and images are read from one end to the
/// other, and each page has to be looked up anew.
/// </summary>
internal static class LargePages
{
    private const nuint PageInBytes = Machine.LargePageBytes;
    private const nuint MostBytes = Machine.MostLargePagesBytes;

    // Whether all arrays may have large pages, however large, or none; arrays of no more than MostBytes do if the program does not say.
    private const string Switch = "ModelGen.LargePages";

    private const int MadvHugePage = 14;

    /// <summary>
    /// A hint, without any effect on what the array holds: it changes nothing where the system knows no such thing, and concerns pages
    /// alone that lie within the array. Does the most before the array is first written to.
    /// </summary>
    /// <param name="array">Pinned.</param>
    public static unsafe void Advise(float[] array)
    {
        nuint length = (nuint)array.Length * sizeof(float);
        bool wanted = AppContext.TryGetSwitch(Switch, out bool isOn) ? isOn : length <= MostBytes;
        if (!wanted || !OperatingSystem.IsLinux() || length < 2 * PageInBytes)
            return;
        fixed (float* memory = array)
        {
            nuint start = ((nuint)memory + PageInBytes - 1) & ~(PageInBytes - 1);
            nuint end = ((nuint)memory + length) & ~(PageInBytes - 1);
            try
            {
                _ = AdviseMemory((void*)start, end - start, MadvHugePage);
            }
            catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
            {
                // Without the C library under this name there is no hint.
            }
        }
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern unsafe int AdviseMemory(void* address, nuint length, int advice);
}
