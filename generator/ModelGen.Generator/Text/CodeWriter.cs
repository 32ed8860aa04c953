using System.Text;
using ModelGen.Generator.Diagnostics;

namespace ModelGen.Generator.Text;

/// <summary>Indented C# text with fixed '\n' line ends.</summary>
internal sealed class CodeWriter
{
    /// <summary>
    /// The most characters of code: several times what networks of a thousand layers take, and half a minute of the C# compiler's time.
    /// </summary>
    public const int MostCharacters = 16_000_000;

    private readonly StringBuilder _text = new();
    private int _indent;

    /// <summary>Writes one or more lines at the current indentation.</summary>
    /// <exception cref="ShapeException">It is more than anybody would want to compile.</exception>
    public CodeWriter Line(string lines = "")
    {
        if (_text.Length + (long)lines.Length > MostCharacters)
        {
            throw new ShapeException(ProblemIds.TooLarge, FormattableString.Invariant(
                $"the network is too large: the code for it would have more than {MostCharacters:N0} characters; ")
                + "use fewer layers, or fewer different ones");
        }
        foreach (string line in lines.Split('\n'))
        {
            string trimmed = line.TrimEnd('\r');
            if (trimmed.Length > 0)
                _text.Append(' ', _indent * 4).Append(trimmed);
            _text.Append('\n');
        }
        return this;
    }

    /// <summary>Writes parts one behind the other, as many to a line as are easy to read.</summary>
    /// <param name="indentation">What stands before the parts of all lines but the first.</param>
    public CodeWriter Wrapped(IEnumerable<string> parts, string indentation = "")
    {
        const int Widest = 200;
        string line = "";
        foreach (string part in parts)
        {
            string longer = line.Length == 0 ? part : line + " " + part;
            if (line.Length > 0 && _indent * 4 + longer.Length > Widest)
            {
                Line(line);
                longer = indentation + part;
            }
            line = longer;
        }
        return Line(line);
    }

    /// <summary>Writes a header and an opening brace; disposing writes the closing one.</summary>
    public Scope Block(string header, string close = "}")
    {
        Line(header);
        Line("{");
        _indent++;
        return new Scope(this, close);
    }

    /// <summary>
    /// Writes a public static array; a long one is put together from what several methods give, because the JIT compiler does not like
    /// methods that are too long.
    /// </summary>
    public void Table(string type, string name, IReadOnlyList<string> rows)
    {
        const int MostRows = 200;
        int parts = (rows.Count + MostRows - 1) / MostRows;
        if (parts <= 1)
        {
            Rows($"public static readonly {type}[] {name} =", 0);
            return;
        }
        Line($"public static readonly {type}[] {name} = [{string.Join(", ", Enumerable.Range(1, parts).Select(i => $".. {name}{i}()"))}];");
        for (int i = 0; i < parts; i++)
        {
            Line();
            Rows($"private static {type}[] {name}{i + 1}() =>", i * MostRows);
        }

        void Rows(string header, int first)
        {
            Line(header);
            Line("[");
            foreach (string row in rows.Skip(first).Take(MostRows))
                Line($"    {row},");
            Line("];");
        }
    }

    /// <summary>Braces that limit the life of the locals inside.</summary>
    public Scope Braces()
    {
        Line("{");
        _indent++;
        return new Scope(this, "}");
    }

    /// <summary>
    /// A loop with constant bounds. Where the body runs once there is no loop and <paramref name="index"/> is the constant; braces are
    /// written then only if
    /// <paramref name="scoped"/>, for bodies that stand beside others with the same locals.
    /// </summary>
    /// <param name="index">What stands for the loop variable in the body.</param>
    /// <param name="stepText">What to write for the step, if not the number.</param>
    public Scope For(string variable, int from, int to, int step, out string index, bool scoped = false, string? stepText = null)
    {
        bool once = from + step >= to;
        index = once ? from.ToString(System.Globalization.CultureInfo.InvariantCulture) : variable;
        if (once)
            return scoped ? Braces() : default;
        return Block($"for (int {variable} = {from}; {variable} < {to}; {Increment(variable, step, stepText)})");
    }

    public Scope For(string variable, int from, int to, out string index) => For(variable, from, to, 1, out index);

    /// <summary>A loop over the samples of the batch.</summary>
    public Scope ForSamples(string variable = "n") => Block($"for (int {variable} = 0; {variable} < samples; {variable}++)");

    /// <summary>
    /// A loop over tiles, of what a kernel divides among threads. Where it has several units, it does those tiles that begin in the units
    /// from the kernel's <c>firstUnit</c> to
    /// <c>endUnit</c>; otherwise it is a loop with constant bounds.
    /// </summary>
    /// <param name="units">The kernel's units.</param>
    /// <param name="unit">What a unit has, if not one.</param>
    public Scope ForUnits(
        string variable, int from, int to, int step, int units, out string index,
        bool scoped = false, string? stepText = null, int unit = 1)
    {
        if (units == 1)
            return For(variable, from, to, step, out index, scoped, stepText);
        index = variable;
        string times = unit == 1 ? "" : $" * {unit}";
        // The same text for all vector widths.
        bool isWhole = from == 0 && (stepText is null ? unit % step == 0 : stepText == "S.Width");
        string first = isWhole ? $"firstUnit{times}" : $"Units.First({from}, {stepText ?? $"{step}"}, firstUnit{times})";
        string end = to == units * unit ? $"endUnit{times}" : $"Math.Min({to}, endUnit{times})";
        return Block($"for (int {variable} = {first}; {variable} < {end}; {Increment(variable, step, stepText)})");
    }

    public override string ToString() => _text.ToString();

    private static string Increment(string variable, int step, string? text) =>
        step == 1 ? variable + "++" : $"{variable} += {text ?? step.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>Ends a block; the default ends nothing.</summary>
    internal readonly struct Scope(CodeWriter? writer, string close) : IDisposable
    {
        public void Dispose()
        {
            if (writer is null)
                return;
            writer._indent--;
            writer.Line(close);
        }
    }
}
