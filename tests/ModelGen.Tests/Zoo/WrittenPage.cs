using System.Runtime.CompilerServices;

namespace ModelGen.Tests.Zoo;

/// <summary>
/// A page of the documentation that ends in a table of what the compiler makes of whole networks. The table is written by this program,
/// since <c>ModelGen.Writers</c> compiles none; all above it is written by hand.
/// </summary>
/// <param name="Name">Its name below <c>docs</c>.</param>
internal sealed record WrittenPage(string Name)
{
    /// <summary>What the program is told to write them all.</summary>
    public const string Verb = "pages";

    /// <summary>And what to take times as well.</summary>
    public const string Timed = "timed";

    private const string Mark = "<!-- The rest is written by 'dotnet run -c Release --project tests/ModelGen.Tests -- " + Verb + "'. -->\n";

    public static WrittenPage Zoo { get; } = new("zoo.md");

    public static WrittenPage Memory { get; } = new("memory.md");

    private string File => Path.GetFullPath(Path.Combine(Folder(), "../../../docs", Name));

    /// <summary>What it says today.</summary>
    public string Text => System.IO.File.ReadAllText(File);

    /// <summary>What it says with this table.</summary>
    /// <exception cref="InvalidOperationException">The line above the table is missing.</exception>
    public string Expected(string table)
    {
        int end = Text.IndexOf(Mark, StringComparison.Ordinal);
        return end < 0 ? throw new InvalidOperationException($"docs/{Name} has no line '{Mark.Trim()}'")
            : $"{Text[..(end + Mark.Length)]}\n{table}";
    }

    /// <summary>Writes all pages anew.</summary>
    /// <param name="isTimed">Whether times are taken.</param>
    public static int WriteAll(bool isTimed)
    {
        Zoo.Write(ZooTable.Write(isTimed));
        Memory.Write(MemoryTable.Write());
        return 0;
    }

    private void Write(string table)
    {
        System.IO.File.WriteAllText(File, Expected(table));
        Console.WriteLine($"wrote docs/{Name}");
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
