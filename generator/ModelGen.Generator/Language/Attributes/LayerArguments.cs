using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Attributes;

/// <summary>
/// Makes an operator's attributes of the arguments that a user wrote, and checks them as far as that goes without knowing the inputs.
/// </summary>
internal sealed class LayerArguments
{
    private readonly Operator _op;
    private readonly string _label;
    private readonly Place _place;
    private readonly List<LocatedProblem<Place>> _problems;
    private readonly Dictionary<string, string> _writtenAs = new(StringComparer.Ordinal);
    private AttributeMap _attributes = AttributeMap.Empty;

    private LayerArguments(Operator op, string label, Place place, List<LocatedProblem<Place>> problems) =>
        (_op, _label, _place, _problems) = (op, label, place, problems);

    /// <summary>Null where something was wrong, which then has been added to <paramref name="problems"/>.</summary>
    public static AttributeMap? Read(
        Operator op, string label, Place place, EquatableArray<LayerArgument> arguments, List<LocatedProblem<Place>> problems)
    {
        int before = problems.Count;
        var reader = new LayerArguments(op, label, place, problems);
        foreach (LayerArgument argument in arguments)
            reader.Read(argument);
        foreach (AttributeSpec spec in op.Attributes)
        {
            if (LayerSyntax.IsRequired(spec) && !reader._writtenAs.ContainsKey(spec.Name))
                problems.Add(new(new(ProblemIds.InvalidArgument, $"{label} needs {spec.Name}"), place));
        }
        return problems.Count == before ? reader._attributes : null;
    }

    private void Read(LayerArgument argument)
    {
        if (!LayerSyntax.TryFind(_op, argument.WrittenAs, out AttributeSpec spec, out WrittenForm form))
        {
            Report(argument, $"there is no {argument.WrittenAs}");
            return;
        }
        bool isSecondHalf = form is WrittenForm.Height or WrittenForm.Width && _writtenAs.ContainsKey(spec.Name);
        if (_writtenAs.TryGetValue(spec.Name, out string? other) && !isSecondHalf)
        {
            Report(argument, $"{other} and {argument.WrittenAs} say the same twice; give one of them");
            return;
        }
        _writtenAs[spec.Name] = argument.WrittenAs;
        if (Convert(argument, spec, form) is AttributeValue value)
            _attributes = _attributes.With(spec.Name, value);
    }

    private AttributeValue? Convert(LayerArgument argument, AttributeSpec spec, WrittenForm form)
    {
        if (spec.Kind is AttributeKind.Int or AttributeKind.Pair or AttributeKind.Border or AttributeKind.Ints)
            return Integers(argument, spec, form);
        AttributeValue written = spec.Kind == AttributeKind.Word ? LayerChecks.WordOf(spec, argument.Value.Int) : argument.Value;
        if (LayerChecks.Refuse(spec, written) is not string refusal)
            return LayerChecks.Normal(spec, written);
        Report(argument, $"{argument.WrittenAs} {refusal}");
        return null;
    }

    private AttributeValue? Integers(LayerArgument argument, AttributeSpec spec, WrittenForm form)
    {
        EquatableArray<int> given = argument.Value.Ints;
        if (LayerChecks.Refuse(spec, argument.Value) is string refusal)
        {
            Report(argument, $"{argument.WrittenAs} {refusal}", form == WrittenForm.Each || spec.Kind == AttributeKind.Ints
                ? LayerChecks.FirstTooSmall(spec, argument.Value) : -1);
            return null;
        }
        switch (form, spec.Kind, given.Count)
        {
            case (WrittenForm.Whole, AttributeKind.Int, 1):
                return given[0];
            case (WrittenForm.Whole, AttributeKind.Ints, _):
                return given;
            case (WrittenForm.Whole, AttributeKind.Pair, 1):
                return new[] { given[0], given[0] };
            case (WrittenForm.Whole, AttributeKind.Border, 1):
                return new[] { given[0], given[0], given[0], given[0] };
            case (WrittenForm.Height or WrittenForm.Width, _, 1):
                EquatableArray<int> known = _attributes.TryGet(spec.Name, out AttributeValue half) ? half.Ints : [given[0], given[0]];
                return form == WrittenForm.Height ? new[] { given[0], known[1] } : new[] { known[0], given[0] };
            case (WrittenForm.Each, AttributeKind.Pair, 2) or (WrittenForm.Each, AttributeKind.Border, 4):
                return given;
            case (WrittenForm.Each, AttributeKind.Border, 2):
                return new[] { given[0], given[1], given[0], given[1] };
            default:
                string expected = spec.Kind == AttributeKind.Border
                    ? "2 numbers (height, width) or 4 (top, left, bottom, right)" : "2 numbers (height, width)";
                Report(argument, $"{argument.WrittenAs} takes {expected}, got {Text(given.Count)}");
                return null;
        }
    }

    private void Report(LayerArgument argument, string message, int element = -1) =>
        _problems.Add(new(new(ProblemIds.InvalidArgument, $"{_label}: {message}"), _place.At(argument.WrittenAs, element)));

    // The minus sign is the culture's otherwise.
    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
