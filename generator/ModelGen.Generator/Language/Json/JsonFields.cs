using System.Globalization;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Language.Json;

/// <summary>Takes values of the wanted kind out of the file, and reports those of another.</summary>
internal sealed class JsonFields(JsonProblems problems)
{
    /// <summary>Reports the keys of an object that nothing reads.</summary>
    public void CheckKeys(JsonValue value, string what, JsonScope? scope, params string[] known)
    {
        foreach (JsonMember member in value.Members.Where(m => !known.Contains(m.Name)))
            ReportUnknownKey(member, what, scope, known);
    }

    public void ReportUnknownKey(JsonMember member, string what, JsonScope? scope, IReadOnlyCollection<string> known)
    {
        if (problems.IsKnown(ProblemIds.UnknownKey, member.NameRange))
            return;
        string remedy = JsonNames.Suggest(member.Name, known, "it has no keys");
        problems.Add(ProblemIds.UnknownKey, $"{what} has no '{JsonNames.Printable(member.Name)}'; {remedy}", member.NameRange, scope);
    }

    public bool Is(JsonValue value, JsonKind kind, string what, JsonScope? scope = null)
    {
        if (value.Kind == kind)
            return true;
        string expected = kind switch
        {
            JsonKind.Object => "an object",
            JsonKind.Array => "an array",
            JsonKind.String => "a string",
            JsonKind.Number => "a number",
            _ => "true or false",
        };
        problems.Add(ProblemIds.WrongValue, $"{what} must be {expected}, got {value.Describe()}", value.Range, scope);
        return false;
    }

    /// <summary>A string with its expressions filled in; null where it is none, which is reported.</summary>
    public string? Text(JsonValue value, string what, JsonScope scope)
    {
        if (!Is(value, JsonKind.String, what, scope))
            return null;
        try
        {
            return JsonExpression.Interpolate(value.Text, scope.Variables);
        }
        catch (ExpressionException e)
        {
            problems.Add(ProblemIds.Expression, $"{what}: {e.Message}", value.RangeOf(e.Start, e.Length), scope);
            return null;
        }
    }

    /// <summary>
    /// A number without fraction, an expression or, where allowed, true or false; null where it is none of them, which is reported.
    /// </summary>
    public long? Integer(JsonValue value, string what, JsonScope scope, bool allowTruth = false)
    {
        if (value.Kind == JsonKind.Number)
        {
            if (long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
                return number;
            bool isInteger = value.Text.All(c => c is '-' or (>= '0' and <= '9'));
            problems.Add(ProblemIds.WrongValue,
                $"{what} must be an integer{(isInteger ? " of 64 bits" : " without point and exponent")}, got {value.Describe()}",
                value.Range, scope);
            return null;
        }
        if (allowTruth && value.Kind == JsonKind.Boolean)
            return value.IsTrue ? 1 : 0;
        if (value.Kind != JsonKind.String)
        {
            problems.Add(ProblemIds.WrongValue,
                $"{what} must be an integer{(allowTruth ? ", true, false" : "")} or an expression in a string, got {value.Describe()}",
                value.Range, scope);
            return null;
        }
        try
        {
            return JsonExpression.Evaluate(value.Text, scope.Variables);
        }
        catch (ExpressionException e)
        {
            problems.Add(ProblemIds.Expression, $"{what}: {e.Message}", value.RangeOf(e.Start, e.Length), scope);
            return null;
        }
    }

    /// <summary>An integer of 32 bits that is at least <paramref name="minimum"/>; null where it is not, which is reported.</summary>
    public int? Size(JsonValue value, string what, JsonScope scope, int minimum)
    {
        if (Integer(value, what, scope) is not long number)
            return null;
        if (number >= minimum && number <= int.MaxValue)
            return (int)number;
        string limit = number < minimum ? $"at least {Text(minimum)}" : $"at most {Text(int.MaxValue)}";
        problems.Add(ProblemIds.InvalidArgument, $"{what} must be {limit}, got {Text(number)}", value.Range, scope);
        return null;
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
