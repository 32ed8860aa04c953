using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelGen.Generator.Tests.Json;

/// <summary>
/// Validates against the part of JSON Schema (draft 2020-12) that our schema uses. A keyword it does not know is an exception, so that none
/// is overlooked.
/// </summary>
internal sealed class SchemaCheck(JsonObject schema)
{
    private static readonly string[] Annotations = ["$schema", "$comment", "$defs", "title", "description", "default"];

    public bool IsValid(JsonNode? value) => IsValid(schema, value);

    private bool IsValid(JsonNode? rule, JsonNode? value) => rule switch
    {
        JsonValue flag => flag.GetValue<bool>(),
        JsonObject keywords => keywords.All(k => Holds(k.Key, k.Value!, keywords, value)),
        _ => throw new InvalidOperationException($"not a schema: {rule}"),
    };

    private bool Holds(string keyword, JsonNode rule, JsonObject all, JsonNode? value)
    {
        JsonObject? members = value as JsonObject;
        JsonArray? items = value as JsonArray;
        string? text = TypeOf(value) == "string" ? value!.GetValue<string>() : null;
        double? number = TypeOf(value) is "integer" or "number" ? value!.GetValue<double>() : null;
        return keyword switch
        {
            _ when Annotations.Contains(keyword) => true,
            "$ref" => IsValid(Find(rule.GetValue<string>()), value),
            "type" => TypeOf(value) == rule.GetValue<string>() || (rule.GetValue<string>() == "number" && TypeOf(value) == "integer"),
            "const" => JsonNode.DeepEquals(rule, value),
            "enum" => ((JsonArray)rule).Any(r => JsonNode.DeepEquals(r, value)),
            "anyOf" => ((JsonArray)rule).Any(r => IsValid(r, value)),
            "properties" => members is null || members.All(m => rule[m.Key] is not JsonNode property || IsValid(property, m.Value)),
            "additionalProperties" => members is null || members.All(m => all["properties"]?[m.Key] is not null || IsValid(rule, m.Value)),
            "propertyNames" => members is null || members.All(m => IsValid(rule, m.Key)),
            "required" => members is null || ((JsonArray)rule).All(r => members.ContainsKey(r!.GetValue<string>())),
            "minProperties" => members is null || members.Count >= rule.GetValue<int>(),
            "items" => items is null || items.All(i => IsValid(rule, i)),
            "minItems" => items is null || items.Count >= rule.GetValue<int>(),
            "maxItems" => items is null || items.Count <= rule.GetValue<int>(),
            "uniqueItems" => items is null || items.Select(i => i?.ToJsonString()).Distinct().Count() == items.Count,
            "minLength" => text is null || text.Length >= rule.GetValue<int>(),
            "maxLength" => text is null || text.Length <= rule.GetValue<int>(),
            "pattern" => text is null || Regex.IsMatch(text, rule.GetValue<string>(), RegexOptions.ECMAScript),
            "minimum" => number is null || number >= rule.GetValue<double>(),
            "exclusiveMaximum" => number is null || number < rule.GetValue<double>(),
            _ => throw new InvalidOperationException($"unknown keyword {keyword}"),
        };
    }

    private JsonNode Find(string reference) => schema["$defs"]![reference["#/$defs/".Length..]]
        ?? throw new InvalidOperationException($"no {reference}");

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null => "null",
        System.Text.Json.JsonValueKind.Object => "object",
        System.Text.Json.JsonValueKind.Array => "array",
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
        System.Text.Json.JsonValueKind.Number => value.GetValue<double>() == Math.Floor(value.GetValue<double>()) ? "integer" : "number",
        _ => "null",
    };
}
