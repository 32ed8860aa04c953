using System.Text.RegularExpressions;
using ModelGen.Fuzz.Definitions;

namespace ModelGen.Fuzz.Networks;

/// <summary>
/// Writes definitions: random programs whose result decides about a layer, with statements that take time or memory without end put between
/// theirs, extreme numbers, and changed text.
/// </summary>
internal static partial class DefinitionTexts
{
    private const string Head = "// C# 14";

    // Each is bad in itself, or once it is in a loop.
    private static readonly string[] Bombs =
    [
        "while (true) { }",
        "for (int q = 0; ; q++) r.Add(q);",
        "{ IEnumerable<int> q = new[] { 1 }; for (int w = 0; w < 60000; w++) q = q.Select(v => v); r.Add(q.Count()); }",
        "{ IEnumerable<int> q = new[] { 1 }; for (int w = 0; w < 60000; w++) q = q.Concat(q); r.Add(q.Any()); }",
        "{ IEnumerable<int> q = new[] { 1 }; for (int w = 0; w < 40; w++) q = q.Concat(q); r.Add(q.Count()); }",
        "{ object[] q = new object[1]; q[0] = q; r.Add(q); throw new ArgumentException(\"q\"); }",
        "{ object q = 1; for (int w = 0; w < 200000; w++) q = new[] { q, q }; r.Add(q); F(q); }",
        "{ object q = 1; for (int w = 0; w < 200000; w++) q = (q, q); r.Add(q); r.Add($\"{q}\"); }",
        "{ (object, object) q = (1, 1); for (int w = 0; w < 50; w++) q = (q, q); r.Add(q == q); }",
        "{ object q = 1; for (int w = 0; w < 30; w++) q = new object[] { q, q, q, q, q, q, q, q }; F(q); }",
        "{ string q = new string('a', 100000); r.Add(string.Concat(Enumerable.Repeat(q, 900000))); }",
        "{ string q = string.Join(\"abc\", Enumerable.Repeat(\"x\", 90000)); for (int w = 0; w < 90000; w++) r.Add(q.Replace(\"x\", "
            + "\"yyyyyyyyyyy\").Length); }",
        "r.Add(\"a\".PadLeft(int.MaxValue));",
        "r.Add($\"{1,2147483647}\");",
        "r.Add($\"{1:D999999999}\");",
        "r.Add(1.5.ToString(\"F999999999\"));",
        "{ var q = Enumerable.Range(0, 200000).ToList(); for (int w = 0; w < 200000; w++) r.Add(q.Contains(-1)); }",
        "{ var q = Enumerable.Range(0, 200000).ToList(); for (int w = 0; w < 200000; w++) q.Reverse(); }",
        "{ var q = Enumerable.Range(0, 200000).ToList(); for (int w = 0; w < 200000; w++) r.Add(q.GetRange(0, 200000)); }",
        "{ var q = Enumerable.Range(0, 200000).ToList(); for (int w = 0; w < 200000; w++) q.Insert(0, w); }",
        "{ var q = Enumerable.Range(0, 200000).ToList(); for (int w = 0; w < 200000; w++) q.RemoveAt(0); }",
        "{ var q = new int[900000]; for (int w = 0; w < 90000; w++) r.Add(q[1..].Length); }",
        "{ var q = new List<int>(); for (int w = 0; w < 60; w++) q.AddRange(q.Append(w)); }",
        "{ var q = new List<int>(int.MaxValue); }",
        "{ var q = new int[int.MaxValue]; }",
        "{ var q = new long[900000][]; for (int w = 0; w < 900000; w++) q[w] = new long[900000]; }",
        "r.Add(Enumerable.Range(0, int.MaxValue).Count());",
        "r.Add(Enumerable.Repeat(1, int.MaxValue).Reverse().First());",
        "{ string q = \"ab\"; for (int w = 0; w < 100; w++) q += q; r.Add(q); }",
        "{ string q = \"ab\"; for (int w = 0; w < 900000; w++) q = q.ToUpperInvariant() + q[0]; r.Add(q); }",
        "{ int D(int v) => D(v) + 1; r.Add(D(1)); }",
        "{ Func<int> q = () => 1; for (int w = 0; w < 60000; w++) { var z = q; q = () => z() + 1; } r.Add(q()); }",
        "{ long q = 1; while (q != 0) q = q * 3 + 1; }",
        "foreach (var q in Enumerable.Range(0, 900000)) foreach (var w in Enumerable.Range(0, 900000)) r.Add(q == w);",
        "while (true) x = x.Relu();",
        "x = x.Linear(int.MaxValue);",
        "for (int w = 0; w < 100; w++) x = x + x;",
        "x = x.Conv2d(1, 1, name: new string('a', 100000));",
        "throw new ArgumentException(new string('a', 100000));",
    ];

    public static string Write(Random random)
    {
        string text = DefinitionWriter.Write(random);
        int body = text.LastIndexOf("var r = new List<object?>();", StringComparison.Ordinal);
        int end = text.LastIndexOf("return r;", StringComparison.Ordinal);
        string run = text[body..end];
        if (random.Next(3) == 0)
        {
            int[] places = [.. LineEnds().Matches(run).Select(m => m.Index + m.Length)];
            string bomb = Bombs[random.Next(Bombs.Length)];
            run = run.Insert(places[random.Next(places.Length)],
                (random.Next(4) == 0 ? $"for (int e = 0; e < 1000; e++) {bomb}" : bomb) + "\n");
        }
        text = text[..body]
            + "return new();\n}\nstatic void F(object? q) => throw new ArgumentException(nameof(q));\npublic static ModelGen.Tensor "
            + "Make(ModelGen.Tensor x)\n{\n" + run
            + "return x.Conv2d(r.Count % 7 + 1, 1, name: $\"a{r.Count}\");\n}\n}\n[ModelGen.Network] partial class Net { static "
            + "ModelGen.Tensor Define([ModelGen.Shape(3, 8, 8)] ModelGen.Tensor x) => P.Make(x); }\n";
        if (random.Next(4) == 0)
            text = Numbers().Replace(text, m => random.Next(12) == 0 ? RandomLayer.Extreme(random) : m.Value);
        for (int changes = random.Next(6) == 0 ? random.Next(1, 4) : 0; changes > 0; changes--)
            text = Head + AttributesWriter.Change(random, text[Head.Length..]);
        return text;
    }

    [GeneratedRegex(";\n")]
    private static partial Regex LineEnds();

    [GeneratedRegex("(?<![\\w.])[0-9]+(?![\\w.])")]
    private static partial Regex Numbers();
}
