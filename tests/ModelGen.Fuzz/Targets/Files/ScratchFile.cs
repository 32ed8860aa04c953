namespace ModelGen.Fuzz.Targets.Files;

/// <summary>One file that every input is written to, in memory where the system has a folder for that. Gone with the process.</summary>
internal sealed class ScratchFile
{
    private string? path;

    /// <summary>Writes the content.</summary>
    /// <returns>The file.</returns>
    public string Write(byte[] content)
    {
        if (path is null)
        {
            string folder = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
                $"modelgen-fuzz-{Guid.NewGuid():N}");
            Directory.CreateDirectory(folder);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
            path = Path.Combine(folder, "input");
        }
        File.WriteAllBytes(path, content);
        return path;
    }
}
