using System.Diagnostics;
using System.Text.Json;
using Spectre.Console;

namespace ModelGen.Tool;

/// <summary>Where a command writes: results to one writer, what goes on meanwhile to another. Colours and progress only where a person
/// looks.</summary>
internal sealed class Terminal
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly IAnsiConsole console;
    private readonly bool showsProgress;
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private int progressLength;

    public Terminal(TextWriter output, TextWriter error, bool isTerminal, bool showsProgress)
    {
        (Output, Error, this.showsProgress) = (output, error, showsProgress);
        bool hasColors = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasColors ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = hasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        // A file or a pipe has no width at which names would have to be cut.
        if (!isTerminal)
            console.Profile.Width = 4096;
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Writes a table; columns whose names end in a blank are texts, the others numbers.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        EndProgress();
        var table = new Table { Border = TableBorder.Minimal };
        foreach (string column in columns)
        {
            var header = new TableColumn(new Text(column.TrimEnd(), new Style(decoration: Decoration.Bold)));
            table.AddColumn(column.EndsWith(' ') ? header.LeftAligned() : header.RightAligned());
        }
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        console.Write(table);
    }

    /// <summary>Writes a line.</summary>
    public void Line(string text = "")
    {
        EndProgress();
        Output.Write(text + "\n");
    }

    /// <summary>Writes a value as JSON.</summary>
    public void Json(object value)
    {
        EndProgress();
        Output.Write(JsonSerializer.Serialize(value, value.GetType(), JsonOptions).ReplaceLineEndings("\n") + "\n");
    }

    /// <summary>Whether <see cref="Progress"/> shows anything: for loops that are timed, which should not make texts for nobody.</summary>
    public bool ShowsProgress => showsProgress && watch.ElapsedMilliseconds >= 1000;

    /// <summary>Says how far a command is, where somebody looks and it takes longer than a second.</summary>
    public void Progress(string text)
    {
        if (!ShowsProgress)
            return;
        Error.Write("\r" + text.PadRight(progressLength));
        progressLength = text.Length;
    }

    /// <summary>Wipes out what <see cref="Progress"/> wrote.</summary>
    public void EndProgress()
    {
        if (progressLength > 0)
            Error.Write("\r" + new string(' ', progressLength) + "\r");
        progressLength = 0;
    }
}
