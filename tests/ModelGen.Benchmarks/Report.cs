using System.Globalization;

namespace ModelGen.Benchmarks;

/// <summary>Text for the console, in invariant culture.</summary>
internal static class Report
{
    /// <summary>One line, which may be given in parts.</summary>
    public static void Line(params FormattableString[] parts) =>
        Console.WriteLine(string.Concat(parts.Select(p => p.ToString(CultureInfo.InvariantCulture))));

    /// <summary>The table of a finished comparison, ModelGen first.</summary>
    /// <param name="unit">Of the times, as in "µs per call".</param>
    public static void Comparison(Alternation result, string peer, string unit)
    {
        Line($"{"",-34}{"median",12}{"minimum",12}   {unit}");
        Line($"{"ModelGen",-34}{result.FirstMedian,12:F3}{result.FirstMinimum,12:F3}");
        Line($"{peer,-34}{result.SecondMedian,12:F3}{result.SecondMinimum,12:F3}");
        Line($"ratio {result.Ratio:F2} ({peer} over ModelGen; median of {result.Blocks} block ratios; above 1, ModelGen is faster)");
    }
}
