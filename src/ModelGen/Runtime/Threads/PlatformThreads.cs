namespace ModelGen.Runtime;

/// <summary>Whether the platform can start threads.</summary>
internal static class PlatformThreads
{
    /// <summary>
    /// Not in a browser, whose one thread must not wait, nor under WASI. (A WebAssembly build with threads counts as one without.)
    /// </summary>
    public static bool AreThere => !OperatingSystem.IsBrowser() && !OperatingSystem.IsWasi();
}
