using System.Globalization;
using System.Text;

namespace ModelGen;

/// <summary>What a network is made of, what it costs, and where its activations live.</summary>
/// <param name="Name">Name of the network's class.</param>
/// <param name="InputShape">Shape of one sample.</param>
/// <param name="Layers">The layers as declared.</param>
/// <param name="ArenaBytes">Memory for activations in inference.</param>
/// <param name="ArenaLowerBoundBytes">The largest sum of activations alive at one step, which no plan can do without.</param>
/// <param name="TrainingArenaBytes">Memory for activations and gradients of a batch in training; 0 for networks that are not
/// trainable.</param>
/// <param name="Batch">The most samples of one call of <c>Forward</c>, which the inference memory is for.</param>
public sealed record NetworkSummary(
    string Name, IReadOnlyList<int> InputShape, IReadOnlyList<LayerSummary> Layers, long ArenaBytes, long ArenaLowerBoundBytes,
    long TrainingArenaBytes, int Batch = 1)
{
    /// <summary>What the numbers of <c>Profile</c> are the times of; empty for networks without it.</summary>
    public IReadOnlyList<StepSummary> Steps { get; init; } = [];

    /// <summary>
    /// Memory for all parameters and running statistics in PyTorch's order, which weights keep unless they are loaded without.
    /// </summary>
    public long ParameterBytes { get; init; }

    /// <summary>The part of <see cref="ParameterBytes"/> that <c>Forward</c> reads as it is, which is always kept.</summary>
    public long ReadParameterBytes { get; init; }

    /// <summary>Memory for weights in the order in which kernels read them.</summary>
    public long PackedBytes { get; init; }

    /// <summary>Memory that is needed only while weights are loaded, besides.</summary>
    public long LoadScratchBytes { get; init; }

    /// <summary>
    /// The most samples of a training step, which <see cref="TrainingArenaBytes"/> is for; 0 for networks that are not trainable.
    /// </summary>
    public int TrainingBatch { get; init; }

    /// <summary>The largest sum of activations and gradients alive at one step of training, which no plan can do without.</summary>
    public long TrainingArenaLowerBoundBytes { get; init; }

    /// <summary>
    /// The largest part of <see cref="TrainingArenaBytes"/> at one step that holds neither, but weights in the order in which the backward
    /// pass reads them and what kernels need for themselves.
    /// </summary>
    public long TrainingPackedBytes { get; init; }

    /// <summary>A trainer's memory for parameters, running averages and what the optimizer keeps for them.</summary>
    public long TrainingParameterBytes { get; init; }

    /// <summary>
    /// The part of <see cref="TrainingParameterBytes"/> that the optimizer keeps, and sums of gradients that are accumulated.
    /// </summary>
    public long OptimizerStateBytes { get; init; }

    /// <summary>All trained values.</summary>
    public long Parameters => Layers.Sum(l => l.Parameters);

    /// <summary>All multiply-adds for one sample.</summary>
    public long MultiplyAdds => Layers.Sum(l => l.MultiplyAdds);

    /// <summary>The table, as <c>torchinfo</c> prints it, with arena offsets and lifetimes beside.</summary>
    public override string ToString()
    {
        string[] header = ["Layer", "Output shape", "Parameters", "Mult-adds", "Arena", "Steps", "Kernel"];
        List<string[]> rows = [["input", Shape(InputShape), "", "", "", "", ""]];
        foreach (LayerSummary layer in Layers)
        {
            rows.Add([
                $"{layer.Name} ({layer.Operator})", Shape(layer.OutputShape), Count(layer.Parameters), Count(layer.MultiplyAdds),
                layer.ArenaOffset is long offset ? "@" + offset.ToString("N0", CultureInfo.InvariantCulture) : "–",
                layer.ArenaOffset is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{layer.FirstStep}–{layer.LastStep}"),
                layer.Kernel,
            ]);
        }
        int[] widths = [.. header.Select((h, i) => Math.Max(h.Length, rows.Max(r => r[i].Length)))];
        var text = new StringBuilder();
        string rule = new('─', widths.Sum() + 2 * (widths.Length - 1));
        text.Append(Name).Append('\n').Append(rule).Append('\n');
        Append(header);
        text.Append(rule).Append('\n');
        foreach (string[] row in rows)
            Append(row);
        text.Append(rule).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"Parameters: {Parameters:N0} ({Parameters * sizeof(float):N0} bytes)\n");
        text.Append(CultureInfo.InvariantCulture, $"Mult-adds:  {MultiplyAdds:N0}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"Arena:      {ArenaBytes:N0} bytes (lower bound {ArenaLowerBoundBytes:N0})");
        if (Batch > 1)
            text.Append(CultureInfo.InvariantCulture, $" for up to {Batch:N0} samples");
        text.Append('\n');
        text.Append(CultureInfo.InvariantCulture,
            $"Weights:    {PackedBytes + ParameterBytes:N0} bytes, {PackedBytes:N0} of them packed; "
                + $"{PackedBytes + ReadParameterBytes:N0} without KeepParameters\n");
        text.Append(CultureInfo.InvariantCulture, $"Loading:    {LoadScratchBytes:N0} bytes besides, and the file's pages\n");
        if (TrainingArenaBytes > 0)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"Training:   {TrainingArenaBytes:N0} bytes (lower bound {TrainingArenaLowerBoundBytes:N0}) for up to {TrainingBatch:N0} "
                    + $"samples, at most {TrainingPackedBytes:N0} of them packed weights\n");
            text.Append(CultureInfo.InvariantCulture,
                $"            {TrainingParameterBytes:N0} bytes of parameters, {OptimizerStateBytes:N0} of them the optimizer's\n");
        }
        return text.ToString();

        void Append(string[] row)
        {
            var line = new StringBuilder();
            for (int i = 0; i < row.Length; i++)
            {
                bool isText = i is < 2 or 6;
                line.Append(isText ? row[i].PadRight(widths[i]) : row[i].PadLeft(widths[i])).Append("  ");
            }
            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }

    private static string Shape(IReadOnlyList<int> shape) => string.Join("×", shape);

    private static string Count(long count) => count == 0 ? "–" : count.ToString("N0", CultureInfo.InvariantCulture);
}
