using System.Globalization;
using System.Net;
using System.Text;

namespace ModelGen;

/// <summary>One or two lines over epochs, as SVG.</summary>
/// <param name="epochs">All epochs of the run; the axis is as long.</param>
/// <param name="series">What the lines are called, and their values from epoch 1 on. What is not finite is a gap.</param>
internal sealed class SvgChart(int epochs, IReadOnlyList<(string Name, List<double> Values)> series)
{
    private const int Width = 720, Height = 260, Left = 64, Right = 16, Top = 24, Bottom = 28;
    private const int MostTicks = 6;
    private static readonly string[] Classes = ["first", "second"];

    private readonly int _last = Math.Max(2, Math.Max(epochs, series.Max(s => s.Values.Count)));
    private double _low;
    private double _high;

    /// <summary>Writes the element.</summary>
    public void Write(StringBuilder svg)
    {
        double[] values = [.. series.SelectMany(s => s.Values).Where(double.IsFinite)];
        (_low, _high) = values.Length == 0 ? (0, 1) : (values.Min(), values.Max());
        double step = Step(_high - _low);
        // Whole steps, so that the axis ends with a tick at both ends.
        (_low, _high) = (Math.Floor(_low / step) * step, Math.Ceiling(_high / step) * step);
        if (_low == _high)
            _high = _low + step;

        Append(svg, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" "
            + $"aria-label=\"{WebUtility.HtmlEncode(string.Join(", ", series.Select(s => s.Name)))}\">\n");
        for (int i = 0; i <= Math.Round((_high - _low) / step); i++)
        {
            double value = (Math.Round(_low / step) + i) * step;
            Append(svg, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\"/><text "
                + $"x=\"{Left - 8}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{value:G6}</text>\n");
        }
        int stride = (int)Math.Max(1, Step(_last - 1));
        for (int epoch = 1; epoch <= _last; epoch += epoch == 1 && stride > 1 ? stride - 1 : stride)
            Append(svg, $"<text x=\"{X(epoch):F1}\" y=\"{Height - 8}\" text-anchor=\"middle\">{epoch}</text>\n");
        for (int i = 0; i < series.Count; i++)
            Line(svg, series[i].Name, series[i].Values, i);
        svg.Append("</svg>\n");
    }

    private void Line(StringBuilder svg, string name, List<double> values, int index)
    {
        string style = Classes[index];
        var path = new StringBuilder();
        for (int i = 0; i < values.Count; i++)
        {
            if (double.IsFinite(values[i]))
                Append(path, $"{(i > 0 && double.IsFinite(values[i - 1]) ? 'L' : 'M')}{X(i + 1):F1} {Y(values[i]):F1}");
        }
        if (path.Length > 0)
            Append(svg, $"<path class=\"line {style}\" d=\"{path}\"/>\n");
        for (int i = 0; i < values.Count; i++)
        {
            if (double.IsFinite(values[i]))
                Append(svg, $"<circle class=\"{style}\" cx=\"{X(i + 1):F1}\" cy=\"{Y(values[i]):F1}\" "
                    + $"r=\"2.5\"><title>{WebUtility.HtmlEncode(name)}, epoch {i + 1}: {values[i]:G6}</title></circle>\n");
        }
        Append(svg, $"<text class=\"{style}\" x=\"{Left + index * 140}\" y=\"14\">{(index == 0 ? "——" : "- - -")} "
            + $"{WebUtility.HtmlEncode(name)}</text>\n");
    }

    private double X(double epoch) => Left + (epoch - 1) / (_last - 1) * (Width - Left - Right);

    private double Y(double value) => Top + (_high - value) / (_high - _low) * (Height - Top - Bottom);

    // 1, 2 or 5 times a power of ten, so that there are few ticks.
    private static double Step(double range)
    {
        if (!(range > 0))
            return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(range / MostTicks)));
        foreach (int factor in (int[])[1, 2, 5])
        {
            if (range / (factor * power) <= MostTicks)
                return factor * power;
        }
        return 10 * power;
    }

    private static void Append(StringBuilder text, InvariantText part) => text.Append(part.Take());
}
