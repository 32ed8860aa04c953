using FsCheck;
using FsCheck.Fluent;
using Microsoft.CodeAnalysis;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>
/// Whatever a definition says, there is a graph or a diagnostic, never an exception; and it is the graph, or the failure, of the real
/// language.
/// </summary>
public class RandomProgramsTests
{
    private static readonly string[] Stock =
    [
        "x = x.Conv2d(1 + (a & 7), 1);", "x = x.Relu();", "x = x + x.Tanh();", "x = x.MaxPool2d(2);", "(a, b) = (b, a + 1);",
        "l.Add(a); b = l[^1] + l.Count;", "a = v[b];",
        "v[1] += a; b = v[1];", "s += a % 10; b = s.Length;", "x = x.Relu(name: \"n\" + s.Length + \"_\" + l.Count);",
        "if (s.Length > 6) throw new Exception(s);", "a = F(b);", "b = g(a);",
        "foreach (int q in v) a += q;", "l.AddRange(v); a = l.Sum();", "var (c, d) = (a, (b, a)); b = c + d.Item2;",
        "b = (int)(c2 * a); c2 = b / 3f;", "Span<int> z = v; a = z[0];",
        "b = checked(a * a);", "a = b switch { < 0 => -b, 0 => 7, > 100 and var w => w / 2, _ => b };",
        "while (a > 0) { a /= 2; if (a == 3) break; }", "try { a++; } finally { }", "a = u;",
    ];

    private static Gen<string> Number => Gen.Sized(size => NumberOf(Math.Min(size, 4)));

    [Fact]
    public void InterpretedAndCompiledAgree()
    {
        (int graphs, int failures) = (0, 0);
        Prop.ForAll(Arb.From(Statements(3)), body =>
        {
            string source = Defined.Network(
                "int a = 3, b = 5; float c2 = 1.5f; string s = \"\"; int[] v = [4, 1, 2]; var l = new List<int>(); Func<int, int> g = n "
                    + $"=> n * 2 + b;\n{body}\nreturn x.Relu();",
                "static int F(int n) => n <= 0 || n > 30 ? 1 : F(n - 1) + 1;");
            var compilation = Compile.Create(source);
            DefinitionResult result = Defined.Interpret(compilation);
            bool isRefused = compilation.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error);
            LocatedProblem<Location>? error = result.Problems.FirstOrDefault(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));
            Assert.True(isRefused || result.Network.Graph is null == error is not null, source);
            // What C# leaves open is the hardware's to say.
            if (isRefused || error?.Problem.Id is "MG0201" or "MG0203"
                || error?.Problem.Message.Contains("leaves the result open", StringComparison.Ordinal) is true)
                return;
            Graph? recorded = null;
            Exception? failure = Xunit.Record.Exception(() => recorded = Defined.Record(compilation));
            Assert.True(failure is null == error is null, $"{error?.Problem.Message} but {failure}\n{source}");
            Assert.Equal(recorded, result.Network.Graph);
            if (error is null)
                graphs++;
            else
                failures++;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(250).WithReplay(20240607, 11));
        Assert.True(graphs > 50 && failures > 10, $"{graphs} graphs and {failures} failures of 250 are too few to say anything");
    }

    [Fact]
    public void BrokenTextNeverThrows() =>
        Prop.ForAll(Arb.From(Statements(2)), Gen.Choose(0, 400).ToArbitrary(), Gen.Choose(1, 12).ToArbitrary(), (body, start, length) =>
    {
        string source = Defined.Network(
            $"int a = 3, b = 5; float c2 = 1; string s = \"\"; int[] v = [4, 1, 2]; var l = new List<int>(); {body} return x.Relu();");
        int cut = Math.Min(start + 150, source.Length - length);
        source = source.Remove(cut, length);
        var compilation = Compile.Create(source);
        if (compilation.GetTypeByMetadataName("Net") is { } type && DefinitionReader.MethodsOf(type, hasLayers: false).Count > 0)
            Defined.Interpret(compilation);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20240608, 13));

    private static Gen<string> Statements(int depth) =>
        from count in Gen.Choose(1, 4) from parts in Statement(depth).ArrayOf(count) select string.Join("\n", parts);

    private static Gen<string> Statement(int depth)
    {
        Gen<string> simple = Gen.Frequency(
            (6, Gen.Elements(Stock)),
            (3, from name in Gen.Elements("a", "b") from op in Gen.Elements("=", "+=", "-=", "*=", "^=", "<<=", "%=") from value in Number
                select $"{name} {op} {value};"),
            (1, from value in Number select $"x = x.Conv2d({value}, 1);"));
        if (depth == 0)
            return simple;
        return Gen.Frequency(
            (4, simple),
            (1, from value in Truth from yes in Statements(depth - 1) from no in Statements(depth - 1)
                select $"if ({value}) {{ {yes} }} else {{ {no} }}"),
            (1, from n in Gen.Choose(0, 3) from body in Statements(depth - 1) from value in Truth
                select $"for (int i{depth} = 0; i{depth} < {n}; i{depth}++) {{ {body} if ({value}) continue; a += i{depth}; }}"),
            (1, from value in Number from one in Statements(depth - 1) from two in Statements(depth - 1)
                select $"switch ({value}) {{ case 0 or > 9: {{ {one} }} break; default: {{ {two} }} break; }}"));
    }

    private static Gen<string> Truth =>
        from left in Number from op in Gen.Elements("<", "<=", "==", "!=", ">") from right in Number from more in Gen.Elements("",
            " && a > b", " || !(a < 3)") select $"{left} {op} {right}{more}";

    private static Gen<string> NumberOf(int size) => size <= 0
        ? Gen.Elements("a", "b", "0", "1", "2", "7", "-3", "v[0]", "l.Count", "x.Channels", "x.Height", "int.MaxValue")
        : Gen.OneOf(
            NumberOf(0),
            from left in NumberOf(size - 1) from op in Gen.Elements("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>",
                ">>>") from right in NumberOf(size / 2) select $"({left} {op} {right})",
            from left in NumberOf(size - 1) from right in NumberOf(size / 2) from name in Gen.Elements("Max",
                "Min") select $"Math.{name}({left}, {right})",
            from left in NumberOf(size - 1) select $"(int)((long){left} * 3 + 0.5f)",
            from left in NumberOf(size / 2) from yes in NumberOf(size / 2) select $"({left} > 2 ? {yes} : -a)");
}
