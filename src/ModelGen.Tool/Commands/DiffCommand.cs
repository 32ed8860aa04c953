using System.CommandLine;
using ModelGen.Safetensors;

namespace ModelGen.Tool.Commands;

/// <summary><c>diff A B</c>: in which tensors two files differ.</summary>
internal static class DiffCommand
{
    private sealed record Row(string Name, string Difference, long DifferentValues, double LargestDifference);

    public static Command Create(Terminal terminal)
    {
        var first = new Argument<string>("A") { Description = "A safetensors file." };
        var second = new Argument<string>("B") { Description = "Another." };
        var tolerance = new Option<double>("--tolerance") { Description =
            "The largest difference of two values that counts as none; 0 unless given, and then types must be the same too." };
        var json = CommandLine.JsonOption();
        var command = CommandLine.Create("diff",
            "Compares two files by name: tensors of one alone, shapes, types and values. Exit code 1 if they differ.",
            "diff epoch10.safetensors epoch20.safetensors", "diff f32.safetensors bf16.safetensors --tolerance 0.01");
        command.Add(first);
        command.Add(second);
        command.Add(tolerance);
        command.Add(json);
        command.SetAction(parsed => Run(terminal, parsed.GetValue(first)!, parsed.GetValue(second)!, parsed.GetValue(tolerance),
            parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string first, string second, double tolerance, bool json)
    {
        if (!(tolerance >= 0))
            throw new ToolException($"--tolerance: expected a number of at least 0, got {tolerance}");
        using SafetensorsFile a = SafetensorsFile.Open(first), b = SafetensorsFile.Open(second);
        var rows = new List<Row>();
        int done = 0;
        foreach (var tensor in a.Tensors)
        {
            terminal.Progress($"{done++} of {a.Tensors.Count} tensors");
            if (!b.TryGet(tensor.Name, out var other))
                rows.Add(new Row(tensor.Name, $"only in {first}", 0, 0));
            else if (Compare(a, tensor, b, other, tolerance) is { } row)
                rows.Add(row);
        }
        rows.AddRange(b.Tensors.Where(tensor => !a.TryGet(tensor.Name, out _))
            .Select(tensor => new Row(tensor.Name, $"only in {second}", 0, 0)));
        if (json)
            terminal.Json(new { a = first, b = second, differ = rows.Count > 0, tensors = rows });
        else
        {
            if (rows.Count > 0)
                terminal.Table(["Name ", "Difference ", "Values", "Largest"], rows.Select(row => row.DifferentValues == 0
                    ? (string[])[row.Name, row.Difference, "", ""]
                    : [row.Name, row.Difference, Numbers.Count(row.DifferentValues), Numbers.Short(row.LargestDifference)]));
            terminal.Line($"{Numbers.Count(rows.Count)} of "
                + $"{Numbers.Count(a.Tensors.Select(t => t.Name).Union(b.Tensors.Select(t => t.Name)).Count())} tensors differ");
        }
        return rows.Count == 0 ? ExitCode.Success : ExitCode.No;
    }

    private static Row? Compare(SafetensorsFile a, SafetensorsEntry tensor, SafetensorsFile b, SafetensorsEntry other, double tolerance)
    {
        if (!tensor.Shape.SequenceEqual(other.Shape))
            return new Row(tensor.Name, $"shape {Numbers.Shape(tensor.Shape)}, {Numbers.Shape(other.Shape)}", 0, 0);
        string types = tensor.Dtype == other.Dtype ? "" : $"type {tensor.Dtype}, {other.Dtype}";
        if (TensorStatistics.FloatsOf(a, tensor) is not { } x || TensorStatistics.FloatsOf(b, other) is not { } y)
            return types.Length > 0 || !a.ReadRaw(tensor.Name).SequenceEqual(b.ReadRaw(other.Name))
                ? new Row(tensor.Name, types.Length > 0 ? types : "values", 0, 0) : null;
        long different = 0;
        double largest = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(x[i]) == BitConverter.SingleToInt32Bits(y[i]))
                continue;
            double difference = Math.Abs((double)x[i] - y[i]);
            // Infinities of one sign, and NaN with other bits, have no difference that could be subtracted.
            if (double.IsNaN(difference))
                difference = float.IsNaN(x[i]) && float.IsNaN(y[i]) || x[i] == y[i] ? 0 : double.PositiveInfinity;
            if (difference > tolerance)
                different++;
            largest = Math.Max(largest, difference);
        }
        if (different == 0)
            return types.Length > 0 && tolerance == 0 ? new Row(tensor.Name, types, 0, 0) : null;
        return new Row(tensor.Name, types.Length > 0 ? types + ", values" : "values", different, largest);
    }
}
