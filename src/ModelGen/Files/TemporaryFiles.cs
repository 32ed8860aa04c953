using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ModelGen.Data;

namespace ModelGen;

/// <summary>
/// Names of temporary files that say who writes them, so that those of processes that were killed can be told from those that are being
/// written, and cleaned up.
/// </summary>
internal static class TemporaryFiles
{
    private const string Prefix = ".modelgen-", Suffix = ".tmp";

    // Two machines can share a folder, and two containers numbers of processes.
    private static readonly string Machine = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(Environment.MachineName))
        .ToString("x8", CultureInfo.InvariantCulture);
    private static readonly string Process = Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant();
    private static int number;

    /// <summary>A name that no other file has: .modelgen-MACHINE-PROCESS-RANDOM-NUMBER.tmp.</summary>
    public static string NewName() =>
        MessageText.Invariant($"{Prefix}{Machine}-{Environment.ProcessId}-{Process}-{Interlocked.Increment(ref number)}{Suffix}");

    /// <summary>
    /// Deletes files in a folder that processes of this machine left which are not there any more. A file whose writer holds it open stays
    /// in any case, and so does what fails: this is no reason not to save.
    /// </summary>
    public static void CleanUp(string folder)
    {
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, $"{Prefix}{Machine}-*{Suffix}"))
                TryDelete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void TryDelete(string file)
    {
        string[] parts = Path.GetFileName(file)[Prefix.Length..^Suffix.Length].Split('-');
        if (parts.Length != 4 || parts[2] == Process || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            || IsAlive(id))
            return;
        try
        {
            var info = new FileInfo(file);
            // Made a moment ago, perhaps, and not locked yet; or no file at all.
            if (info.LinkTarget is not null || info.Length == 0 && info.LastWriteTimeUtc > DateTime.UtcNow.AddMinutes(-1))
                return;
            // Its writer has it open for itself alone; the system forgets that when a process ends. On Windows deleting fails likewise.
            if (OperatingSystem.IsWindows())
            {
                File.Delete(file);
                return;
            }
            using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // A container's process has the number of the one before it, which is dead, then.
    private static bool IsAlive(int id)
    {
        if (id == Environment.ProcessId)
            return false;
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or NotSupportedException)
        {
            return true;
        }
    }
}
