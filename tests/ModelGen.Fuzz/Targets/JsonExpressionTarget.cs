using System.Text;
using ModelGen.Generator.Language.Json;

namespace ModelGen.Fuzz.Targets;

/// <summary>Expressions of JSON networks, such as <c>8 * (i + 1)</c>: a number or an ExpressionException.</summary>
internal sealed class JsonExpressionTarget : FuzzTarget
{
    private static readonly string[] Parts =
        ["i", "width", "0", "1", "7", "2147483647", "9223372036854775807", "+", "-", "*", "/", "%", "(", ")", " ", "unknown", ".", "\0",
            "é", "((((", "{", "}"];

    private static readonly Dictionary<string, long> Names = new() { ["i"] = 3, ["width"] = 16 };

    public override string Name => "json-expression";

    public override string Description => "arithmetic in JSON networks: a number, or an error";

    public override byte[] Make(Random random)
    {
        var text = new StringBuilder();
        for (int parts = random.Next(1, random.Next(8) == 0 ? 5000 : 12); parts > 0; parts--)
            text.Append(Parts[random.Next(Parts.Length)]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public override FuzzOutcome Check(byte[] input)
    {
        try
        {
            JsonExpression.Evaluate(Encoding.UTF8.GetString(input), Names);
            return FuzzOutcome.Accepted;
        }
        catch (ExpressionException)
        {
            return FuzzOutcome.Refused;
        }
    }
}
