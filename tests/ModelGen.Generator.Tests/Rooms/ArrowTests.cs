using System.Text.RegularExpressions;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Rooms;

/// <summary>
/// The compiler's rooms, which are its folders and namespaces, know one another one way: a room uses those above it in this list and none
/// below.
/// </summary>
public partial class ArrowTests
{
    // The drawing in docs/architecture.md shows the same order.
    private static readonly string[] Order =
    [
        "Collections", "Diagnostics", "Text", "Machine", "Graphs", "Ops", "Model", "Language",
        "Layouts", "Kernels", "Lowering", "Differentiation", "Passes", "Scheduling", "Emit", "", "Discovery",
    ];

    private static string Folder => Path.Combine(GeneratedFilesTests.Root(), "generator", "ModelGen.Generator");

    [Fact]
    public void NoRoomUsesOneBelowIt()
    {
        IEnumerable<string> back = Arrows().Where(a => Array.IndexOf(Order, a.Used) > Array.IndexOf(Order, a.Room))
            .Select(a => $"{Named(a.Room)} -> {Named(a.Used)}: {a.File}");

        Assert.Empty(back);
    }

    [Fact]
    public void EveryRoomIsKnownAndIsItsFolder()
    {
        Assert.NotEmpty(Sources());
        Assert.All(Sources(), source =>
        {
            string room = RoomOf(source.Text);
            Assert.Contains(room, Order);
            Assert.Equal(room, source.File.Contains('/', StringComparison.Ordinal) ? source.File.Split('/')[0] : "");
        });
    }

    // Roslyn's symbols and trees stay where C# is read; behind the front ends nobody knows where a network came from.
    [Fact]
    public void RoslynIsUsedWhereCSharpIsReadAndProblemsAreReported()
    {
        string[] expected = ["Diagnostics", "Discovery", "Language"];

        IEnumerable<string> users = Sources().Where(s => s.Text.Contains("using Microsoft.CodeAnalysis;", StringComparison.Ordinal))
            .Select(s => RoomOf(s.Text)).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(expected, users);
    }

    private static IEnumerable<(string File, string Room, string Used)> Arrows()
    {
        foreach ((string file, string text) in Sources())
        {
            string room = RoomOf(text);
            IEnumerable<string> used = Usings().Matches(text).Select(m => m.Groups["room"].Value)
                .Concat(Qualified().Matches(Comments().Replace(text, "")).Select(m => m.Groups["room"].Value));
            foreach (string other in used.Where(u => Order.Contains(u) && u != room).Distinct())
                yield return (file, room, other);
        }
    }

    private static IEnumerable<(string File, string Text)> Sources() =>
        from path in Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let file = Path.GetRelativePath(Folder, path).Replace('\\', '/')
        where !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal)
        let text = File.ReadAllText(path)
        where text.Contains("namespace ModelGen.Generator", StringComparison.Ordinal)
        select (file, text);

    private static string RoomOf(string text) => OwnNamespace().Match(text).Groups["room"].Value;

    private static string Named(string room) => room.Length == 0 ? "NetworkCompiler" : room;

    [GeneratedRegex(@"^namespace ModelGen\.Generator(\.(?<room>\w+))?", RegexOptions.Multiline)]
    private static partial Regex OwnNamespace();

    [GeneratedRegex(@"^using (static )?ModelGen\.Generator(\.(?<room>\w+))?[\w.]*;", RegexOptions.Multiline)]
    private static partial Regex Usings();

    // Emit.Something, where no using is needed, because all rooms lie in one namespace.
    [GeneratedRegex(@"(?<![\w.""])(?<room>[A-Z]\w+)\.[A-Z]\w+(\.|\()")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"//[^\n]*|""([^""\\\n]|\\.)*""")]
    private static partial Regex Comments();
}
