using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Json;

/// <summary>Makes an operator's attributes of the keys of a layer object. The keys are the attributes' own names.</summary>
internal sealed class JsonArguments(JsonProblems problems, JsonFields fields)
{
    /// <summary>Null where something was wrong, which has been reported.</summary>
    public AttributeMap? Read(Operator op, string label, JsonValue layer, JsonScope scope)
    {
        bool isComplete = true;
        AttributeMap attributes = AttributeMap.Empty;
        EquatableArray<AttributeSpec> specs = op.Attributes;
        foreach (JsonMember member in layer.Members.Where(m => !JsonLayers.LayerKeys.Contains(m.Name)))
        {
            AttributeSpec? spec = specs.FirstOrDefault(s => s.Name == member.Name);
            if (spec is null)
            {
                fields.ReportUnknownKey(member, label, scope, [.. specs.Select(s => s.Name), .. JsonLayers.LayerKeys]);
                isComplete = false;
            }
            else if (Convert(spec, member.Value, $"{label}: {spec.Name}", scope) is AttributeValue value)
            {
                attributes = attributes.With(spec.Name, value);
            }
            else
            {
                isComplete = false;
            }
        }
        foreach (AttributeSpec spec in specs.Where(s => LayerSyntax.IsRequired(s) && layer[s.Name] is null))
        {
            problems.Add(ProblemIds.InvalidArgument, $"{label} needs {spec.Name}", layer.Range, scope);
            isComplete = false;
        }
        return isComplete ? attributes : null;
    }

    private AttributeValue? Convert(AttributeSpec spec, JsonValue value, string what, JsonScope scope)
    {
        switch (spec.Kind)
        {
            case AttributeKind.Float:
                return Real(value, what, scope);
            case AttributeKind.Bool:
                return fields.Integer(value, what, scope, allowTruth: true) is long truth ? truth != 0 : null;
            case AttributeKind.Word:
                if (fields.Text(value, what, scope) is not string word)
                    return null;
                if (LayerChecks.Refuse(spec, word) is not string refusal)
                    return word;
                problems.Add(ProblemIds.InvalidArgument, $"{what} {refusal}", value.Range, scope);
                return null;
            default:
                return Integers(spec, value, what, scope);
        }
    }

    private AttributeValue? Real(JsonValue value, string what, JsonScope scope)
    {
        double? real = null;
        if (value.Kind == JsonKind.String)
            real = fields.Integer(value, what, scope);
        else if (fields.Is(value, JsonKind.Number, what, scope))
            real = double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (real is not double number)
            return null;
        // What was written says more than infinity does.
        if (NumberRange.Finite.Has(number))
            return (float)number;
        problems.Add(ProblemIds.InvalidArgument, $"{what} must be a finite number of single precision, got {value.Describe()}",
            value.Range, scope);
        return null;
    }

    private AttributeValue? Integers(AttributeSpec spec, JsonValue value, string what, JsonScope scope)
    {
        if (value.Kind != JsonKind.Array)
        {
            if (fields.Size(value, what, scope, spec.Minimum) is not int same)
                return null;
            return spec.Kind switch
            {
                AttributeKind.Pair => new[] { same, same },
                AttributeKind.Border => new[] { same, same, same, same },
                // One integer is a list of one.
                _ => same,
            };
        }
        if (spec.Kind == AttributeKind.Int)
        {
            problems.Add(ProblemIds.WrongValue, $"{what} must be one integer, got an array", value.Range, scope);
            return null;
        }
        if (spec.Kind == AttributeKind.Ints || value.Items.Count == 2 || (value.Items.Count == 4 && spec.Kind == AttributeKind.Border))
        {
            int?[] numbers = [.. value.Items.Select((item, i) => fields.Size(item, $"{what}[{JsonFields.Text(i)}]", scope, spec.Minimum))];
            if (numbers.Any(n => n is null))
                return null;
            int[] given = [.. numbers.Select(n => n!.Value)];
            return given.Length == 2 && spec.Kind == AttributeKind.Border ? new[] { given[0], given[1], given[0], given[1] } : given;
        }
        string expected = spec.Kind == AttributeKind.Border
            ? "2 numbers (height, width) or 4 (top, left, bottom, right)" : "2 numbers (height, width)";
        problems.Add(ProblemIds.InvalidArgument, $"{what} takes {expected}, got {JsonFields.Text(value.Items.Count)}", value.Range, scope);
        return null;
    }
}
