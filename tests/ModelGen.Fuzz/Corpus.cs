using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ModelGen.Fuzz;

/// <summary>Every input that ever failed, in <c>Corpus/TARGET</c>: replayed by <c>dotnet test</c> and before each run.</summary>
internal static class Corpus
{
    private static string Folder(FuzzTarget target, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Corpus", target.Name);

    /// <summary>The files of a target, in the order of their names.</summary>
    public static string[] Files(FuzzTarget target) =>
        Directory.Exists(Folder(target)) ? [.. Directory.GetFiles(Folder(target)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Keeps an input.</summary>
    /// <returns>The file.</returns>
    public static string Save(FuzzTarget target, byte[] input)
    {
        Directory.CreateDirectory(Folder(target));
        string file = Path.Combine(Folder(target), Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        File.WriteAllBytes(file, input);
        return file;
    }
}
