using System.Globalization;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Writers;

/// <summary>Writes docs/operators: a page for each layer.</summary>
internal static class OperatorPageWriter
{
    public static string Write(Operator op)
    {
        LayerDescription layer = op.Layer!;
        var page = new CodeWriter();
        page.Line($"# {op.Name}\n\n{layer.Documentation}\n\n```csharp\n[{layer.Example}]\n```\n");
        page.Line($"**Shapes:** {layer.ShapeRule}\n\n**Source:** {layer.Source}.\n");
        page.Line($"**Name unless given:** `{layer.DefaultName}1`, `{layer.DefaultName}2`, …\n");
        page.Line("| argument | type | default | meaning |\n|---|---|---|---|");
        if (LayerSyntax.TakesSeveralInputs(op))
            page.Line($"| `{LayerSyntax.Inputs}` | {layer.MinInputs} to {layer.MaxInputs} strings | required | Names of the inputs, that "
                + "of the layer before too; `input` is the network's input. |");
        foreach (AttributeSpec spec in op.Attributes)
            page.Line($"| {Names(spec)} | {Type(spec)} | {Default(spec)} | {spec.Documentation.Replace("|", "\\|")}{Range(spec)} |");
        if (!LayerSyntax.TakesSeveralInputs(op))
            page.Line("| `From` | string | the layer before | Name of the earlier layer that is read; `input` is the network's input. |");
        page.Line("| `Name` | string | see above | Name of the layer, with which the names of its parameters begin. |");
        return LongLines.BreakPage(page.ToString());
    }

    private static string Names(AttributeSpec spec)
    {
        if (!LayerSyntax.IsRequired(spec))
            return LayerSyntax.PluralProperty(spec) is string plural ? $"`{LayerSyntax.Property(spec)}`, `{plural}`"
                : $"`{LayerSyntax.Property(spec)}`";
        (string height, string width) = LayerSyntax.HeightAndWidth(spec);
        return spec.Kind == AttributeKind.Pair ? $"`{spec.Name}` or `{height}, {width}`" : $"`{spec.Name}`";
    }

    private static string Type(AttributeSpec spec) => spec.Kind switch
    {
        AttributeKind.Int => "int",
        AttributeKind.Ints => "int[]",
        AttributeKind.Pair => LayerSyntax.IsRequired(spec) ? "int" : "int; int[] (height, width)",
        AttributeKind.Border => "int; int[] (height, width or top, left, bottom, right)",
        AttributeKind.Float => "double",
        AttributeKind.Bool => "bool",
        _ => $"`{LayerSyntax.WordEnum(spec)}`",
    };

    private static string Default(AttributeSpec spec) => spec.Kind switch
    {
        _ when spec.DefaultsTo is string other => $"`{other}`",
        _ when spec.Default is not AttributeValue => "required",
        AttributeKind.Bool => spec.Default.Value.Int != 0 ? "true" : "false",
        AttributeKind.Float => spec.Default.Value.Number.ToString("R", CultureInfo.InvariantCulture),
        AttributeKind.Word => spec.Default.Value.Word,
        AttributeKind.Ints => "none",
        _ => spec.Default.Value.Ints[0].ToString(CultureInfo.InvariantCulture),
    };

    private static string Range(AttributeSpec spec) =>
        spec.Minimum == int.MinValue ? "" : $" At least {spec.Minimum.ToString(CultureInfo.InvariantCulture)}.";
}
