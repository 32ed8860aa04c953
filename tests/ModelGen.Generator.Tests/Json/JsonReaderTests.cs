using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ModelGen.Generator.Language.Json;
using JsonDocument = ModelGen.Generator.Language.Json.JsonDocument;

namespace ModelGen.Generator.Tests.Json;

/// <summary>
/// The reader takes what RFC 8259 allows, says where each value stands, and refuses all else with one error at its place.
/// </summary>
public class JsonReaderTests
{
    [Fact]
    public void ValuesAndTheirPlaces()
    {
        JsonDocument document = Read("""{ "a": [1, -2.5e+3, true, null], "\u0062\n": "x\ud83d\ude00" }""");
        Assert.Null(document.Error);
        JsonValue root = document.Root!;
        Assert.Equal(new TextRange(0, 62), root.Range);
        Assert.Equal(["a", "b\n"], root.Members.Select(m => m.Name));
        Assert.Equal(new TextRange(2, 3), root.Members[0].NameRange);
        Assert.Equal([(JsonKind.Number, "1", 8), (JsonKind.Number, "-2.5e+3", 11), (JsonKind.Boolean, "true", 20),
            (JsonKind.Null, "null", 26)],
            root["a"]!.Items.Select(i => (i.Kind, i.Text, i.Range.Start)));
        Assert.Equal("x😀", root["b\n"]!.Text);
    }

    [Theory]
    [InlineData("", 0, "the text is empty")]
    [InlineData("  ", 2, "the text is empty")]
    [InlineData("[1,]", 3, "a comma before ']' is one too many")]
    [InlineData("{\"a\":1,}", 7, "a comma before '}' is one too many")]
    [InlineData("[1 2]", 3, "expected ',' or ']', got '2'")]
    [InlineData("[1", 2, "expected ',' or ']', got the end of the text")]
    [InlineData("{\"a\" 1}", 5, "expected ':' after the name 'a', got '1'")]
    [InlineData("{a: 1}", 1, "expected a name in double quotes, got 'a'")]
    [InlineData("{\"a\": 1, \"\\u0061\": 2}", 9, "the name 'a' comes twice in one object")]
    [InlineData("[1] x", 4, "expected nothing after the value, got 'x'")]
    [InlineData("// no", 0, "JSON has no comments")]
    [InlineData("[1, /* no */ 2]", 4, "JSON has no comments")]
    [InlineData("[NaN]", 1, "NaN is not a JSON number")]
    [InlineData("[-Infinity]", 1, "expected a digit, got 'I'")]
    [InlineData("[True]", 1, "expected a value, got 'True'; strings stand in double quotes")]
    [InlineData("['a']", 1, "expected a value, got '''")]
    [InlineData("[+1]", 1, "expected a value, got '+'")]
    [InlineData("[.5]", 1, "expected a value, got '.'")]
    [InlineData("[1.]", 1, "expected a digit, got ']'")]
    [InlineData("[1e]", 1, "expected a digit, got ']'")]
    [InlineData("[01]", 1, "a number may not begin with 0")]
    [InlineData("[-]", 1, "expected a digit, got ']'")]
    [InlineData("[\"a]", 1, "a string does not end on its line; a line break is written \\n")]
    [InlineData("[\"a\nb\"]", 1, "a string does not end on its line; a line break is written \\n")]
    [InlineData("[\"a\tb\"]", 3, "a string may not contain the control character U+0009; write \\u0009")]
    [InlineData("[\"\\x\"]", 2, "there is no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with 4 digits")]
    [InlineData("[\"\\u12\"]", 2, "\\u takes 4 hexadecimal digits")]
    [InlineData("[\"\\ud800\"]", 7, "half a surrogate pair stands alone")]
    [InlineData("[\"\\ud800x\"]", 8, "half a surrogate pair stands alone")]
    [InlineData("[\"\\udc00\"]", 2, "half a surrogate pair stands alone")]
    [InlineData("\uFEFF[]", 0, "expected a value, got U+FEFF")]
    [InlineData("[1]\0", 3, "expected nothing after the value, got U+0000")]
    [InlineData("{\"a\":1", 6, "expected ',' or '}', got the end of the text")]
    [InlineData("{", 1, "expected a name in double quotes, got the end of the text")]
    public void Refused(string text, int start, string message)
    {
        JsonDocument document = Read(text);
        Assert.Equal((message, start), (document.Error!.Message, document.Error.Range.Start));
    }

    [Fact]
    public void LimitsHold()
    {
        int deep = JsonReader.DeepestNesting;
        Assert.Null(Read(new string('[', deep) + "1" + new string(']', deep)).Error);
        Assert.Equal("arrays and objects are nested more than 64 deep",
            Read(new string('[', deep + 1) + "1" + new string(']', deep + 1)).Error!.Message);
        Assert.Equal("arrays and objects are nested more than 64 deep", Read(new string('[', 1_000_000)).Error!.Message);
        Assert.Null(Read($"\"{new string('x', JsonReader.LargestString)}\"").Error);
        Assert.Equal("a string has more than 65536 characters",
            Read($"\"{new string('x', JsonReader.LargestString + 1)}\"").Error!.Message);
        Assert.Equal("a number has more than 65536 characters", Read(new string('1', JsonReader.LargestString + 1)).Error!.Message);
        Assert.Null(Read($"[{string.Join(',', Enumerable.Repeat("1", JsonReader.MostValues - 1))}]").Error);
        Assert.Equal("there are more than 262144 values",
            Read($"[{string.Join(',', Enumerable.Repeat("1", JsonReader.MostValues))}]").Error!.Message);
        Assert.Equal("an object has more than 1024 names",
            Read($"{{{string.Join(',', Enumerable.Range(0, 1025).Select(i => $"\"{i}\":1"))}}}").Error!.Message);
        Assert.Equal("the text has 16777217 characters; at most 16777216 are read",
            Read(new string(' ', JsonReader.LargestText + 1)).Error!.Message);
    }

    [Fact]
    public void WhatStandsBeforeAnErrorIsKept() => Assert.Equal("Net", Read("{ \"name\": \"Net\", \"layers\": [ {").Root!["name"]!.Text);

    // Texts of the characters that matter, so that many are nearly JSON. The answer is that of .NET's reader, but for what only we refuse.
    [Fact]
    public void AgreesWithAnotherReader()
    {
        int valid = 0;
        Gen<string> piece = Gen.Elements("{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\u0041\"", "1", "-0", "0.5e1", "01", "true",
            "null", " ", "\n", "/", "\\", "\"", "\u0001", "é");
        Prop.ForAll(Arb.From(Gen.Choose(1, 9).SelectMany(n => piece.ArrayOf(n)).Select(string.Concat)), text =>
        {
            bool expected = TryParse(text);
            JsonDocument document = Read(text);
            Assert.True(expected == (document.Error is null), $"{text}: {document.Error}");
            valid += expected ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithReplay(20240503, 3));
        Assert.InRange(valid, 300, 19_000);
    }

    [Fact]
    public void AnyBytesEndInANetworkOrAnError() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 255).ArrayOf().Select(b => Encoding.Latin1.GetString([.. b.Select(i => (byte)i)]))), text =>
        {
            JsonDocument document = Read(text);
            if (document.Error is JsonError error)
                Assert.True(error.Range.Start >= 0 && error.Range.Length >= 0 && error.Range.End <= text.Length);
            Assert.True(JsonFrontEnd.Build(text).Problems.Count > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay(20240504, 5));

    private static JsonDocument Read(string text) => JsonReader.Read(text);

    private static bool TryParse(string text)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
