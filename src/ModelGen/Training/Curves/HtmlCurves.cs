using System.Globalization;
using System.Net;
using System.Text;

namespace ModelGen;

/// <summary>
/// Keeps a run's curves as a page: one HTML file without scripts or anything from elsewhere, in light or dark colours as the reader's
/// browser asks for, written anew after each epoch.
/// </summary>
public sealed class HtmlCurves : ITrainingObserver
{
    private const string Style = """
        :root {
          color-scheme: light dark; --ink: #1b1f24; --quiet: #6a737d; --grid: #e3e6ea; --paper: #ffffff;
          --first: #0b62c4; --second: #b34700;
        }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e8eb; --quiet: #9aa4af; --grid: #30363d; --paper: #14171b; --first: #6cb2ff; --second: #ffab5e; }
        }
        body {
          margin: 2rem auto; max-width: 46rem; padding: 0 1rem; background: var(--paper);
          color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
        }
        h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin: 1.5rem 0 0; }
        svg { width: 100%; height: auto; } svg text { fill: var(--quiet); font-size: 12px; }
        .grid { stroke: var(--grid); } .first { stroke: var(--first); } .second { stroke: var(--second); stroke-dasharray: 6 4; }
        .line { fill: none; stroke-width: 2; }
        text.first { fill: var(--first); stroke: none; } text.second { fill: var(--second); stroke: none; }
        circle.first { fill: var(--first); } circle.second { fill: var(--second); stroke-dasharray: none; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.1rem 0.8rem; text-align: right; border-bottom: 1px solid var(--grid); }
        """;

    private readonly string _path;
    private readonly string _title;
    private readonly List<EpochResult> _history = [];
    private FitRun _run = new(0, [], []);

    /// <summary>Keeps the page in a file.</summary>
    /// <param name="path">The file, which is replaced when a run begins.</param>
    /// <param name="title">The page's heading.</param>
    public HtmlCurves(string path, string title = "Training")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(title);
        (_path, _title) = (path, title);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Started(FitRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
        _history.Clear();
        _history.AddRange(run.History);
        Write();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void EpochEnded(EpochResult result)
    {
        _history.Add(result);
        Write();
    }

    private void Write()
    {
        (string Name,
            Func<EpochResult, double> Value)[] metrics = [.. _run.MetricNames.Select(
                (name, i) => (name, (Func<EpochResult, double>)(r => r.Metrics[i])))];
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Escape(_title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Escape(_title)}</h1>
            <p>{_history.Count} of {_run.Epochs} epochs{Best()}</p>

            """);
        Chart(page, "Loss", ("training", r => r.Loss), ("validation", r => r.Validation.Loss));
        Chart(page, "Validation accuracy", ("accuracy", r => r.Validation.Accuracy));
        foreach (var metric in metrics)
            Chart(page, metric.Name, metric);
        Table(page, metrics);
        page.Append("</body>\n</html>\n");
        AtomicFile.WriteText(_path, page.ToString().ReplaceLineEndings("\n"));
    }

    private string Best()
    {
        int best = _history.FindLastIndex(r => r.IsBest);
        return best < 0 ? "" : MessageText.Invariant(
            $"; best validation loss {_history[best].Validation.Loss:G5} in epoch {best + 1}, with an accuracy of "
                + $"{_history[best].Validation.Accuracy * 100:F2} %");
    }

    private void Chart(StringBuilder page, string title, params (string Name, Func<EpochResult, double> Value)[] series)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Escape(title)}</h2>\n");
        new SvgChart(_run.Epochs, [.. series.Select(s => (s.Name, _history.ConvertAll(r => s.Value(r))))]).Write(page);
    }

    private void Table(StringBuilder page, (string Name, Func<EpochResult, double> Value)[] metrics)
    {
        page.Append("<h2>Values</h2>\n<table>\n<tr><th>epoch</th><th>loss</th><th>validation loss</th><th>accuracy</th>");
        foreach (var (name, _) in metrics)
            page.Append(CultureInfo.InvariantCulture, $"<th>{Escape(name)}</th>");
        page.Append("</tr>\n");
        foreach (EpochResult r in _history)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{r.Epoch}</td><td>{r.Loss:G5}</td><td>{r.Validation.Loss:G5}</td><td>{r.Validation.Accuracy * 100:F2} %</td>");
            foreach (double value in r.Metrics)
                page.Append(CultureInfo.InvariantCulture, $"<td>{value:G5}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</table>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
