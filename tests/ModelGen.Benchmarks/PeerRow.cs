namespace ModelGen.Benchmarks;

/// <summary>One network of the comparison's table.</summary>
/// <param name="Times">In microseconds, ModelGen first.</param>
/// <param name="MultiplyAdds">Of one call.</param>
/// <param name="Difference">Of the outputs, relative to their standard deviation.</param>
/// <param name="PyTorch">The comparison with PyTorch, if there was one.</param>
internal sealed record PeerRow(
    string Network, Alternation Times, long MultiplyAdds, double Difference, StartCost Load, StartCost PeerLoad, PyTorchRow? PyTorch)
{
    public bool Agrees => IsSmall(Difference) && (PyTorch is null || IsSmall(PyTorch.Difference));

    /// <summary>Whether outputs agree. A NaN is a difference, too.</summary>
    public static bool IsSmall(double difference) => difference <= PeerRunner.AllowedDifference;

    public static void PrintHeader()
    {
        Report.Line(
            $"{"",-17}{"median ms",-18}{"minimum ms",-18}{"ratio of",-18}{"GFLOP/s",-16}{"of peak",-15}{"load ms",-15}{"load MB",-14}",
            $"{"difference",13}{"ns apart",14}");
        string both = $"{"ModelGen",9}";
        Report.Line(
            $"{"",-17}{both}{"peer",9}{both}{"peer",9}{"medians",9}{"blocks",9}{both}{"peer",7}{both}{"peer",6}{both}{"peer",6}{both}",
            $"{"peer",6}");
    }

    /// <param name="peak">GFLOP/s that the cores can do at most.</param>
    public void Print(double peak)
    {
        double speed = Speed(Times.FirstMedian), peerSpeed = Speed(Times.SecondMedian);
        FormattableString[] columns =
        [
            $"{Network,-17}", $"{Times.FirstMedian / 1000,9:F3}{Times.SecondMedian / 1000,9:F3}",
            $"{Times.FirstMinimum / 1000,9:F3}{Times.SecondMinimum / 1000,9:F3}",
            $"{Times.SecondMedian / Times.FirstMedian,9:F2}{Times.Ratio,9:F2}", $"{speed,9:F0}{peerSpeed,7:F0}",
            $"{speed / peak,9:P0}{peerSpeed / peak,6:P0}",
            $"{Load.LoadMilliseconds,9:F0}{PeerLoad.LoadMilliseconds,6:F0}", $"{Load.PeakMegabytes,9:F0}{PeerLoad.PeakMegabytes,6:F0}",
            $"{Difference,12:E1}{(IsSmall(Difference) ? "" : " TOO MUCH")}", $"{Distance,14}",
        ];
        Report.Line($"{string.Concat(columns.Select(FormattableString.Invariant))}");
    }

    // Without the outliers of threads that were interrupted; one number where cores stayed where they were.
    private string Distance
    {
        get
        {
            double[] sorted = [.. Times.Distances.Order()];
            if (sorted.Length == 0)
            {
                return "";
            }

            (double least, double most) = (sorted[sorted.Length / 10], sorted[sorted.Length * 9 / 10]);
            return most > 2 * least ? FormattableString.Invariant($"{least:F0} to {most:F0}") : FormattableString.Invariant($"{least:F0}");
        }
    }

    // A multiply-add is two operations.
    private double Speed(double microseconds) => 2.0 * MultiplyAdds / microseconds * 1e-3;
}

/// <summary>The line below a network's row, of the comparison with PyTorch.</summary>
internal sealed record PyTorchRow(string Version, Alternation Times, double Difference)
{
    public void Print() => Report.Line(
        $"  {"PyTorch",-15}{Times.FirstMedian / 1000,9:F3}{Times.SecondMedian / 1000,9:F3}{Times.FirstMinimum / 1000,9:F3}",
        $"{Times.SecondMinimum / 1000,9:F3}{Times.SecondMedian / Times.FirstMedian,9:F2}{Times.Ratio,9:F2}   {Version}; difference ",
        $"{Difference:E1}{(PeerRow.IsSmall(Difference) ? "" : " TOO MUCH")}");
}
