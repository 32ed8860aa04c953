using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language.Definition;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>Definitions that would take time or memory without end: each is refused soon, and by a message of some lines.</summary>
public class ResourceTests
{
    public static TheoryData<string, string> Rows => new()
    {
        { "MG0203",
            "IEnumerable<int> s = new[] { 1 }; for (int i = 0; i < 60000; i++) s = s.Select(v => v); return x.Conv2d(s.Count(), 1);" },
        { "MG0203", "IEnumerable<int> s = new[] { 1 }; for (int i = 0; i < 60000; i++) s = s.Concat(s); return x.Conv2d(s.First(), 1);" },
        { "MG0203", "IEnumerable<int> s = new[] { 1 }; for (int i = 0; i < 40; i++) s = s.Concat(s); return x.Conv2d(s.Count(), 1);" },
        { "MG0203",
            "IEnumerable<int> s = new[] { 1 }; for (int i = 0; i < 60000; i++) { var t = s; s = new[] { 1 }.SelectMany(v => t); } return "
                + "x.Conv2d(s.Count(), 1);" },
        { "MG0204", "var a = new object[1]; a[0] = a; return F(x, a);" },
        { "MG0204", "object a = 1; for (int i = 0; i < 50000; i++) a = new[] { a, a }; return F(x, a);" },
        { "MG0204", "object a = 1; for (int i = 0; i < 10; i++) a = new object[] { a, a, a, a, a, a, a, a }; return F(x, a);" },
        { "MG0204", "object a = 1; for (int i = 0; i < 50000; i++) a = (a, a); return F(x, a);" },
        { "MG0204", "return F(x, new string('a', 100000));" },
        { "MG0203", "object a = 1; for (int i = 0; i < 100000; i++) a = (a, a); return x.Relu(name: $\"a{a}\");" },
        { "MG0203", "object a = 1; for (int i = 0; i < 40; i++) a = (a, a); return x.Relu(name: a.Equals(a) ? \"a\" : \"b\");" },
        { "MG0203", "string s = new string('a', 100000); return x.Relu(name: string.Concat(Enumerable.Repeat(s, 900000)));" },
        { "MG0203", "string s = new string('a', 100000); return x.Relu(name: string.Join(\"\", Enumerable.Repeat(s, 900000)));" },
        { "MG0203", "return x.Relu(name: \"a\".PadLeft(int.MaxValue));" },
        { "MG0203", "return x.Relu(name: \"a\".PadRight(int.MaxValue, 'b'));" },
        { "MG0203", "return x.Relu(name: $\"{1,2147483647}\");" },
        { "MG0203", "return x.Relu(name: $\"{1:D999999999}\");" },
        { "MG0203", "return x.Relu(name: 1.5.ToString(\"F999999999\"));" },
        { "MG0203", "return x.Relu(name: new string('a', int.MaxValue));" },
        { "MG0203",
            "string s = new string('a', 50000); for (int i = 0; i < 100000; i++) s.Replace(\"a\", \"bb\"); return x.Relu(name: "
                + "s.Replace(\"a\", \"bcd\"));" },
        { "MG0203",
            "string s = new string('a', 90000), t = new string('a', 45000) + 'b'; int n = 0; for (int i = 0; i < 100000; i++) n += "
                + "s.IndexOf(t, StringComparison.Ordinal); return x.Conv2d(n, 1);" },
        { "MG0203",
            "string s = new string('a', 90000), t = new string('a', 90000); int n = 0; for (int i = 0; i < 900000; i++) n += s == t ? 1 : "
                + "0; return x.Conv2d(n, 1);" },
        { "MG0203",
            "string s = new string('a', 90000); var l = new List<char[]>(); for (int i = 0; i < 900000; i++) l.Add(s.ToCharArray()); "
                + "return x.Relu();" },
        { "MG0203",
            "string s = new string('a', 90000); var l = new List<string>(); for (int i = 0; i < 900000; i++) l.Add(s + i); return "
                + "x.Relu();" },
        { "MG0203", "var l = Enumerable.Range(0, 200000).ToList(); for (int i = 0; i < 100000; i++) l.Contains(-1); return x.Relu();" },
        { "MG0203",
            "var l = Enumerable.Range(0, 200000).ToList(); for (int i = 0; i < 100000; i++) l.GetRange(0, 200000); return x.Relu();" },
        { "MG0203", "var l = Enumerable.Range(0, 200000).ToList(); for (int i = 0; i < 100000; i++) l.Reverse(); return x.Relu();" },
        { "MG0203", "var l = Enumerable.Range(0, 200000).ToList(); for (int i = 0; i < 100000; i++) l.Insert(0, i); return x.Relu();" },
        { "MG0203", "var l = Enumerable.Range(0, 200000).ToList(); for (int i = 0; i < 100000; i++) l.RemoveAt(0); return x.Relu();" },
        { "MG0203", "var l = Enumerable.Range(0, 200000).ToList(); for (int i = 0; i < 100000; i++) l.Remove(i); return x.Relu();" },
        { "MG0203", "var l = new List<int> { 1 }; for (int i = 0; i < 60; i++) l.AddRange(l.ToArray()); return x.Relu();" },
        { "MG0203", "var a = new int[400000]; for (int i = 0; i < 100000; i++) { var b = a[1..]; } return x.Relu();" },
        { "MG0203", "var a = new int[400000]; for (int i = 0; i < 100000; i++) { var b = a.Clone(); } return x.Relu();" },
        { "MG0203", "var a = new long[1000][]; for (int i = 0; i < 1000; i++) a[i] = new long[900000]; return x.Relu();" },
        { "MG0203", "Func<int> f = () => 1; for (int i = 0; i < 60000; i++) { var g = f; f = () => g() + 1; } return x.Conv2d(f(), 1);" },
        { "MG0203", "var t = new Tensor[200000]; Array.Fill(t, x); return x.Add(t);" },
        { "MG0203", "return x.Conv2d(Enumerable.Repeat(1, int.MaxValue).Reverse().First(), 1);" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void IsRefusedSoon(string id, string body)
    {
        DefinitionResult result = Defined.Interpret(Defined.Network(body,
            "static Tensor F(Tensor t, object o) => throw new ArgumentException(\"refused\");"));
        Problem problem = Assert.Single(result.Problems).Problem;
        Assert.True(problem.Id == id, $"{problem.Id}: {problem.Message}");
        Assert.InRange(problem.Message.Length, 1, 500);
    }
}
