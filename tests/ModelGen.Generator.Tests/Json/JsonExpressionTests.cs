using FsCheck;
using FsCheck.Fluent;
using ModelGen.Generator.Language.Json;

namespace ModelGen.Generator.Tests.Json;

/// <summary>Expressions mean what they mean in C#, in 64 bits.</summary>
public class JsonExpressionTests
{
    private static readonly Dictionary<string, long> Names = new() { ["width"] = 64, ["i"] = 3, ["_none"] = 0 };

    [Theory]
    [InlineData("4 * width", 256)]
    [InlineData("1 + 2 * 3 - 4", 3)]
    [InlineData("(1 + 2) * -3", -9)]
    [InlineData("-7 / 2", -3)]
    [InlineData("-7 % 2", -1)]
    [InlineData("7 - 2 - 1", 4)]
    [InlineData("i == 3 && width >= 64 || 1 / 0 == 1", 1)]
    [InlineData("_none && 1 / _none", 0)]
    [InlineData("i > 0 ? 1 : 1 / 0", 1)]
    [InlineData("i < 0 ? 9223372036854775807 + 1 : i < 5 ? 2 : 3", 2)]
    [InlineData("!i", 0)]
    [InlineData("!!i + true - false", 2)]
    [InlineData("1 < 2 == true", 1)]
    [InlineData("${ i + 1 }", 4)]
    [InlineData("-9223372036854775807 - 1", long.MinValue)]
    [InlineData("(-9223372036854775807 - 1) % -1", 0)]
    public void Values(string text, long value) => Assert.Equal(value, JsonExpression.Evaluate(text, Names));

    [Theory]
    [InlineData("", 0, "expected a number or a name")]
    [InlineData("1 +", 3, "expected a number or a name")]
    [InlineData("1 2", 2, "expected an operator or the end, got '2'")]
    [InlineData("(1", 2, "expected ')'")]
    [InlineData("i ? 1", 5, "expected ':' and what the value is otherwise")]
    [InlineData("widht + 1", 0, "nothing is called 'widht'; did you mean 'width'?")]
    [InlineData("1 + channels", 4, "nothing is called 'channels'; there are '_none', 'i', 'width'")]
    [InlineData("i / _none", 2, "3 / 0 has no value")]
    [InlineData("9223372036854775807 + 1", 20, "9223372036854775807 + 1 is beyond 64 bits")]
    [InlineData("9223372036854775808", 0, "'9223372036854775808' is not an integer of 64 bits")]
    [InlineData("1.5", 1, "expected an operator or the end, got '.'")]
    [InlineData("3x", 0, "'3x' is not an integer of 64 bits")]
    [InlineData("width\u2028", 5, "expected an operator or the end, got '\\u2028'")]
    [InlineData("${1 +}", 5, "expected a number or a name")]
    public void Errors(string text, int start, string message)
    {
        ExpressionException error = Assert.Throws<ExpressionException>(() => JsonExpression.Evaluate(text, Names));
        Assert.Equal((message, start), (error.Message, error.Start));
    }

    [Theory]
    [InlineData("layer${i + 1}.${i}", "layer4.3")]
    [InlineData("${-i}", "-3")]
    [InlineData("$ {i}", "$ {i}")]
    public void Interpolation(string text, string expected) => Assert.Equal(expected, JsonExpression.Interpolate(text, Names));

    [Fact]
    public void HostileExpressionsEnd()
    {
        foreach (string text in new[] { new string('(', 900), new string('-', 900) + "1", new string('!', 900) + "1",
            string.Concat(Enumerable.Repeat("1?", 400)), new string('1', 2000) })
            Assert.Throws<ExpressionException>(() => JsonExpression.Evaluate(text, Names));
        Assert.Throws<ExpressionException>(() => JsonExpression.Interpolate("a ${i", Names));
    }

    // Against a value computed while the text is made.
    [Fact]
    public void RandomExpressions() => Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
    {
        (string text, long value) = Make(new Random(seed), 3);
        Assert.Equal(value, JsonExpression.Evaluate(text, Names));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20240505, 7));

    private static (string Text, long Value) Make(Random random, int depth)
    {
        if (depth == 0 || random.Next(5) == 0)
            return random.Next(3) == 0 ? ("width", 64) : random.Next(100) is var n
                ? (n.ToString(System.Globalization.CultureInfo.InvariantCulture), n) : default;
        (string a, long x) = Make(random, depth - 1);
        (string b, long y) = Make(random, depth - 1);
        return random.Next(8) switch
        {
            0 => ($"({a} + {b})", x + y),
            1 => ($"({a}-{b})", x - y),
            2 => ($"({a} * {b})", x * y),
            3 => ($"({a} < {b})", x < y ? 1 : 0),
            4 => ($"({a} == {b})", x == y ? 1 : 0),
            5 => ($"({b} == 0 ? {a} : ({a}) / ({b}))", y == 0 ? x : x / y),
            6 => ($"({a} && {b})", x != 0 && y != 0 ? 1 : 0),
            _ => ($"({a} != 0 || {b} > 0)", x != 0 || y > 0 ? 1 : 0),
        };
    }
}
