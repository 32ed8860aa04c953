using System.Globalization;
using System.Xml.Linq;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Weights;

namespace ModelGen.Tests.Networks;

public sealed class CurvesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private sealed class Clock : TimeProvider
    {
        public int Seconds { get; set; } = 1_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Seconds);
    }

    private static EpochResult Result(int epoch, double loss = 0.5) =>
        new(epoch, loss, new Evaluation(loss * 2, epoch, 8), epoch == 2) { Metrics = [epoch / 8.0, -loss] };

    private static FitRun Run(params EpochResult[] history) => new(4, history, ["top <2>", "ä"]);

    [Fact]
    public void EventsAreThoseOfTheEpochs()
    {
        var clock = new Clock();
        var log = new TensorBoardLog(_folder.File("a/b"), clock);
        log.Started(Run());
        clock.Seconds = 2_000;
        log.EpochEnded(Result(1, double.NaN));
        log.EpochEnded(Result(300));
        List<LoggedEvent> events = EventFile.Read(_folder.File("a/b"));
        Assert.Equal((1_000, 0, "brain.Event:2"), (events[0].Time, events[0].Step, events[0].FileVersion));
        Assert.Equal([(2_000, 1), (2_000, 300)], events.Skip(1).Select(e => (e.Time, e.Step)));
        Assert.Equal(["loss", "validation_loss", "validation_accuracy", "top <2>", "ä"], events[1].Values.Select(v => v.Tag));
        Assert.Equal([float.NaN, float.NaN, 0.125f, 0.125f, float.NaN], events[1].Values.Select(v => v.Value));
        Assert.Equal([0.5f, 1, 37.5f, 37.5f, -0.5f], events[2].Values.Select(v => v.Value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void ALogThatGoesOnKeepsTimesAndLosesWhatComesAgain(int tornBytes)
    {
        var clock = new Clock();
        var log = new TensorBoardLog(_folder.File("log"), clock);
        log.Started(Run());
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            clock.Seconds++;
            log.EpochEnded(Result(epoch));
        }
        string file = Assert.Single(Directory.GetFiles(_folder.File("log")));
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..^tornBytes]);
        // The last checkpoint is that after epoch 2.
        var resumed = new TensorBoardLog(_folder.File("log"), clock);
        resumed.Started(Run(Result(1), Result(2)));
        resumed.EpochEnded(Result(3));
        Assert.Equal(whole, File.ReadAllBytes(file));

        // Of a file with other values, and of one that is gone, the epochs are there all the same.
        clock.Seconds = 5_000;
        resumed.Started(Run(Result(1), Result(2, 0.25)));
        Assert.Equal([(1_000, 0), (1_001, 1), (5_000, 2)], EventFile.Read(_folder.File("log")).Select(e => (e.Time, e.Step)));
        File.Delete(file);
        resumed.Started(Run(Result(1)));
        Assert.Equal([(5_000, 0), (5_000, 1)], EventFile.Read(_folder.File("log")).Select(e => (e.Time, e.Step)));
        resumed.Started(Run());
        Assert.Single(EventFile.Read(_folder.File("log")));
    }

    [Fact]
    public void ThePageHasTheCurvesAndNeedsNothingElse()
    {
        var html = new HtmlCurves(_folder.File("c.html"), "Net <1> & \"2\"");
        html.Started(Run(Result(1)));
        html.EpochEnded(Result(2, double.NaN));
        html.EpochEnded(Result(3, 0.125));
        string page = File.ReadAllText(_folder.File("c.html"));
        Assert.StartsWith("<!DOCTYPE html>\n", page, StringComparison.Ordinal);
        Assert.Contains("<title>Net &lt;1&gt; &amp; &quot;2&quot;</title>", page, StringComparison.Ordinal);
        Assert.Contains("<p>3 of 4 epochs; best validation loss NaN in epoch 2, with an accuracy of 25.00 %</p>", page,
            StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.All((string[])["http", "<script", "src=", "url(", "<2>", "\r"],
            text => Assert.DoesNotContain(text, page, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("<tr><td>3</td><td>0.125</td><td>0.25</td><td>37.50 %</td><td>0.375</td><td>-0.125</td></tr>", page,
            StringComparison.Ordinal);

        XElement[] charts = [.. page.Split("<svg").Skip(1)
            .Select(part => XElement.Parse("<svg" + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)]))];
        Assert.Equal(4, charts.Length);
        // What is no number is a gap.
        Assert.Equal([4, 3, 3, 2], charts.Select(c => c.Elements("circle").Count()));
        Assert.Equal(2, charts[3].Element("path")!.Attribute("d")!.Value.Count(c => c == 'M'));
        foreach (XElement point in charts.SelectMany(c => c.Elements("circle").Concat(c.Elements("text"))))
        {
            Assert.InRange(Coordinate(point, "x"), 0, 720);
            Assert.InRange(Coordinate(point, "y"), 0, 260);
        }
        // Larger values are higher, later epochs further right.
        XElement[] accuracy = [.. charts[1].Elements("circle")];
        Assert.Equal(accuracy.Select(p => Coordinate(p, "x")).Order(), accuracy.Select(p => Coordinate(p, "x")));
        Assert.Equal(accuracy.Select(p => Coordinate(p, "y")).OrderDescending(), accuracy.Select(p => Coordinate(p, "y")));
        Assert.Equal("accuracy, epoch 3: 0.375", accuracy[2].Element("title")!.Value);

        var resumed = new HtmlCurves(_folder.File("c.html"), "Net <1> & \"2\"");
        resumed.Started(Run(Result(1), Result(2, double.NaN)));
        resumed.EpochEnded(Result(3, 0.125));
        Assert.Equal(page, File.ReadAllText(_folder.File("c.html")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1e-30, 1.5e-30)]
    [InlineData(-3, 1e9)]
    [InlineData(double.NaN, double.PositiveInfinity)]
    public void AnyValuesHaveAChart(double first, double second)
    {
        var text = new System.Text.StringBuilder();
        new SvgChart(1, [("x", [first, second])]).Write(text);
        XElement chart = XElement.Parse(text.ToString());
        Assert.InRange(chart.Elements("line").Count(), 2, 9);
        Assert.All(chart.Elements("circle"), p => Assert.InRange(Coordinate(p, "y"), 0, 260));
        Assert.Equal(((double[])[first, second]).Count(double.IsFinite), chart.Elements("circle").Count());
    }

    private static double Coordinate(XElement element, string axis) =>
        double.Parse((element.Attribute(axis) ?? element.Attribute("c" + axis))!.Value, CultureInfo.InvariantCulture);

    [Fact]
    public void OnATerminalTheBarIsRedrawn()
    {
        var text = new StringWriter();
        var progress = new ConsoleProgress(text, () => 60);
        progress.Started(Run(Result(1)));
        progress.Stepped(new StepProgress(2, 4, 1, 4, 0.75, 1234.5, TimeSpan.FromSeconds(3_700)));
        // Too soon for another one.
        progress.Stepped(new StepProgress(2, 4, 2, 4, 0.5, 1234.5, TimeSpan.FromSeconds(61)));
        progress.Stepped(new StepProgress(2, 4, 4, 4, 0.25, 1234.5, TimeSpan.Zero));
        progress.EpochEnded(Result(2));
        string[] parts = text.ToString().Split('\r');
        Assert.Equal("goes on after epoch 1 of 4, accuracy 12.50 %\n", parts[0]);
        // Cut at the width, as it would be torn otherwise.
        Assert.Equal("epoch 2/4 [######..................]  25 %  loss 0.7500  ac", parts[1]);
        Assert.Equal("epoch 2/4 [########################] 100 %  loss 0.2500  ac", parts[2]);
        Assert.Equal(new string(' ', 59), parts[3]);
        Assert.Equal("epoch 2/4  loss 0.5000  validation 1.0000  accuracy 25.00 %  1234/s  best\n", parts[4]);
        Assert.Equal(5, parts.Length);

        text = new StringWriter();
        progress = new ConsoleProgress(text, () => 200);
        progress.Started(Run());
        progress.Stepped(new StepProgress(1, 4, 1, 4, 0.75, 1234.5, TimeSpan.FromSeconds(3_700)));
        Assert.Equal("\repoch 1/4 [######..................]  25 %  loss 0.7500  1234/s  0.01:01:40 left", text.ToString());
    }

    [Fact]
    public void ElsewhereThereAreTheLinesAlone()
    {
        var text = new StringWriter();
        var progress = new ConsoleProgress(text);
        progress.Started(Run());
        progress.Stepped(new StepProgress(1, 4, 1, 1, 0.75, 10, TimeSpan.Zero));
        progress.EpochEnded(Result(1));
        Assert.Equal("epoch 1/4  loss 0.5000  validation 1.0000  accuracy 12.50 %  10/s\n", text.ToString());
    }
}
