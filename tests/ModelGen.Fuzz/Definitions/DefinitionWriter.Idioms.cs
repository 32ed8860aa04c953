using System.Text;

namespace ModelGen.Fuzz.Definitions;

/// <summary>What programs declare for one use: generic types, interfaces, operators, parameters of all kinds.</summary>
internal sealed partial class DefinitionWriter
{
    /// <summary>Types and members of P that statements needed, written behind those that were there before.</summary>
    private readonly StringBuilder _moreTypes = new();

    private readonly StringBuilder _moreMembers = new();

    private void Idiom()
    {
        (string name, CodeType type, CodeType other) = (Name("G"), PlainType(), PlainType());
        (string a, string b, string c) = (Expression(type, 2).Text, Expression(type, 2).Text, Expression(CodeType.Int, 2).Text);
        (string T, string U) = (type.Name, other.Name);
        switch (random.Next(21))
        {
            case 0:
                Types($"record {name}<T>(T Value, int Rank) {{ public T Item {{ get; init; }} = Value; public bool Is<U>() => Value is "
                    + "U; }");
                Line($"var v{name} = new {name}<{T}>({a}, {c}); r.Add(v{name}.Item); r.Add(v{name}.Rank); r.Add(v{name}.Is<{U}>()); "
                    + $"r.Add((v{name} with {{ Item = {b} }}).Item); r.Add(v{name} == new {name}<{T}>({b}, 1));");
                break;
            case 1:
                Members($"static {T} "
                    + $"{name}({Pick($"params {T}[] x", $"params List<{T}> x", $"params ReadOnlySpan<{T}> x", $"params IEnumerable<{T}> x")}) "
                    + $"{{ {T} last = {Literal(type)}; foreach (var e in x) last = e; return last; }}");
                LogValue($"{name}({string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => Expression(type, 2)))})");
                break;
            case 2:
                Types($"class {name} {{ public static readonly int A = B + 1; public static readonly int B = 5; public static readonly int "
                    + $"C; static {name}() {{ C = A + B; }} }}");
                LogValue($"{name}.A * 100 + {name}.B * 10 + {name}.C");
                break;
            case 3:
                Types($"static class {name} {{ public static int Twice{name}(this int x, int by = 2) => x * by; public static T "
                    + $"Me{name}<T>(this T x) => x; }}");
                LogValue($"({c}).Twice{name}({Pick("", "3", "by: 4")})");
                LogValue($"({a}).Me{name}()");
                break;
            case 4:
                Types($"interface I{name} {{ int Area {{ get; }} int Twice() => Area * 2; }}\nrecord {name}(int Side) : I{name} {{ public "
                    + "int Area => Side * Side; }");
                Line($"I{name} v{name} = new {name}({c}); r.Add(v{name}.Area); r.Add(v{name} is {name} {{ Side: > 2 }}); "
                    + $"{(Chance(2) ? $"r.Add(v{name}.Twice());" : "")}");
                break;
            case 5:
                Types($"{Pick("record struct", "record", "readonly record struct")} {name}(int N) {{ public static {name} operator "
                    + $"+({name} a, {name} b) => new(a.N + b.N); "
                    + $"public static {name} operator ++({name} a) => new(a.N + 1); public static {name} operator -({name} a) => "
                    + "new(-a.N); "
                    + $"public static implicit operator {name}(int n) => new(n * 2); public static explicit operator int({name} v) => v.N "
                    + "- 1; "
                    + $"public static bool operator <({name} a, {name} b) => a.N < b.N; public static bool operator >({name} a, {name} b) "
                    + "=> a.N > b.N; }");
                Line($"{name} v{name} = {c}; v{name}++; v{name} += {Leaf(CodeType.Int)}; var w{name} = v{name}++ + -v{name}; "
                    + $"r.Add(v{name}.N); r.Add((int)w{name}); "
                    + $"r.Add(v{name} < w{name}); r.Add(v{name} == w{name});");
                break;
            case 6:
                Line($"int[] v{name} = [1, 2, 3, 4, 5]; Index i{name} = {Pick("^1", "1", "^2")}; Range g{name} = "
                    + $"{Pick("1..^1", "..2", "^3..", "..")}; r.Add(v{name}[i{name}]); "
                    + $"r.Add(v{name}[g{name}].Length); v{name}[i{name}] += {c}; r.Add(v{name}[^1]); r.Add(\"abcde\"[g{name}]);");
                break;
            case 7:
                Line($"Span<int> v{name} = [1, 2, 3, 4]; var s{name} = v{name}.Slice(1, 2); s{name}[0] = {c}; s{name}[^1]++; "
                    + $"foreach (int e in v{name}) r.Add(e); r.Add(s{name}.Length); ReadOnlySpan<int> o{name} = v{name}[2..]; "
                    + $"r.Add(o{name}[0]);");
                break;
            case 8:
                Line($"object o{name} = {a}; object p{name} = {b}; r.Add(o{name}.Equals(p{name})); r.Add(o{name} == p{name}); "
                    + $"r.Add((o{name} as string)?.Length); "
                    + $"r.Add(o{name} is {U}); r.Add(({T})o{name});");
                break;
            case 9:
                Members($"static T {name}<T>(object o, T other) => o is T t ? t : other;\nstatic T? A{name}<T>(object? o) where T : class "
                    + "=> o as T;");
                LogValue($"{name}({Expression(CodeType.Object, 2)}, {a})");
                LogValue($"A{name}<string>({Expression(CodeType.Object, 2)})");
                break;
            case 10:
                Line($"{T} F{name}({T} x, Func<{T}, {T}> f) => f(x); {T} H{name}({T} x) {{ r.Add(x); return {b}; }} r.Add(F{name}({a}, "
                    + $"H{name})); "
                    + $"Func<{T}, {T}> d{name} = H{name}; r.Add(d{name}({a}));");
                break;
            case 11:
                Line($"r.Add((({a}, {c}), {b}) == (({b}, {c}), {a})); var ((x{name}, y{name}), z{name}) = (({a}, {c}), {b}); "
                    + $"r.Add(x{name}); r.Add(y{name}); r.Add(z{name});");
                break;
            case 12:
                Members($"static int {name}(int a, int b = 3, int c = 5, params int[] rest) => a * 1000 + b * 100 + c * 10 + rest.Length;");
                LogValue(Pick($"{name}(c: Tr(r, 1), a: Tr(r, 2))", $"{name}(Tr(r, 1), c: Tr(r, 4))", $"{name}(1, 2, 3, 4, 5)",
                    $"{name}(b: {c}, a: Tr(r, 2))"));
                break;
            case 13:
                Members($"static void {name}(ref {T} a, out {U} b, in int c) {{ b = {Literal(other)}; a = {Literal(type)}; }}");
                Line($"{T}[] v{name} = [{a}, {b}]; {name}(ref v{name}[Tr(r, 1)], out var w{name}, 3); r.Add(v{name}[0]); "
                    + $"r.Add(v{name}[1]); r.Add(w{name});");
                break;
            case 14:
                Line($"{T}[][] v{name} = [[{a}], [{b}, {a}]]; v{name}[1][^1] = {b}; r.Add(v{name}[1][1]); r.Add(v{name}[0].Length); var "
                    + $"l{name} = new List<{T}[]>(v{name}); r.Add(l{name}[0][0]);"
                    + $" r.Add(v{name} is [[_], [.., var q{name}]] ? q{name} : {a});");
                break;
            case 15:
                Members($"static IEnumerable<int> {name}(int n) => Enumerable.Range(0, n & 3).Select(i => i * n);");
                Line($"foreach (long e{name} in {name}({c})) r.Add(e{name}); r.Add(string.Join('-', {name}({c}).Select(x => "
                    + "$\"<{x}>\")));");
                break;
            case 16:
                Line($"int k{name} = {c}; int i{name} = 0; int[] v{name} = [3, 4, 5]; v{name}[i{name}++] += i{name}++ * 10 + k{name}; "
                    + $"v{name}[i{name}] = i{name} = 1; "
                    + $"foreach (int e in v{name}) r.Add(e); r.Add(i{name}); r.Add($\"{{i{name}++}}{{i{name}++}}\"); r.Add((i{name}++) + "
                    + $"(i{name}++ * i{name}));");
                break;
            case 17:
                Line($"Action<int> a{name} = x => r.Add(x); a{name}({c}); Func<int, Func<int, int>> f{name} = x => y => x * 10 + y; "
                    + $"r.Add(f{name}(1)({c})); "
                    + $"Func<int, int> g{name} = null!; g{name} = n => n <= 0 ? 0 : n + g{name}(n - 1); r.Add(g{name}(3));");
                break;
            case 18:
                Line($"int k{name} = {c}; var z{name} = new[] {{ 3, k{name}, 5 }}.Select(x => x * 2 - k{name}).Where(x => x is > 0 or < "
                    + "-9);");
                string asked = Pick("Last()", "Any()", "ElementAt(1)", "Skip(1).Count()", "Reverse().First()", "OrderBy(x => -x).Last()");
                Line($"k{name} = Tr(r, 2); r.Add(z{name}.{asked});");
                break;
            case 19:
                Members($"static int {name}(in int a, ref int b) {{ b += 2; return a; }}");
                Line($"int v{name} = {c}; r.Add({name}({Pick("in ", "")}v{name}, ref v{name})); r.Add({name}(v{name} + 1, ref v{name})); "
                    + $"int[] w{name} = [1, v{name}]; r.Add({name}(w{name}[Tr(r, 1)], ref w{name}[{Pick("0", "^1")}])); "
                    + $"r.Add(w{name}[1]);");
                break;
            default:
                Types($"record {name}({T} A) {{ public {T} B {{ get; }} = A; public List<{T}> L {{ get; }} = []; public string Name {{ "
                    + "get; init; } = \"n\"; "
                    + $"public {name}({T} a, string name) : this(a) {{ Name = name + \"!\"; L.Add(a); }} public int Count => L.Count; }}");
                Line($"var v{name} = new {name}({a}, \"x\"); v{name}.L.Add({b}); var w{name} = v{name} with {{ A = {b} }}; "
                    + $"r.Add(w{name}.B); r.Add(w{name}.L.Count); "
                    + $"w{name}.L.Add({a}); r.Add(v{name}.Count); r.Add(v{name}.Name); r.Add(v{name} == w{name}); r.Add(v{name} == v{name} "
                    + "with { });");
                break;
        }
    }

    private void Types(string text) => _moreTypes.Append(text).Append('\n');

    private void Members(string text) => _moreMembers.Append(text).Append('\n');
}
