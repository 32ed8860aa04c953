using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Tests.Json;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>Whatever state a text is in while somebody types, or whatever its names are, no error is in generated code.</summary>
public class TypingTests
{
    private const string Attributes = """
        using ModelGen;
        namespace Zoo.Small;
        public partial class Outer
        {
            [Network(Batch = 2, Profile = true), Trainable(Optimizer = Optimizer.Adam), Input(1, 8, 8)]
            [Conv2d(4, 3, Name = "stem"), Relu, Flatten, Linear(3)]
            internal sealed partial class Digits
            {
                public int Own { get; set; }
            }
            Digits.Trainer? _trainer;
        }
        """;

    private const string Definition = """
        using ModelGen;
        [Network, Trainable(AuxiliaryWeight = 0.3)]
        public partial class Net
        {
            static (Tensor output, Tensor side) Define([Shape(1, 8, 8)] Tensor image, [Shape(3)] Tensor prior)
            {
                Tensor x = Block(image, 4).Flatten();
                return (x.Linear(3) + prior, x.Linear(3));
            }
            static Tensor Block(Tensor x, int width) => x.Conv2d(width, 3, padding: 1).Relu();
        }
        """;

    private const string File = """
        {
          "name": "Tiny", "namespace": "Zoo", "accessibility": "internal", "inputs": { "left": [1, 8, 8], "right": [3] },
          "layers": [{ "op": "Conv2d", "from": "left", "outChannels": 4, "kernelSize": 3 }, { "op": "Flatten" }, { "op": "Linear", "name": "fc", "outFeatures": 3 }],
          "outputs": { "output": "fc", "also": "flatten1" }, "batch": 4, "trainable": { "auxiliaryWeight": 0, "optimizer": "AdamW" }
        }
        """;

    [Theory]
    [InlineData(Attributes)]
    [InlineData(Definition)]
    public void NoPartOfASourceBringsErrorsIntoGeneratedCode(string whole)
    {
        GeneratorDriver driver = Compile.Driver();
        foreach (string text in PartsOf(whole))
        {
            driver = driver.RunGeneratorsAndUpdateCompilation(Compile.Create(text), out Compilation output,
                out ImmutableArray<Diagnostic> diagnostics);
            AssertGeneratedCodeIsRight(driver, output, diagnostics, text);
        }
    }

    [Fact]
    public void NoPartOfAFileBringsErrorsIntoGeneratedCode()
    {
        foreach (string text in PartsOf(File))
        {
            GeneratorDriver driver = CompileJson.Driver([new CompileJson.InMemoryText("/a/Tiny.network.json", text)])
                .RunGeneratorsAndUpdateCompilation(Compile.Create("namespace Zoo; partial class Tiny { int _own; }"),
                    out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
            AssertGeneratedCodeIsRight(driver, output, diagnostics, text);
        }
    }

    public static TheoryData<string> Names =>
    [
        "var", "nint", "nuint", "dynamic", "record", "file", "scoped", "field", "async", "when", "partial", "nameof", "global", "extension",
        "_", "class", "this",
        "System", "ModelGen", "Generated", "Floats", "Span", "Unsafe", "Math", "Int32", "At", "Weights", "Trainer", "_modelGenArena",
        "InputLength", "Forward", "Linear",
    ];

    // As the network itself, as a class beside it, as a class around it, as its namespace, and as a member.
    [Theory]
    [MemberData(nameof(Names))]
    public void NoNameBringsErrorsIntoGeneratedCode(string name)
    {
        const string Network = "[ModelGen.Network, ModelGen.Trainable, ModelGen.Input(4), ModelGen.Linear(3), ModelGen.Softmax]";
        foreach (string text in new[]
        {
            $"{Network} public partial class @{name};",
            $"public class @{name}; {Network} public partial class Digits;",
            $"public partial class @{name} {{ {Network} public partial class Digits; }}",
            $"namespace @{name} {{ {Network} public partial class Digits; }}",
            $"namespace Own {{ public class @{name}; {Network} public partial class Digits; }}",
            $"{Network} public partial class Digits {{ int @{name}; }}",
            $"{Network} public partial class Digits {{ class @{name}; }}",
        })
        {
            GeneratorDriver driver = Compile.Driver().RunGeneratorsAndUpdateCompilation(Compile.Create(text), out Compilation output,
                out ImmutableArray<Diagnostic> diagnostics);
            AssertGeneratedCodeIsRight(driver, output, diagnostics, text);
        }
    }

    private static void AssertGeneratedCodeIsRight(GeneratorDriver driver, Compilation output, ImmutableArray<Diagnostic> diagnostics,
        string text)
    {
        Assert.DoesNotContain(diagnostics, d => d.Id is "MG9999" or "CS8785");
        ImmutableArray<SyntaxTree> generated = driver.GetRunResult().GeneratedTrees;
        Diagnostic[] errors = [.. output.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)];
        Diagnostic? wrong = errors.FirstOrDefault(d => d.Location.SourceTree is SyntaxTree tree && generated.Contains(tree));
        Assert.True(wrong is null, $"{wrong}\nof\n{text}\n{wrong?.Location.SourceTree}");
        // Nor is a network a stub without a word.
        bool hasStub = generated.Any(t => t.ToString().Contains("was compiled with errors", StringComparison.Ordinal));
        Assert.True(!hasStub || errors.Length > 0 || diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error),
            $"a stub without an error of\n{text}");
    }

    // The beginnings, as somebody types, and all without one word, bracket or string.
    private static IEnumerable<string> PartsOf(string text)
    {
        for (int length = 0; length < text.Length; length += 3)
            yield return text[..length];
        foreach (SyntaxToken token in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Where(t => t.Span.Length > 0))
            yield return text.Remove(token.SpanStart, token.Span.Length);
    }
}
