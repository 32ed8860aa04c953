using System.Globalization;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Writers;

/// <summary>Writes docs/options.md: what [Network] and [Trainable] say, and the settings of optimizers.</summary>
internal static class OptionPageWriter
{
    private const int Longest = 140;

    public static string Write()
    {
        var page = new CodeWriter();
        page.Line("""
            # Options

            What a network says beside its layers. In C# these are properties of attributes, in [network files](json.md) keys that begin
            small. This page is written from the compiler's tables by `generator/ModelGen.Writers`.
            """);
        Section(page, "[Network]", "At the top of a network file.", NetworkOption.All);
        Section(page, "[Trainable]", "In a network file under `trainable`. [Training](training.md) says what all of it is for.",
            TrainableOption.All);
        page.Line("""

            ## Optimizers

            Each is a class with settings that may change between steps, and has the meaning of its namesake in torch.optim. What it keeps
            for each parameter is part of the trainer's memory. Defaults are those of its constructor.

            """);
        foreach (OptimizerRow row in OptimizerTable.Rows)
            Item(page, $"**`{row.Name}`**: {row.Documentation}. Keeps `{string.Join("`, `", row.States)}`. Settings: {Settings(row)}.");
        return page.ToString();
    }

    private static void Section(CodeWriter page, string title, string where, EquatableArray<Option> options)
    {
        page.Line($"\n## {title}\n\n{where}\n");
        foreach (Option option in options)
        {
            string remarks = option.Remarks.Length > 0 ? " " + option.Remarks : "";
            Item(page, $"**`{option.Name}`** ({Type(option)}{Default(option)}): {OptionAttributeWriter.Describe(option)}{remarks}");
        }
    }

    private static void Item(CodeWriter page, string text)
    {
        string start = "- ";
        foreach (string line in Wrapped.Lines(text, Longest - start.Length))
        {
            page.Line(start + line);
            start = "  ";
        }
    }

    private static string Type(Option option) => option switch
    {
        FlagOption => "true or false",
        IntegerOption => "integer",
        WordOption words => string.Join(", ", words.Words.Select(w => $"`{w}`")),
        TextOption => "text",
        _ => "number",
    };

    private static string Default(Option option) => option switch
    {
        FlagOption => "; false unless given",
        TextOption or OptionalNumberOption => "",
        WordOption => "; the first unless given",
        _ => $"; {AttributeText.Number(option.Default!.Value)} unless given",
    };

    private static string Settings(OptimizerRow row)
    {
        Type type = typeof(GradientDescent).Assembly.GetType("ModelGen." + row.Name)
            ?? throw new InvalidOperationException($"the library has no class {row.Name} for the optimizer of that name");
        var settings = type.GetConstructors()[0].GetParameters();
        return string.Join(", ", settings.Select(p => $"`{char.ToUpperInvariant(p.Name![0])}{p.Name[1..]}` {Text(p.DefaultValue)}"));
    }

    private static string Text(object? value) =>
        value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
