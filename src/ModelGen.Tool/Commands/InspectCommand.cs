using System.CommandLine;
using System.Globalization;
using ModelGen.Safetensors;

namespace ModelGen.Tool.Commands;

/// <summary><c>inspect FILE</c>: what a safetensors file holds; a checkpoint is one.</summary>
internal static class InspectCommand
{
    private sealed record Row(string Name, string Dtype, IReadOnlyList<long> Shape, long Elements, long Bytes,
        TensorStatistics? Statistics);

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file: weights, or a checkpoint." };
        var noStatistics = new Option<bool>("--no-stats") { Description = "Read the header alone." };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("inspect", "Lists the tensors of a file: names, types, shapes, sizes and statistics.",
            "inspect resnet50.safetensors", "inspect run.st --json --no-stats");
        command.Add(file);
        command.Add(noStatistics);
        command.Add(json);
        command.SetAction(parsed => Run(terminal, parsed.GetValue(file)!, parsed.GetValue(noStatistics), parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string path, bool noStatistics, bool json)
    {
        using var file = SafetensorsFile.Open(path);
        var rows = new List<Row>();
        foreach (var tensor in file.Tensors)
        {
            terminal.Progress($"{rows.Count} of {file.Tensors.Count} tensors");
            rows.Add(new Row(tensor.Name, tensor.Dtype.ToString(), tensor.Shape, tensor.ElementCount, tensor.End - tensor.Begin,
                noStatistics ? null : TensorStatistics.Of(file, tensor)));
        }
        if (json)
        {
            terminal.Json(new { file = path, tensors = rows, file.Metadata });
            return ExitCode.Success;
        }
        string[] columns = ["Name ", "Type ", "Shape ", "Bytes"];
        terminal.Table(noStatistics ? columns : [.. columns, "Minimum", "Maximum", "Mean", "Deviation", "Zeros", "NaN, ∞"],
            rows.Select(row => (string[])
            [
                row.Name, row.Dtype, Numbers.Shape(row.Shape), Numbers.Count(row.Bytes), .. noStatistics ? [] : Cells(row.Statistics),
            ]));
        foreach (var group in rows.GroupBy(row => row.Dtype))
            terminal.Line($"{group.Key}: {Numbers.Count(group.Count())} tensors, {Numbers.Count(group.Sum(row => row.Elements))} values, "
                + $"{Numbers.Count(group.Sum(row => row.Bytes))} bytes");
        foreach (var (key, value) in file.Metadata)
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{key}: {(value.Length > 200 ? value[..200] + "…" : value).ReplaceLineEndings(" ")}"));
        return ExitCode.Success;
    }

    private static string[] Cells(TensorStatistics? s) => s is null
        ? ["–", "–", "–", "–", "–", "–"]
        :
        [
            Numbers.Short(s.Minimum), Numbers.Short(s.Maximum), Numbers.Short(s.Mean), Numbers.Short(s.Deviation),
            Numbers.Count(s.Zeros), Numbers.Count(s.NonFinite),
        ];
}
