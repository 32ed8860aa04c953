using System.Runtime.CompilerServices;

namespace ModelGen.Fuzz.Definitions;

/// <summary>Every program that ever differed, made small.</summary>
internal static class DefinitionCorpus
{
    /// <summary>The files, in the order of their names.</summary>
    public static string[] Files => [.. Directory.GetFiles(Folder()).Order(StringComparer.Ordinal)];

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Corpus", "definitions");
}
