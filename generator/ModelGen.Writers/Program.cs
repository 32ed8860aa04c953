namespace ModelGen.Writers;

/// <summary>Writes the files of <see cref="WrittenFiles"/> anew, and names those that change.</summary>
internal static class Program
{
    private const string Solution = "ModelGen.sln";

    /// <param name="args">The repository, if it is not the working folder or one above.</param>
    /// <returns>0, or 1 where there is no repository.</returns>
    public static int Main(string[] args)
    {
        string start = args.Length > 0 ? args[0] : Environment.CurrentDirectory;
        string? root = Path.GetFullPath(start);
        while (root is not null && !File.Exists(Path.Combine(root, Solution)))
            root = Path.GetDirectoryName(root);
        if (root is null)
        {
            Console.Error.WriteLine($"no {Solution} in {start} or above; run this in the repository, or give its folder");
            return 1;
        }
        foreach ((string path, string text) in WrittenFiles.All(root))
        {
            string file = Path.Combine(root, path);
            if (File.Exists(file) && File.ReadAllText(file) == text)
                continue;
            File.WriteAllText(file, text);
            Console.WriteLine($"wrote {path}");
        }
        return 0;
    }
}
