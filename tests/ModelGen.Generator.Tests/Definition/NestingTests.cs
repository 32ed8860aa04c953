using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language.Definition;
using ModelGen.Generator.Tests.FrontEnds;

namespace ModelGen.Generator.Tests.Definition;

/// <summary>
/// Deeply nested text on a thread with a stack of 1 MiB, as editors and Windows have: it is read, or refused by a message. What fails here
/// ends the process of the tests.
/// </summary>
public class NestingTests
{
    public static TheoryData<string, string> Read => new()
    {
        { "chain of 700", "return x" + Times(".Relu()", 700) + ";" },
        { "chain of 3,000", "return x" + Times(".Relu()", 3_000) + ";" },
        { "chain of 4,900", "return x" + Times(".Relu()", 4_900) + ";" },
        { "conditional calls", "string? s = \"a\"; return x.Relu(name: s" + Times("?.Trim()", 2_000) + ");" },
        { "sums", "int i = 1; return x.Conv2d(" + Times("i + ", 9_000) + "1, 1);" },
        { "constant sums", "return x.Conv2d(" + Times("1 + ", 9_000) + "1, 1);" },
        { "sums of text", "string s = \"\"; return x.Relu(name: \"a\" + " + Times("s + ", 3_000) + "s);" },
        { "sums of tensors", "return " + Times("x + ", 3_000) + "x;" },
        { "conditions", "bool b = true; return " + Times("b && ", 3_000) + "b ? x.Relu() : x.Tanh();" },
        { "parentheses", "return x.Conv2d(" + Times("(", 2_000) + "3" + Times(")", 2_000) + ", 1);" },
        { "blocks", Times("{", 4_000) + "x = x.Relu();" + Times("}", 4_000) + "return x;" },
        { "ifs", Times("if (x.Channels == 8) ", 1_000) + "x = x.Relu(); return x;" },
        { "else ifs", "int i = 3;" + Times("if (i == 2) i = 3; else ", 2_000) + "x = x.Relu(); return x;" },
        { "loops", string.Concat(Enumerable.Range(0, 100).Select(i => $"for (int i{i} = 0; i{i} < 1; i{i}++) "))
            + "x = x.Relu(); return x;" },
        { "arguments", "return " + Times("F(", 1_000) + "x" + Times(")", 1_000) + "; static Tensor F(Tensor t) => t.Relu();" },
        { "lambdas", "return x.Conv2d(" + Times("((Func<int>)(() => ", 40) + "3" + Times("))()", 40) + ", 1);" },
        { "patterns", "int i = 3; return i is " + Times("not ", 2_000) + "3 ? x.Relu() : x.Tanh();" },
        { "alternatives", "int i = 3; return i is " + string.Join(" or ", Enumerable.Range(0, 500)) + " ? x.Relu() : x.Tanh();" },
        { "choices", "int i = 3; return " + Times("i == 2 ? x : ", 2_000) + "x.Tanh();" },
        { "switches", "int i = 3; return x.Conv2d(" + Times("i switch { 1 => 2, _ => ", 300) + "i" + Times(" }", 300) + ", 1);" },
        { "initialisers", "var a = " + Times("new object[] { ", 2_000) + "1" + Times(" }", 2_000) + "; return x.Relu();" },
        { "tuples", "var a = " + Times("(1, ", 100) + "1" + Times(")", 100) + "; return x.Relu();" },
        { "assignments", "int a; a = " + Times("a = ", 3_000) + "3; return x.Conv2d(a, 1);" },
        { "casts", "int a = 3; return x.Conv2d(" + Times("(int)", 3_000) + "a, 1);" },
        { "signs", "int a = 3; return x.Conv2d(" + Times("~", 3_000) + "a, 1);" },
    };

    public static TheoryData<string, string> Refused => new()
    {
        { "chain of 100,000", "return x" + Times(".Relu()", 100_000) + ";" },
        { "sums", "int i = 1; return x.Conv2d(" + Times("i + ", 100_000) + "1, 1);" },
        { "blocks", Times("{", 12_000) + "x = x.Relu();" + Times("}", 12_000) + "return x;" },
        { "lambdas", "return x.Conv2d(" + Times("((Func<int>)(() => ", 2_500) + "3" + Times("))()", 2_500) + ", 1);" },
        { "initialisers", "var a = " + Times("new object[] { ", 6_000) + "1" + Times(" }", 6_000) + "; return x.Relu();" },
    };

    [Theory]
    [MemberData(nameof(Read))]
    public void IsReadOnASmallStack(string what, string body)
    {
        DefinitionResult result = Interpret(Defined.Network(body));
        Assert.True(result.Network.Graph is not null, what + ": " + string.Join("\n", result.Problems.Select(p => p.Problem.Message)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatIsTooDeepIsRefusedOnASmallStack(string what, string body)
    {
        LocatedProblem<Location> problem = Assert.Single(Interpret(Defined.Network(body)).Problems);
        Assert.True(problem.Problem.Id == "MG0203", what);
        Assert.Equal("this is nested too deeply, at most 10,000 parts inside each other are read; use locals for some of them",
            problem.Problem.Message);
    }

    [Fact]
    public void SoAreOtherMembersThatTheDefinitionReads()
    {
        const string Body = "return x.Conv2d(W, 1).Conv2d(F(), 1);";
        string members(int parts) =>
            $"static readonly int W = 1{Times(" + One", parts)}; static readonly int One = 1; static int F() => "
                + $"One{Times(" + One", parts)};";
        Assert.NotNull(Interpret(Defined.Network(Body, members(4_000))).Network.Graph);
        Assert.Equal("MG0203", Assert.Single(Interpret(Defined.Network(Body, members(40_000))).Problems).Problem.Id);
    }

    // The compiler itself bounds what attributes of a class may say; those of a definition count as part of it.
    [Fact]
    public void ArgumentsOfAttributesAreReadOnASmallStack()
    {
        Assert.DoesNotContain("compiled with errors",
            Generate($"using ModelGen; [Network, Input(1, 2, 2), Flatten, Linear({Sum(12_000)})] partial class Net;"));
        Assert.DoesNotContain("compiled with errors",
            Generate(
                $"using ModelGen; [Network] partial class Net {{ static Tensor Define([Shape({Sum(9_000)})] Tensor x) => x.Linear(3); }}"));
        Assert.Contains("compiled with errors",
            Generate(
                $"using ModelGen; [Network] partial class Net {{ static Tensor Define([Shape({Sum(12_000)})] Tensor x) => "
                    + "x.Linear(3); }"));

        static string Sum(int parts) => Times("1 + ", parts) + "1";
    }

    private static string Generate(string source) => OnSmallStack(source, compilation =>
        Assert.Single(Compile.Driver().RunGenerators(compilation).GetRunResult().Results.Single().GeneratedSources).SourceText.ToString());

    private static DefinitionResult Interpret(string source) => OnSmallStack(source, compilation => Defined.Interpret(compilation));

    // The parser's own recursion, which it bounds by the stack that it finds, is not what is tested.
    private static T OnSmallStack<T>(string source, Func<CSharpCompilation, T> read)
    {
        CSharpCompilation compilation = On(256 << 20, () => Compile.Create(source));
        return On(1 << 20, () => read(compilation));
    }

    private static T On<T>(int stack, Func<T> work)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => { result = work(); }), stack);
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException("failed on a thread of its own", failure);
    }

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
