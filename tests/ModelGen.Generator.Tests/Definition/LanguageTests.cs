using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>
/// One row for each thing of C# that definitions may use: what it comes to when interpreted, and that the real language, compiled and
/// recorded, comes to the same node for node.
/// </summary>
public class LanguageTests
{
    // The body of Define, other members, and the layers: name and shape. Numbers show as channels: Conv2d(n, 1) has n.
    public static TheoryData<string, string, string> Rows => new()
    {
        { "return x.Relu();", "", "relu1:8×16×16" },
        { "var y = x.Conv2d(4, 3); Tensor z; z = y; return z.Tanh();", "", "conv1:4×14×14 tanh1:4×14×14" },
        { "return x.Conv2d(4, 3, padding: 1, stride: (2, 1), bias: false, name: \"a.b\");", "", "a.b:4×8×16" },
        { "return x.Conv2d(kernelSize: (1, 3), outChannels: 4, padding: (0, 1)).Conv2d(4, 3, padding: (1, 2, 0, 0), init: Initializer.He, "
            + "paddingMode: PaddingMode.Reflect);", "", "conv1:4×16×16 conv2:4×17×18 conv2:4×15×16" },
        { "Pair p = 2; Pair q = (1, 2); Border b = p; return x.MaxPool2d(p, stride: q, padding: new Pair(1, 1)).Conv2d(p.Height + q.Width, "
            + "q, padding: b).Conv2d(b.Left, 1);", "", "pool1:8×17×9 conv1:4×21×12 conv2:2×21×12" },
        { "Pair? none = null; Pair? some = 3; return x.MaxPool2d(3, none).MaxPool2d(2, some);", "", "pool1:8×5×5 pool2:8×2×2" },
        { "for (int i = 0; i < 3; i++) x = x.Conv2d(i + 1, 1); return x;", "", "conv1:1×16×16 conv2:2×16×16 conv3:3×16×16" },
        { "for (int i = 0, j = 5; i < j; i += 2, --j) { if (i == 2) continue; x = x.Conv2d(i * 10 + j, 1); } return x;", "",
            "conv1:5×16×16" },
        { "for (; ; ) { x = x.Relu(); if (x.Channels == 8) break; } return x;", "", "relu1:8×16×16" },
        { "while (x.Height > 3) x = x.MaxPool2d(2); return x;", "", "pool1:8×8×8 pool2:8×4×4 pool3:8×2×2" },
        { "int n = 0; do { n++; x = x.Conv2d(n, 1); } while (n < 2); return x;", "", "conv1:1×16×16 conv2:2×16×16" },
        { "foreach (int w in new[] { 2, 3 }) x = x.Conv2d(w, 1); foreach (char c in \"ab\") x = x.Relu(name: $\"{c}\"); return x;", "",
            "conv1:2×16×16 conv2:3×16×16 a:3×16×16 b:3×16×16" },
        { "foreach (var (w, name) in new[] { (2, \"a\"), (3, \"b\") }) x = x.Conv2d(w, 1, name: name); return x;", "",
            "a:2×16×16 b:3×16×16" },
        { "foreach (long w in new[] { 2, 3 }) x = x.Conv2d((int)(w / 2) + 1, 1); return x;", "", "conv1:2×16×16 conv2:2×16×16" },
        { "for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) { if (j > i) break; x = x.Relu(name: $\"r{i}{j}\"); } return x;", "",
            "r00:8×16×16 r10:8×16×16 r11:8×16×16 r20:8×16×16 r21:8×16×16 r22:8×16×16" },
        { "if (x.Channels == 8 && x.Shape.Count == 3 || x.Height / 0 > 1) x = x.Relu(); else x = x.Tanh(); return x;", "",
            "relu1:8×16×16" },
        { "return x.Channels > 8 ? x.Relu() : x.Tanh();", "", "tanh1:8×16×16" },
        { "switch (x.Channels) { case 4: x = x.Relu(); break; case 7 or 8: case > 9 when x.Height < 3: x = x.Tanh(); break; default: x = "
            + "x.Sigmoid(); break; } return x;", "", "tanh1:8×16×16" },
        { "switch (\"b\") { case \"a\": return x.Relu(); case \"b\": return x.Tanh(); } return x.Sigmoid();", "", "tanh1:8×16×16" },
        { "for (int i = 0; i < 2; i++) { switch (i) { case 0: continue; default: break; } x = x.Relu(); } return x;", "", "relu1:8×16×16" },
        { "int w = x.Channels switch { < 4 => 1, >= 4 and < 9 and not 7 => 2, _ => 3 }; return x.Conv2d(w, 1);", "", "conv1:2×16×16" },
        { "int w = (x.Height, x.Channels) switch { (16, 1) => 1, (var h, > 4) when h > 20 => 2, (_, int c) => c + 1 }; return "
            + "x.Conv2d(w, 1);", "", "conv1:9×16×16" },
        { "int w = x switch { { Channels: 3 } => 1, { Height: > 8, Shape.Count: 3 } => 2, _ => 3 }; return x.Conv2d(w, 1);", "",
            "conv1:2×16×16" },
        { "int[] a = [1, 2, 3]; int w = a switch { [] => 1, [1, .. var rest] when rest.Length == 2 => rest[1] + 1, _ => 9 }; return "
            + "x.Conv2d(w, 1);", "", "conv1:4×16×16" },
        { "object o = 5; string? s = null; return x.Conv2d(o is int n && n > 4 ? n : 1, 1, name: s is null ? \"none\" : s);", "",
            "none:5×16×16" },
        { "int a = 7; a += 3; a -= 1; a *= 4; a /= 5; a %= 4; a <<= 3; a |= 1; a ^= 2; a &= 30; a >>= 1; return x.Conv2d(a + 1, 1);", "",
            "conv1:14×16×16" },
        { "int big = int.MaxValue; big++; long l = big; uint u = (uint)big >> 28; return x.Conv2d((int)(-l >> 28) + (int)u + (-7 / 2) + "
            + "(-7 % 4) + (-9 >> 1) + (-1 >>> 29), 1);", "", "conv1:12×16×16" },
        { "float f = 0.1f; double d = 0.1; return x.Dropout(f, name: $\"d{(f + 0.2f > 0.3f ? 1 : 0)}{(d + 0.2 > 0.3 ? 1 : 0)}\").Dropout(f "
            + "+ d).Conv2d((int)(2.9 + f), 1);", "", "d01:8×16×16 dropout2:8×16×16 conv1:3×16×16" },
        { "byte b = 250; b += 10; b++; short s = -3; s--; char c = 'a'; c++; return x.Conv2d(b - s, 1, name: c.ToString() + (char)(c + 1));", "", "bc:9×16×16" },
        { "int w = Math.Max(1, 3) + Math.Min(2, 9) + (int)Math.Ceiling(1.2) + (int)Math.Floor(1.8) + (int)Math.Round(2.5) + "
            + "(int)Math.Sqrt(9) + (int)Math.Pow(2, 3) + Math.Abs(-1); return x.Conv2d(w, 1);", "", "conv1:22×16×16" },
        { "string s = \"a\" + 1 + 'b' + true + 2.5; s += \"_\" + x.Channels; s = s.Replace(\".\", \"_\").Substring(1).ToUpperInvariant(); "
            + "return x.Relu(name: s + s[0] + s[^1] + s[1..3] + s.Length);", "", "1BTRUE2_5_818BT11:8×16×16" },
        { "return x.Relu(name: $\"{nameof(x)}{1:00}{2,3}{-4,-3}\".Replace(' ', '_').Replace('-', 'm') + string.Join(\"_\", new[] { 1, 2 }) "
            + "+ $\"{Kind.Wide}{(Kind)1}{Kind.Wide.ToString()}\");", "enum Kind { Narrow, Wide = 3 }", "x01__2m4_1_2Wide1Wide:8×16×16" },
        { "int[] a = new int[3]; a[1] = 2; a[^1] += 5; a[0]++; int[][] j = [[1, 2], [.. a, 9]]; return x.Conv2d(a.Length + j[1][3] + "
            + "j[^1][^2] + a[1..].Length, 1);", "", "conv1:19×16×16" },
        { "int[] a = [1, 2]; List<int> l = [.. a, 3, .. a]; IReadOnlyList<int> r = [7]; ReadOnlySpan<int> s = [5, 6]; return "
            + "x.Conv2d(l.Count + r[0] + s.Length + s[1], 1);", "", "conv1:20×16×16" },
        { "(int Width, string Name)[] stages = [(2, \"a\"), (3, \"b\")]; foreach (var stage in stages) x = x.Conv2d(stage.Width, 1, name: "
            + "stage.Name); var t = (1, (2, 3)); return x.Conv2d(t.Item2.Item2, 1);", "", "a:2×16×16 b:3×16×16 conv3:3×16×16" },
        { "int a = 1, b = 2; (a, b) = (b, a); var (c, (d, _)) = (3, (4, 5)); (int e, a) = (6, a + 1); return x.Conv2d(a * 100 + b * 10 + c "
            + "+ d + e, 1);", "", "conv1:323×16×16" },
        { "(x, var y) = Split(x); return x + y;", "static (Tensor Left, Tensor Right) Split(Tensor x) => (x.Relu(), x.Tanh());",
            "relu1:8×16×16 tanh1:8×16×16 add1:8×16×16" },
        { "var all = new List<Tensor> { x }; for (int i = 0; i < 2; i++) all.Add(all[^1].Relu()); return Tensor.Add(all, name: \"sum\");",
            "", "relu1:8×16×16 relu2:8×16×16 sum:8×16×16 sum:8×16×16" },
        { "var l = new List<int>(); l.AddRange([1, 2]); l.Insert(0, 9); l.RemoveAt(1); foreach (int i in l) x = x.Conv2d(i, 1); return "
            + "x.Conv2d(l.Contains(9) ? l.IndexOf(2) + 1 : 7, 1);", "", "conv1:9×16×16 conv2:2×16×16 conv3:2×16×16" },
        { "var y = x.Relu(); y += x; return y.Add(x, y).Add(x, name: \"last\");", "",
            "relu1:8×16×16 add1:8×16×16 add2:8×16×16 add2:8×16×16 last:8×16×16" },
        { "return Chain(x, 1, 2) + Chain(x, [8]) + Chain(x);",
            "static Tensor Chain(Tensor x, params int[] widths) { foreach (int w in widths) x = x.Conv2d(w, 1); return x.Conv2d(8, 1); }",
            "conv1:1×16×16 conv2:2×16×16 conv3:8×16×16 conv4:8×16×16 conv5:8×16×16 add1:8×16×16 conv6:8×16×16 add2:8×16×16" },
        { "return Block(width: 3, x: x, name: \"b\");",
            "static Tensor Block(Tensor x, int width = 2, bool relu = true, string name = \"a\", Kind kind = Kind.B) => relu && kind == "
                + "Kind.B ? x.Conv2d(width, 1, name: name + \".conv\").Relu() : x; enum Kind { A, B }", "b.conv:3×16×16 relu1:3×16×16" },
        { "int n = 1; Tensor Twice(Tensor t) { n++; return t.Relu().Conv2d(n, 1); } x = Twice(x); return Twice(x);", "",
            "relu1:8×16×16 conv1:2×16×16 relu2:2×16×16 conv2:3×16×16" },
        { "return Down(x, 3); static Tensor Down(Tensor t, int n) => n == 0 ? t : Down(t.Conv2d(n, 1), n - 1);", "",
            "conv1:3×16×16 conv2:2×16×16 conv3:1×16×16" },
        { "int n = 1; Func<Tensor, int, Tensor> f = (t, k) => { n += k; return t.Conv2d(n, 1); }; x = f(x, 2); n = 10; return f(x, 1);", "",
            "conv1:3×16×16 conv2:11×16×16" },
        { "var fs = new List<Func<int>>(); for (int i = 0; i < 2; i++) { int k = i; fs.Add(() => k * 10 + i); } foreach (var f in fs) x = "
            + "x.Conv2d(f(), 1); return x;", "", "conv1:2×16×16 conv2:12×16×16" },
        { "return Apply(x, Act); static Tensor Apply(Tensor t, Func<Tensor, Tensor> f) => f(t);",
            "static Tensor Act(Tensor t) => t.Tanh();", "tanh1:8×16×16" },
        { "return x.Unit(4).Unit(width: 2);",
            "} static class Units { public const int Kernel = 3; public static Tensor Unit(this Tensor x, int width) => x.Conv2d(width, "
                + "Kernel, padding: Kernel / 2).Relu();", "conv1:4×16×16 relu1:4×16×16 conv2:2×16×16 relu2:2×16×16" },
        { "foreach (int w in Widths) x = x.Conv2d(w * Scale + Other.Extra, 1); return x.Conv2d(Total, 1);",
            "const int Scale = 2; static readonly int[] Widths = [1, 2]; static int Total => Widths.Sum() + Widths[^1]; static class Other "
                + "{ public static readonly int Extra = Widths.Length; }", "conv1:4×16×16 conv2:6×16×16 conv3:5×16×16" },
        { "return Pick([x.Relu(), x.Tanh()], 1) + Pick(new List<Tensor> { x }, 0);",
            "static T Pick<T>(IReadOnlyList<T> items, int i) where T : class => items[i];", "relu1:8×16×16 tanh1:8×16×16 add1:8×16×16" },
        { "Stage[] stages = [new(2, 1), new Stage(3, 2) { Stride = 2 }, new Stage(1, 1) with { Width = 5 }]; foreach (var (w, n) in "
            + "stages) x = x.Conv2d(w, n); return x.Conv2d(stages[1].Area, 1, stride: stages[1].Stride);",
            "record Stage(int Width, int Kernel) { public int Stride { get; init; } = 1; public int Area => Width * Kernel; }",
            "conv1:2×16×16 conv2:3×15×15 conv3:5×15×15 conv4:6×8×8" },
        { "Split(x, out Tensor a, out var b); int n = 1; Bump(ref n); return (a + b).Conv2d(n, 1);",
            "static void Split(Tensor x, out Tensor a, out Tensor b) { a = x.Relu(); b = x.Tanh(); } static void Bump(ref int n) => n += 4;", "relu1:8×16×16 tanh1:8×16×16 add1:8×16×16 conv1:5×16×16" },
        { "x = Enumerable.Range(1, 3).Where(i => i != 2).Aggregate(x, (t, i) => t.Conv2d(i, 1)); return Tensor.Add(new[] { 1, 2 }.Select(i "
            + "=> x.Relu(name: \"r\" + i)).ToArray());", "", "conv1:1×16×16 conv2:3×16×16 r1:3×16×16 r2:3×16×16 add1:3×16×16" },
        { "var lazy = new[] { 1, 2 }.Select(i => x.Conv2d(i, 1)); var y = x.Relu(); foreach (var z in lazy) y = z; return "
            + "y.Conv2d(lazy.Count(), 1);", "", "relu1:8×16×16 conv1:1×16×16 conv2:2×16×16 conv3:1×16×16 conv4:2×16×16 conv5:2×16×16" },
        { "Tensor? shortcut = null; shortcut ??= x.Tanh(); string? name = null; int? n = null; return (shortcut ?? x).Conv2d(n ?? "
            + "name?.Length ?? 3, 1, name: name ?? \"n\");", "", "tanh1:8×16×16 n:3×16×16" },
        { "checked { int a = 2; a = a * 3 + 1; return x.Conv2d(unchecked(a + int.MaxValue) + int.MaxValue, 1); }", "", "conv1:5×16×16" },
        { "Kind k = Kind.A | Kind.B; bool both = k == (Kind)3; return x.Conv2d((k & Kind.B) != 0 && both ? (int)k : 1, 1, name: "
            + "$\"{DayOfWeek.Friday}\");", "[Flags] enum Kind { A = 1, B = 2 }", "Friday:3×16×16" },
        { "bool a = true, b = false; return x.Conv2d((a ^ b ? 1 : 0) + (a & b ? 2 : 0) + (a | b ? 4 : 0) + (!b ? 8 : 0) + (1 < 2.5 ? 16 : "
            + "0) + (double.NaN != double.NaN ? 32 : 0), 1);", "", "conv1:61×16×16" },
        { "Range r = 1..^1; Index last = ^1; int[] a = [1, 2, 3, 4]; return x.Conv2d(a[r].Sum() * 10 + a[last], 1);", "",
            "conv1:54×16×16" },
        { "const int N = 3; { int inner = N; x = x.Conv2d(inner, 1); } ; return x.Flatten().Linear(10).Relu();", "",
            "conv1:3×16×16 flatten1:768 fc1:10 relu1:10" },
        { "var y = x.Flatten(); return y.Linear(y.Features / 100, name: \"fc\").Softmax();", "", "flatten1:2048 fc:20 softmax1:20" },
        { "int F(int n) => n < 2 ? n : F(n - 1) + F(n - 2); return x.Conv2d(F(7), 1);", "", "conv1:13×16×16" },
        { "var (y, n) = new Net2(x, 3); return y.Conv2d(n, 1);", "record struct Net2(Tensor X, int N);", "conv1:3×16×16" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void IsUnderstoodAsCSharpMeansIt(string body, string members, string expected)
    {
        Graph graph = Defined.Both(Defined.Network(body, members));
        Assert.Equal(expected, Layers(graph));
    }

    [Fact]
    public void SeveralInputsAndOutputsHaveTheirNames()
    {
        Graph graph = Defined.Both(Defined.Usings + """
            [Network]
            partial class Net
            {
                static (Tensor Scores, Tensor Auxiliary) Define(
                    [Shape(3, 8, 8)] Tensor left, [Shape(3, 8, 8)] Tensor right, int classes = 4)
                {
                    Tensor sum = left + right;
                    return (sum.Flatten().Linear(classes, name: "fc"), sum.Relu());
                }
            }
            """);
        Assert.Equal(["left", "right"], graph.Inputs.Select(i => i.Name));
        Assert.Equal(["Scores", "Auxiliary"], graph.Outputs.Select(o => o.Name));
        Assert.Equal("add1:3×8×8 flatten1:192 fc:4 relu1:3×8×8", Layers(graph));
    }

    [Fact]
    public void UnnamedOutputsAreNumbered() => Assert.Equal(["output1", "output2"], Defined.Both(Defined.Usings + """
        [Network] partial class Net { public static (Tensor, Tensor) Define([Shape(4)] Tensor x) => (x.Relu(), x.Tanh()); }
        """).Outputs.Select(o => o.Name));

    private static string Layers(Graph graph) =>
        string.Join(" ", graph.Nodes.Where(n => !n.Is(OpNames.Input) && !n.Is(OpNames.Parameter)).Select(n => $"{n.Name}:{n.Shape}"));
}
