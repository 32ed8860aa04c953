using System.Globalization;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Tests.Json;

namespace ModelGen.Generator.Tests.FrontEnds;

/// <summary>Whatever a text from outside holds, messages are on one line, short, and show all that they have.</summary>
public class ReadableTests
{
    private static readonly string[] Hostile =
    [
        new('x', 100_000), string.Concat(Enumerable.Repeat("word ", 20_000)), "a\nb\r\t\0\u001b[31mred", "\u202Eevil\u2066\u200F",
        "\u2028\u2029\u0085\u00AD\uFEFF\uE000", "\uD800x",
        "\U000E0041", new('\u202E', 5000), "'\"'\"; */ //",
    ];

    [Theory]
    [InlineData("Conv2d 'é中': 4×4 — √½ … 😀 is fine", "Conv2d 'é中': 4×4 — √½ … 😀 is fine")]
    [InlineData("a\nb\t\u202Ec\u2028\uE000.", "a\\u000ab\\u0009\\u202ec\\u2028\\ue000.")]
    public void WhatCannotBeSeenIsWritten(string text, string expected) => Assert.Equal(expected, new Problem("MG0005", text).Message);

    [Fact]
    public void TheBeginningAndTheRemedyStay()
    {
        string message = new Problem("MG0005",
            $"Conv2d: '{new string('n', 100_000)}' cannot be {string.Concat(Enumerable.Repeat("a b ", 1000))}; choose another").Message;
        Assert.StartsWith("Conv2d: 'nnn", message, StringComparison.Ordinal);
        Assert.EndsWith("; choose another", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 100, Readable.LongestMessage);
    }

    public static TheoryData<string> Places =>
    [
        "[Network, Input(4), Relu(Name = TEXT)] partial class Net;",
        "[Network, Input(4), Relu(Name = \"a\"), Relu(From = TEXT)] partial class Net;",
        "[Network, Input(4), Relu, Trainable(Freeze = TEXT)] partial class Net;",
        "[Network] partial class Net { static Tensor Define([Shape(4)] Tensor x) => x.Relu(name: TEXT); }",
        "[Network] partial class Net { static Tensor Define([Shape(4)] Tensor x) { if (x.Shape.Length > 0) throw new "
            + "System.InvalidOperationException(TEXT); return x.Relu(); } }",
        "[Network] partial class Net { static Tensor Define([Shape(4)] Tensor x) => Block(x, TEXT); static Tensor Block(Tensor x, string "
            + "text) => x.Linear(0); }",
        "[Network] partial class Net { static Tensor Define([Shape(4)] Tensor x) => x.Linear(int.Parse(TEXT)); }",
        "[Network] partial class Net { static Tensor Define([Shape(4)] Tensor x) => x.Linear(new[] { 1 }[TEXT.Length + 7]); }",
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task MessagesOfClassesShowAllThatTheyHave(string source)
    {
        var messages = new List<string>();
        foreach (string text in Hostile)
        {
            string literal = "\"" + string.Concat(text.Select(c => c is >= ' ' and < (char)127 and not '"' and not '\\' ? c.ToString()
                : $"\\u{(int)c:x4}")) + "\"";
            Report report = await Compile.Run("using ModelGen; " + source.Replace("TEXT", literal, StringComparison.Ordinal));
            messages.AddRange(report.Findings.Where(f => f.Id.StartsWith("MG", StringComparison.Ordinal)).Select(f => f.Message));
        }
        AssertReadable(messages);
    }

    [Theory]
    [InlineData("""{ "name": TEXT, "inputs": { "x": [4] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", TEXT: 1, "inputs": { TEXT: [4] }, "layers": [{ "op": "Relu" }] }""")]
    [InlineData("""{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": TEXT, TEXT: TEXT }, { "block": TEXT }] }""")]
    [InlineData(
        """{ "name": "Net", "inputs": { "x": [4] }, "layers": [{ "op": "Relu", "name": TEXT, "from": TEXT }, """
            + """{ "op": "Linear", "outFeatures": TEXT }] }""")]
    public async Task MessagesOfFilesShowAllThatTheyHave(string json)
    {
        var messages = new List<string>();
        foreach (string text in Hostile)
        {
            string literal = System.Text.Json.JsonSerializer.Serialize(text.Replace("\uD800", "", StringComparison.Ordinal));
            messages.AddRange((await CompileJson.Run(json.Replace("TEXT", literal, StringComparison.Ordinal)))
                .Findings.Select(f => f.Message));
        }
        AssertReadable(messages);
    }

    private static void AssertReadable(List<string> messages)
    {
        Assert.NotEmpty(messages);
        Assert.All(messages, message =>
        {
            Assert.InRange(message.Length, 1, Readable.LongestMessage * 6);
            Assert.DoesNotContain(message, c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
        });
    }
}
