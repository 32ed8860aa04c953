using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>What is easily got wrong: one row for each, with the value that C# has for it. Every row also runs as ordinary C#.</summary>
public class AgreementTests
{
    // Statements before, the number, and other members.
    public static TheoryData<string, string, string, int> Rows => new()
    {
        // Records.
        { "", "new St(3).Width", "record St(int Width) { public int Width { get; init; } = Width * 2; }", 6 },
        { "var (a, b) = new St(1, 2);", "a * 10 + b",
            "record St(int A, int B) { public void Deconstruct(out int a, out int b) { a = B; b = A; } }", 21 },
        { "int n = 0; foreach (var (a, b) in new[] { new St(1, 2) }) n = a * 10 + b;", "n",
            "record St(int A, int B) { public void Deconstruct(out int a, out int b) { a = B; b = A; } }", 21 },
        { "", "new St(1, 2) is (2, var b) ? b : 9",
            "record St(int A, int B) { public void Deconstruct(out int a, out int b) { a = B; b = A; } }", 1 },
        { "var (a, b) = 37;", "a * 10 + b",
            "} static class Numbers { public static void Deconstruct(this int n, out int tens, out int ones) { tens = n / 10; ones = n % "
                + "10; }", 37 },
        { "var s = new St(1); s.L.Add(1);", "s.L.Count * 10 + (s with { A = 2 }).L.Count",
            "record St(int A) { public List<int> L { get; } = new(); }", 11 },
        { "var l = new List<St> { new(1), new(2) };",
            "(l.Contains(new St(2)) ? 10 : 0) + l.IndexOf(new St(2)) + (new St(1) == new St(1) ? 100 : 0) + (new St(1).Equals(null) ? 1000 "
                + ": 0)", "record St(int A);", 111 },
        { "", "new[] { new St(1), new St(2) }.Distinct().Count() * 10 + (new[] { new St(1), new St(1) }.Distinct().Count())",
            "record St(int A);", 21 },
        { "", "new St(1) == new St(2) && new St(1) != new St(4) ? 5 : 6",
            "record St(int A) { public virtual bool Equals(St? other) => other is not null && A / 3 == other.A / 3; public override int "
                + "GetHashCode() => 1; }", 5 },
        { "var s = new St { Width = 3 };", "s.Width + (s with { Width = 4 }).Width",
            "record St { int _width; public int Width { get => _width + 1; init => _width = value * 2; } }", 16 },
        { "var s = new St();", "s.A * 100 + s.B * 10 + s.C",
            "record St { public int C { get; } = 3; public int A; public int B = 2; public St() { A = B + 2; C = A + 1; } }", 425 },
        { "", "new St(4).Twice() + new St().Twice()", "record St(int A) { public St() : this(7) { } public int Twice() => A * 2; }", 22 },
        { "", "new St().A + new St(2).A", "record struct St(int A) { public int A { get; init; } = A + 1; }", 3 },
        { "St s = default;", "s.A + 1 + (new St[2])[1].B.Length * 0 + 1", "record struct St(int A) { public string B => \"\" + A; }", 2 },
        { "IShape s = new Square(3);", "s.Area + s.Scaled(2)",
            "interface IShape { int Area { get; } int Scaled(int by); } record Square(int Side) : IShape { public int Area => Side * Side; "
                + "public int Scaled(int by) => by * Side; }", 15 },
        { "", "new Box<int>(3).Value + new Box<string>(\"abcd\").Text.Length + (new Box<int>(1).IsNumber ? 10 : 0) + (new "
            + "Box<string>(\"\").IsNumber ? 100 : 0)",
            "record Box<T>(T Value) { public string Text => $\"{Value}\"; public bool IsNumber => Value is int; }", 17 },
        { "var s = new St(2);", "$\"{s}\".Length + s.ToString().Length",
            "record St(int A) { public override string ToString() => new string('a', A); }", 4 },
        { "", "new St(2) is { A: > 1, B: { Length: 2 } t } ? t.Length + 1 : 9", "record St(int A) { public string B { get; } = \"ab\"; }",
            3 },

        // Static members.
        { "", "X", "static readonly int X = 5; static Net() { X = 7; }", 7 },
        { "", "B * 10 + A", "static readonly int B = A + 1; static readonly int A = 5;", 15 },
        { "", "B * 10 + A", "static int B { get; } = A + 1; static readonly int A = Five(); static int Five() => 5;", 15 },
        { "", "A + Holder.L.Count",
            "static readonly int A = Holder.Add() + Holder.Add(); static class Holder { public static readonly List<int> L = new(); public "
                + "static int Add() { L.Add(1); return L.Count; } }", 5 },
        { "", "Of<int>.N * 10 + Of<string>.N", "static class Of<T> { public static readonly int N = default(T) is null ? 1 : 2; }", 21 },
        {
            "", "A",
            "static readonly int A = 3; static readonly decimal B = 1.5m; static readonly Random C = new(5); "
            + "static readonly object O = new(); static readonly Dictionary<string, int> D = new() { [\"a\"] = 1, [\"b\"] = 2 }; "
            + "static readonly HashSet<string> E = [\"a\", \"b\"]; static readonly HashSet<int> G = new() { 1, 1 }; "
            + "static readonly Func<decimal> F = () => throw new InvalidOperationException(); "
            + "static readonly Dictionary<int, decimal> H = new() { { 1, 2m }, { 2, 3m } };", 3
        },
        { "", "A[0] + A[1]", "static readonly int[] A = { 1, 2 };", 3 },
        { "", "A.Length", "static readonly string A; static Net() { A = \"abc\"; }", 3 },

        // By reference.
        {
            "int[] a = [1, 2]; Twice(ref a[1]); Set(out a[0]);", "a[0] * 10 + a[1]",
            "static void Twice(ref int n) => n *= 2; static void Set(out int n) => n = 7;", 74
        },
        {
            "int[] a = [1, 2, 3]; Span<int> s = a.AsSpan(1); Swap(ref s[0], ref s[^1]); Swap(ref a[^1], ref a[0]);",
            "a[0] * 100 + a[1] * 10 + a[2]",
            "static void Swap(ref int a, ref int b) => (a, b) = (b, a);", 231
        },
        {
            "int[] a = [5, 6]; int i = 0; Add(ref a[i++], i);", "a[0] * 100 + a[1] * 10 + i",
            "static void Add(ref int n, int by) => n += by;", 661
        },
        { "string[] a = [\"x\"]; Set(ref a[0]);", "a[0].Length", "static void Set(ref string s) => s += \"yz\";", 3 },
        { "int n = 3;", "Read(in n, ref n) * 10 + n", "static int Read(in int a, ref int b) { b = 5; return a; }", 55 },
        { "int n = 3;", "Read(n, ref n) * 10 + Read(n + 1, ref n)", "static int Read(in int a, ref int b) { b = 5; return a; }", 56 },
        {
            "int[] a = [3];", "Read(a[0], ref a[0]) * 10 + Read(4, ref a[0])",
            "static int Read(in int a, ref int b) { b = 5; return a; }", 54
        },
        {
            "int n = 2; void Change() => n = 7;", "Read(in n, Change)",
            "static int Read(in int a, Action change) { change(); return a; }", 7
        },

        // Sequences, where .NET need not call each lambda.
        {
            "int k = 2;",
            "new[] { 1, 2, 3 }.Select(i => i * k).Last() + new[] { 4, 5 }.Select(i => (long)i + 1).Select(i => (int)i).ElementAt(1) * 10",
            "", 66
        },
        {
            "", "Enumerable.Range(0, 4).Select(i => 1 << i).Skip(2).Sum() + (new[] { 1 }.Where(i => i is > 0 and < 5).Any() ? 100 : 0)",
            "", 112
        },
        {
            "int[] n = [1, 2, 3];",
            "int.Parse(string.Join(\"\", n.Select(i => i + 1).Reverse())) + new[] { 1, 12 }.Select(i => $\"l{i}\" + i).Last().Length",
            "", 437
        },
        { "", "new[] { new St(1), new St(2) }.Select(s => s.A > 1 ? Math.Max(s.A, 9) : 0).Last()", "record St(int A);", 9 },
        { "", "new[] { -4, 3 }.Select(Math.Abs).Reverse().First() * 10 + new[] { 3, 1, 1 }.OrderBy(i => -i).Last()", "", 31 },

        // Conversions.
        { "object o = 5; object p = 5;", "(o == p ? 1 : 2) + (o.Equals(p) ? 10 : 20) + (Same(o, o) ? 100 : 200)",
            "static bool Same(object a, object b) => a == b;", 112 },
        { "object o = \"a\"; var l = o as List<int>;", "(l is null ? 1 : 2) + ((o as string)!.Length * 10)", "", 11 },
        { "", "(Is<int>(3) ? 1 : 0) + (Is<string>(3) ? 10 : 0) + (Is<long>(3) ? 100 : 0) + (Is<int?>(3) ? 1000 : 0)",
            "static bool Is<T>(object o) => o is T;", 1001 },
        { "", "Cast<int>(3) + Cast<string>(\"ab\").Length + Default<int>() + (Default<string>() is null ? 10 : 0) + (Default<int?>() is "
            + "null ? 100 : 0)", "static T Cast<T>(object o) => (T)o; static T? Default<T>() => default;", 115 },
        { "object o = 3; object e = DayOfWeek.Tuesday;",
            "(int)o + (int)e + (o is long ? 100 : 0) + (e is int ? 1000 : 0) + (o is IComparable ? 10 : 0)", "", 15 },
        { "object o = new[] { 1 }; object l = new List<string>();",
            "(o is int[] ? 1 : 0) + (o is string[] ? 10 : 0) + (l is List<string> ? 100 : 0) + (l is IEnumerable<object> ? 1000 : 0) + (o "
                + "is Array ? 2 : 0)", "", 1103 },
        { "int? a = null; int? b = 3;", "(int)((b ?? 1.5) * 10) + (int)((a ?? 1.5) * 2)", "", 33 },
        { "M m = 3; int n = m; M? none = null; int? lifted = none;", "n + (lifted is null ? 10 : 0) + ((M)4).Value",
            "record struct M(int Value) { public static implicit operator M(int n) => new(n * 2); public static implicit operator int(M m) "
                + "=> m.Value + 1; }", 25 },
        { "long[] l = [1, (byte)2, .. new[] { 3, 4 }]; M[] m = [1, .. l];", "(int)(l[3] / 3.0f * 3) + (int)m[4].V",
            "record M(long V) { public static implicit operator M(long n) => new(n * 2); }", 12 },
        { "int n = 3; long[] l = [(1 + n), ((n)), .. ((int[])[n])]; int[][] j = [([1, n])]; M[] m = [(n), (default)];",
            "(int)l[0] * 100 + (int)l[1] * 10 + (int)l[2] + j[0][1] + m[0].V + m[1].V",
            "record struct M(int V) { public static implicit operator M(int n) => new(n * 2); }", 442 },
        { "(long, Pair) t = (1, 2); (double A, string? B) u = (3, null);", "(int)t.Item1 + t.Item2.Width + (int)(u.A / 2 * 10)", "", 18 },
        { "(int, int) a = (1, 2); (long, double) b = a;",
            "(a == b ? 1 : 0) + (b == (1, 2.0) ? 10 : 0) + ((double.NaN, 1) == (double.NaN, 1) ? 100 : 0) + (a.Equals((1, 2)) ? 1000 : 0)",
            "", 1011 },
        { "int n = 0; foreach (short s in new object[] { (short)1, (short)2 }) n += s; foreach (M m in new[] { 1, 2 }) n += m.V;", "n",
            "record M(int V) { public static implicit operator M(int n) => new(n * 2); }", 9 },
        { "char c = 'a'; c += (char)1; byte b = 200; b += 100; sbyte s = -128; s--; short h = 1; h <<= 15; uint u = 1; u -= 2;",
            "c + b + s + (h < 0 ? 1000 : 0) + (u == uint.MaxValue ? 10000 : 0)", "", 11269 },
        { "int i = 7; i *= 3 / 2; i = (int)(i * 1.5f); double d = 1; d += 3 / 2; float f = 16777217; f += 1; i += (int)f % 1000;",
            "i + (int)d", "", 228 },
        { "V v = new(1); v += new V(2); v++; V w = -v; V? none = null; none += v;",
            "v.N * 10 + w.N + (none is null ? 100 : 0) + (none == null ? 1000 : 0)",
            "record struct V(int N) { public static V operator +(V a, V b) => new(a.N + b.N); public static V operator ++(V a) => new(a.N "
                + "+ 1); public static V operator -(V a) => new(9 - a.N); }", 1145 },

        // Operators that are lifted.
        { "bool? t = true, f = false, n = null;",
            "((t | n) == true ? 1 : 0) + ((n | f) == null ? 2 : 0) + ((f & n) == false ? 4 : 0) + ((n & t) == null ? 8 : 0) + ((n ^ t) == "
                + "null ? 16 : 0) + ((!n) == null ? 32 : 0)", "", 63 },
        { "int? a = 3, n = null;",
            "(a > n ? 1 : 0) + (n == null ? 2 : 0) + (a + n == null ? 4 : 0) + (n != a ? 8 : 0) + (n >= n ? 16 : 0) + (a * 2 ?? 0) * 100",
            "", 614 },
        { "int? n = null; n++; n += 3; int? m = 1; m++; m += 3;", "(n ?? 7) * 10 + m.Value + m.GetValueOrDefault() + (n.HasValue ? 1 : 0)",
            "", 80 },
        { "K? k = K.A; k |= K.B; var j = K.B - K.A; K e = K.A; e++; e += 2;", "(int)k * 100 + (int)j * 10 + (int)e + (int)(~K.A & (K)7)",
            "[Flags] enum K : byte { A = 1, B = 2 }", 320 },

        // Order of evaluation.
        { "int i = 1;", "Math.Max(val2: i++, val1: i * 10)", "", 20 },
        { "int i = 1;", "F(b: i++, a: i * 10)", "static int F(int a, int b) => a - b;", 19 },
        { "int i = 1; var p = new Pair(Width: i++, Height: i); var r = new R(B: i++, A: i);",
            "p.Height * 1000 + p.Width * 100 + r.A * 10 + r.B", "record R(int A, int B);", 2132 },
        { "int k = 0;", "k.CompareTo(k = 1) * 10 + k", "", 1 },
        { "int[] a = [1, 2, 3]; int i = 0; a[i++] += i * 10; a[i] = i = 2;", "a[0] * 100 + a[1] * 10 + i", "", 1122 },

        // Patterns.
        { "double d = double.NaN; float f = float.NaN; object o = 5L;",
            "(d is double.NaN ? 1 : 0) + (d is < 0 or >= 0 ? 2 : 0) + (f is float.NaN ? 4 : 0) + (o is 5 ? 8 : 0) + (o is 5L ? 16 : 0) + "
                + "(o is > 3L ? 32 : 0)", "", 53 },
        { "double d = double.NaN; int n = 0; switch (d) { case double.NaN: n = 3; break; default: n = 4; break; }",
            "n + (d switch { 1 => 10, double.NaN => 20, _ => 30 })", "", 23 },
        { "byte b = 200; uint u = 3000000000; char c = 'm'; sbyte s = -3; ulong l = ulong.MaxValue; DayOfWeek w = DayOfWeek.Friday;",
            "(b is > 100 ? 1 : 0) + (u is >= 3000000000 ? 2 : 0) + (c is >= 'a' and <= 'z' ? 4 : 0) + (s is < 0 ? 8 : 0) + (l is > "
                + "long.MaxValue ? 16 : 0) + (w is > DayOfWeek.Monday ? 32 : 0)", "", 63 },
        { "string s = \"abc\"; var l = new List<int> { 1, 2, 3 };",
            "(s is ['a', .. var rest] ? rest.Length : 9) + (l is [_, .., var last] ? last * 10 : 0) + (s is [.., 'c', _] ? 100 : 0) + "
                + "(s.AsSpan() is \"abc\" ? 1000 : 0)", "", 1032 },
        { "object o = (1, \"a\"); (object A, int? B) t = (\"x\", null);",
            "(t is (string, null) ? 1 : 0) + (t is { A: string { Length: 1 } q } ? q.Length * 10 : 0) + (o is string or null ? 100 : 0)",
            "", 11 },

        // Spans are views.
        { "Span<int> s = new[] { 1, 2, 3 }; Span<int> t = s[1..]; t[0] = 8;", "s[1]", "", 8 },
        { "int[] a = [1, 2, 3, 4]; Span<int> s = a; s.Slice(1, 2).Fill(7); ReadOnlySpan<int> r = s[^2..]; a.AsSpan(3).Clear();",
            "a[1] * 1000 + a[2] * 100 + a[3] * 10 + r[0] + (a[1..][0] = 1)", "", 7708 },
        { "int[] a = [1, 2, 3]; Span<int> s = a; var copy = s.ToArray(); s[0] = 5;", "a[0] * 10 + copy[0]", "", 51 },

        // Texts.
        { "", "$\"{Stage.Head:D}\".Length * 10 + $\"{(Stage)7:X}\".Length", "enum Stage { Stem, Body, Head }", 18 },
        { "K k = K.A | K.B;", "k.ToString().Length * 100 + $\"{(K)5}\".Length * 10 + $\"{K.None}{(K)0:F}{L.Wide | L.Far}\".Length",
            "[Flags] enum K { None, A = 1, B = 2 } enum L { Wide = 1, Far = 2 }", 419 },
        { "float f = 1e20f; double d = 0.1 + 0.2;",
            "$\"{f}\".Length * 100 + $\"{d}{-0.0}\".Length + $\"{1.005:F2}{2.5,7:0.0}|{-3,-4}|{12:X3}{1234.5:N1}\".Length", "", 548 },
        { "object o = 3; char c = 'x';", "(\"a\" + o + c + null + true + 1.5f + K.B).Length + $\"{o}{(1, 'b')}\".Length", "enum K { A, B }",
            18 },

        // Library.
        { "", "(int)(new[] { 1.5f, 2f }.Sum() * 10) + (int)(new[] { 1.5f, 2f, float.NaN }.Max() * 100) + (int)(new[] { 1, 2 }.Average() * "
            + "1000) + new[] { 'a', 'b' }.Max()", "", 1833 },
        { "", "(int)Math.Log2(1 << 29) + (int)(Math.Log2(8) * 100) + (int)Math.Log2(0.5)", "", 328 },
        { "", "string.Join('x', \"a\", \"b\").Length * 10 + string.Join(\"--\", 1, 'c').Length + string.Concat(new[] { 1, 2 }).Length * 100", "", 234 },
        { "int Twice(int n) => n * 2; Func<int, int> f = Twice; int k = 3; Func<int> g = Local; k = 4; int Local() => k;",
            "f(4) + new[] { 1, 2 }.Select(Twice).Sum() + g() * 100", "", 414 },
        { "Func<int, int, int> max = Math.Max; Func<int, Tensor> layer = x.Widen;",
            "max(2, 3) + layer(3).Channels + new[] { 1, -2 }.Select(Math.Abs).Sum()",
            "} static class W { public static Tensor Widen(this Tensor x, int n) => x.Conv2d(n, 1);", 9 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void IsWhatCSharpSays(string before, string number, string members, int expected)
    {
        Graph graph = Defined.Both(Defined.Network($"{before} return x.Conv2d({number}, 1, name: \"n\");", members));
        Assert.Equal(expected, graph.Nodes.Single(n => n.Name == "n" && n.Op == "Conv2d").Shape[0]);
    }

    // What newer languages have.
    [Theory]
    [InlineData("var s = new St { Width = 3 };", "s.Width", "record St { public int Width { get; init => field = value * 2; } }", 6)]
    [InlineData("", "new St().A * 10 + new St { A = 4 }.A",
        "partial record St { public partial int A { get; init; } } partial record St { int _a = 3; public partial int A { get => _a + 1; "
            + "init => _a = value * 2; } }", 49)]
    [InlineData("", "A", "static partial int A { get; } static partial int A => 7;", 7)]
    [InlineData("", "F(1, 2, 3) * 100 + F() * 10 + G(4, 5)",
        "static int F(params ReadOnlySpan<int> a) => a.Length; static int G(params List<int> a) { a.Add(1); return a.Count; }", 303)]
    [InlineData("", "H(1, 2) + H([3]) * 10", "static int H(params IEnumerable<long> a) => (int)a.Sum();", 33)]
    public void NewerLanguagesToo(string before, string number, string members, int expected)
    {
        CSharpCompilation compilation = Compile.Create(Defined.Network($"{before} return x.Conv2d({number}, 1, name: \"n\");", members));
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        compilation = compilation.RemoveAllSyntaxTrees()
            .AddSyntaxTrees(compilation.SyntaxTrees.Select(t => CSharpSyntaxTree.ParseText(t.ToString(), options, t.FilePath)));
        DefinitionResult result = Defined.Interpret(compilation);
        Assert.True(result.Network.Graph is not null, string.Join("\n", result.Problems.Select(p => p.Problem.Message)));
        Assert.Equal(Defined.Record(compilation), result.Network.Graph);
        Assert.Equal(expected, result.Network.Graph.Nodes.Single(n => n.Name == "n" && n.Op == "Conv2d").Shape[0]);
    }
}
