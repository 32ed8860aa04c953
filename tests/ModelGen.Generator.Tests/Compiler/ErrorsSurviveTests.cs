using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Compiler;

/// <summary>A network that is wrong fails the build whatever is switched off, and says why before anything else does.</summary>
public class ErrorsSurviveTests
{
    private const string Trains = "class User { Digits.Trainer? A; Digits.Weights? B; Digits C = null!; }";

    private static IEnumerable<string> AllIds => DiagnosticCatalog.All.Select(d => d.Id);

    // All pages in one compilation, each in a namespace of its own, with every switch thrown and an error beside them that stops the
    // compiler before analyzers.
    [Fact]
    public async Task EveryErrorOfThePagesSurvivesEverySwitch()
    {
        using Csc csc = new Csc().Silence(AllIds).Source("Unrelated.cs", "class Unrelated { Missing? M; }");
        string[] ids = [.. DiagnosticPages.Ids.Where(id => !DiagnosticCatalog.IsWarning(id))];
        foreach (string id in ids.Where(DiagnosticPages.IsOfClass))
            csc.Source($"{id}.cs",
                $"#pragma warning disable\n#pragma warning disable {id}\n#nullable disable\nnamespace "
                    + $"P{id}\n{{\n{DiagnosticPages.CompleteSource(DiagnosticPages.ExamplesOf(id)[0])}\n}}\n");
        foreach (string id in ids.Where(DiagnosticPages.IsOfFile))
        {
            foreach ((int i, string text) in DiagnosticPages.CompleteFiles(DiagnosticPages.ExamplesOf(id)[0]).Index())
                csc.Additional($"{id}.{i}.network.json",
                    text.Replace("\"name\": \"Net\"", $"\"name\": \"Net{id}\"", StringComparison.Ordinal));
        }
        CscResult result = await csc.Run();
        Assert.NotEqual(0, result.ExitCode);
        foreach (string id in ids.Where(id => DiagnosticPages.IsOfClass(id) || DiagnosticPages.IsOfFile(id)))
            Assert.True(result.Lines.Any(l => l.Id == id && l.Severity == "error" && l.File.StartsWith(id + ".", StringComparison.Ordinal)),
                $"{id} is not there:\n{result.Text}");
        Assert.Contains(result.Lines, l => l.Id == "CS0246");
        int lastOfOurs = result.Lines.Select((l, i) => l.IsOurs ? i : -1).Max();
        Assert.All(result.Lines.Take(lastOfOurs), l => Assert.True(l.IsOurs, result.Text));
        // Nor does one of them bring another: stubs have all that was asked for.
        Assert.All(result.Lines, l => Assert.True(l.IsOurs || l.Id is "CS0246" or "CS0260", l.ToString()));
    }

    [Fact]
    public async Task NothingIsSaidTwiceOrFollowsFromAnother()
    {
        const string Wrong = "using ModelGen; [Network, Input(3, 32, 32), Conv2d(8, 3), Linear(10), Trainable]";
        using Csc csc = new Csc()
            .Source("Wrong.cs", $"#pragma warning disable\n{Wrong} partial class Digits; {Trains}")
            .Source("NotPartial.cs", "namespace B { using ModelGen; [Network, Input(8), Linear(10), Trainable] class Digits; " + Trains
                + " }")
            .Source("Abstract.cs",
                "namespace C { using ModelGen; [Network, Input(8), Linear(10), Trainable] abstract partial class Digits; " + Trains + " }")
            .Source("Doubt.cs", "namespace D { using ModelGen; [Network, Input(8), Linear(0), Trainble] partial class Digits; " + Trains
                + " }")
            .Source("Clash.cs",
                "namespace E { using ModelGen; [Network, Input(8), Linear(10), Trainable] partial class Digits { int Batch; } " + Trains
                    + " }")
            .Additional("Comma.network.json",
                """{ "name": "Digits", "namespace": "F", "inputs": { "x": [8] }, "layers": [{ "op": "Linear", "outFeatures": 4 """
                    + """}], "trainable": {}, }""")
            .Additional("Key.network.json",
                """{ "name": "Digits", "namespace": "G", "inputs": { "x": [8] }, "layers": [{ "op": "Linear", "outFeatures": 4 """
                    + """}], "trainble": {} }""")
            .Source("Json.cs", $"namespace F {{ {Trains} }}\nnamespace G {{ {Trains} }}\n")
            .Source("Unrelated.cs", "class Unrelated { Missing? M; }");
        CscResult result = await csc.Run();
        Assert.Equal(
            ["Abstract.cs MG0008", "Clash.cs MG0008", "Comma.network.json MG0301", "Doubt.cs MG0005", "Doubt.cs MG0012",
                "Key.network.json MG0302", "NotPartial.cs MG0001", "Wrong.cs MG0102",
                "Doubt.cs CS0246", "Doubt.cs CS0246", "NotPartial.cs CS0260", "Unrelated.cs CS0246"],
            result.Lines.Where(l => l.Severity == "error").OrderByDescending(l => l.IsOurs).ThenBy(l => l.File, StringComparer.Ordinal)
                .Select(l => $"{l.File} {l.Id}"));
        Assert.All(result.Lines.Take(8), l => Assert.True(l.IsOurs, result.Text));
    }

    // A block that three networks share, in a file that declares none of them.
    [Fact]
    public async Task AMistakeInASharedBlockIsToldOnceWhereItIs()
    {
        using Csc csc = new Csc()
            .Source("Blocks.cs",
                "using ModelGen; static class Blocks { public static Tensor Head(this Tensor x, int width) => x.Conv2d(width, "
                    + "3).Linear(10); }")
            .Source("A.cs", "using ModelGen; [Network] partial class A { static Tensor Define([Shape(3, 8, 8)] Tensor x) => x.Head(4); }")
            .Source("B.cs", "using ModelGen; [Network] partial class B { static Tensor Define([Shape(3, 9, 9)] Tensor x) => x.Head(5); }")
            .Source("C.cs",
                "using ModelGen; [Network] partial class C { static Tensor Define([Shape(1, 8, 8)] Tensor x) => x.Relu().Head(4); }");
        Assert.Equal(
            new CscLine("Blocks.cs", "error", "MG0102",
                "Linear 'fc1' needs 1 dimension per sample, got 4×6×6; put Flatten before it — in Head(3×8×8, 4) (so in B, C too)"),
            Assert.Single((await csc.Run()).Lines));
    }

    [Fact]
    public async Task WarningsStayTheAuthorsToSwitchOff()
    {
        const string Unread = "using ModelGen; [Network, Input(1, 9, 8), MaxPool2d(2)] partial class ";
        using Csc csc = new Csc().Source("Warned.cs", Unread + "Warned;")
            .Source("Quiet.cs", "#pragma warning disable MG0106\n" + Unread + "Quiet;");
        CscLine line = Assert.Single((await csc.Run()).Lines);
        Assert.Equal(("Warned.cs", "warning", "MG0106"), (line.File, line.Severity, line.Id));
    }

    [Theory]
    [InlineData("11")]
    [InlineData("9")]
    [InlineData("7.3")]
    public async Task AnOldLanguageIsOneError(string version)
    {
        using Csc csc = new Csc().Option("-langversion:" + version).Option("-nullable:disable")
            .Source("A.cs",
                "namespace A { using ModelGen; [Network, Input(1, 8, 8), Conv2d(8, 3), Flatten, Linear(10), Trainable] partial class "
                    + "Digits { } class User { Digits.Trainer T; Digits.Weights W; } }")
            .Source("B.cs",
                "namespace B { using ModelGen; [Network, Input(8), Linear(10)] public sealed partial class Digits { } class User { "
                    + "Digits.Weights W; } }")
            .Additional("Tiny.network.json",
                """{ "name": "Tiny", "inputs": { "x": [8] }, "layers": [{ "op": "Relu" }], "trainable": {} }""");
        CscLine line = Assert.Single((await csc.Run()).Lines, l => l.Severity == "error");
        Assert.Equal(("A.cs", "MG0011"), (line.File, line.Id));
        Assert.Equal(
            "the code that ModelGen generates is C# 12.0, but this project is compiled as C# "
                + $"{(version.Contains('.', StringComparison.Ordinal) ? version : version + ".0")}; "
            + "remove <LangVersion> from the project file, or set it to 12.0 or later", line.Message);
    }

    // What generators write is not there yet when a network is read, and is there when the compiler looks: it has nothing to say then, and
    // the network would be a stub.
    [Fact]
    public async Task NoNetworkIsAStubWithoutAWord()
    {
        using Csc csc = new Csc()
            .Source("A.cs", "using ModelGen; [Network, Input(8), Linear(4)] partial class A;")
            .Source("Attribute.cs", "using ModelGen; [Network, Input(A.OutputLength), Linear(4)] partial class B;")
            .Source("Definition.cs",
                "using ModelGen; [Network] partial class C { static Tensor Define([Shape(8)] Tensor x) => x.Linear(InputLength); }")
            .Source("Batch.cs", "using ModelGen; [Network(Batch = A.OutputLength), Input(8), Linear(4)] partial class D;")
            .Source("Trained.cs", "using ModelGen; [Network, Trainable(BatchSize = A.OutputLength), Input(8), Linear(4)] partial class E;")
            .Source("Shape.cs",
                "using ModelGen; [Network] partial class F { static Tensor Define([Shape(A.OutputLength)] Tensor x) => x.Linear(2); }");
        CscResult result = await csc.Run();
        Assert.Equal(["Attribute.cs", "Batch.cs", "Definition.cs", "Shape.cs", "Trained.cs"],
            result.Lines.Where(l => l.Id == "MG0012").Select(l => l.File));
        Assert.Equal(5, result.Lines.Count);
    }

    [Fact]
    public async Task TheZooIsForEachProjectOfAProgram()
    {
        string[] zoo = Directory.GetFiles(Path.Combine(GeneratedFilesTests.Root(), "src/ModelGen.Zoo"), "*.cs");
        string directory = Directory.CreateTempSubdirectory("modelgen-zoo-").FullName;
        string library = Path.Combine(directory, "Library.dll");
        const string Usings =
            "global using System; global using System.Collections.Generic; global using System.Linq; global using ModelGen; global using "
                + "ModelGen.Zoo;\n";
        const string Network =
            "[Network] public partial class NAME { static Tensor Define([Shape(3, 32, 32)] Tensor image) => CifarResNet.Build(image, "
                + "20); }";
        using Csc first = zoo.Aggregate(new Csc(), (csc, file) => csc.File_(file))
            .Source("First.cs", Usings + "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Program\")]\n"
                + Network.Replace("NAME", "First", StringComparison.Ordinal));
        Assert.Equal("", (await first.Run(library)).Text);
        using Csc second = zoo.Aggregate(new Csc().Reference(library), (csc, file) => csc.File_(file))
            .Source("Second.cs", Usings + Network.Replace("NAME", "Second", StringComparison.Ordinal)
                + "\nclass User { First? F; Second? S; }").Option("-nowarn:CS0169");
        Assert.Equal("", (await second.Run(Path.Combine(directory, "Program.dll"))).Text);
        Directory.Delete(directory, recursive: true);
    }
}
