namespace ModelGen;

/// <summary>
/// Finds out what a path names before it is opened: opening a named pipe waits until somebody writes to it, and a device may do anything.
/// </summary>
internal static class RegularFile
{
    /// <summary>How a message calls what <see cref="IsEmptyOrNone"/> finds.</summary>
    public const string EmptyOrNone = "an empty file, a pipe or a device";

    /// <summary>
    /// Whether a path names something without a length: a pipe, a socket, a device, or a file that is empty, which no format is. Links are
    /// followed. What is not there at all or may not be looked at is left to opening, which says so.
    /// </summary>
    // On Windows opening does not wait, and what it opens says of itself that it cannot seek.
    public static bool IsEmptyOrNone(string path)
    {
        if (OperatingSystem.IsWindows())
            return false;
        try
        {
            FileSystemInfo named = new FileInfo(path);
            if (named.LinkTarget is not null)
                named = named.ResolveLinkTarget(returnFinalTarget: true) ?? named;
            return named is FileInfo { Exists: true, Length: 0 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
