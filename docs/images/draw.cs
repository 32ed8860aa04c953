// Draws the pictures of README from what programs really say; draw.sh runs them.
//   draw.cs editor SOURCE.cs ERRORS.sarif OUT.svg    source code with its first error, as an editor shows it
//   draw.cs terminal TEXT OUT.svg                    lines of a terminal
//   draw.cs curve CURVES.html OUT.svg                the first chart of a page of curves
#:property PublishAot=false
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

const double Advance = 8.2, LineHeight = 20, Margin = 18;

switch (args)
{
    case ["editor", var source, var errors, var picture]:
        File.WriteAllText(picture, Editor(File.ReadAllLines(source), JsonDocument.Parse(File.ReadAllText(errors))));
        break;
    case ["terminal", var text, var picture]:
        File.WriteAllText(picture, Terminal(File.ReadAllText(text).TrimEnd().Split('\n')));
        break;
    case ["curve", var page, var picture]:
        File.WriteAllText(picture, Curve(File.ReadAllText(page)));
        break;
    default:
        throw new ArgumentException("usage: see the first lines of draw.cs");
}

static string Editor(string[] source, JsonDocument log)
{
    JsonElement error = log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
        .First(result => result.GetProperty("ruleId").GetString()!.StartsWith("MG", StringComparison.Ordinal));
    JsonElement region = error.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region");
    int line = region.GetProperty("startLine").GetInt32() - 1;
    int from = region.GetProperty("startColumn").GetInt32() - 1, to = region.GetProperty("endColumn").GetInt32() - 1;
    string id = error.GetProperty("ruleId").GetString()!;
    string[] message = [.. Wrap($"{id}: {error.GetProperty("message").GetProperty("text").GetString()}", 72)];

    const double Numbers = 44;
    double width = 2 * Margin + Numbers + 90 * Advance;
    double box = 14 + message.Length * LineHeight;
    var svg = new StringBuilder();
    double y = Margin;
    for (int i = 0; i < source.Length; i++)
    {
        string number = (i + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2);
        svg.Append(Text(number, Margin, y + 15, i == line ? "#c6c6c6" : "#6e7681"));
        svg.Append(Code(source[i], Margin + Numbers, y + 15));
        if (i == line)
        {
            double left = Margin + Numbers + from * Advance;
            svg.Append(Squiggle(left, y + 19, (to - from) * Advance));
            y += LineHeight;
            double wide = 20 + message.Max(row => row.Length) * Advance;
            svg.Append(Invariant($"<rect x=\"{left:F1}\" y=\"{y + 4}\" width=\"{wide:F1}\" height=\"{box}\" rx=\"4\""));
            svg.Append(" fill=\"#252a31\" stroke=\"#454b54\"/>\n");
            for (int row = 0; row < message.Length; row++)
                svg.Append(Text(message[row], left + 10, y + 4 + 20 + row * LineHeight, "#f0a8a0"));
            y += box + 10;
            continue;
        }
        y += LineHeight;
    }
    return Page(width, y + Margin, svg, $"Source code with an error under a layer. {string.Join(' ', message)}");
}

static string Terminal(string[] lines)
{
    var svg = new StringBuilder();
    for (int i = 0; i < lines.Length; i++)
    {
        string colour = lines[i].StartsWith('$') ? "#7de2a6" : lines[i].StartsWith('─') ? "#545d68" : "#d5dae0";
        if (lines[i].Length > 0)
            svg.Append(Text(lines[i], Margin, Margin + 15 + i * LineHeight, colour));
    }
    double width = 2 * Margin + lines.Max(line => line.Length) * Advance;
    return Page(width, 2 * Margin + lines.Length * LineHeight, svg, string.Join('\n', lines));
}

// The chart as it is, on its page's paper and with its colours.
static string Curve(string html)
{
    string style = Regex.Match(html, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
    Match svg = Regex.Match(html, "<svg([^>]*)>(.*?)</svg>", RegexOptions.Singleline);
    string attributes = svg.Groups[1].Value;
    if (!attributes.Contains("xmlns", StringComparison.Ordinal))
        attributes += " xmlns=\"http://www.w3.org/2000/svg\"";
    style = style.Replace("svg { width: 100%; height: auto; }", "svg { background: var(--paper); font-family: system-ui, sans-serif; }");
    // The light colours, written out: not all programs that show pictures know variables.
    var colours = Regex.Matches(style, "--([a-z]+): (#[0-9a-f]{6});").GroupBy(m => m.Groups[1].Value, m => m.Groups[2].Value)
        .ToDictionary(values => values.Key, values => values.First());
    style = Regex.Replace(
        style[style.IndexOf("svg {", StringComparison.Ordinal)..], "var\\(--([a-z]+)\\)", m => colours[m.Groups[1].Value]);
    style = style[..style.IndexOf("table {", StringComparison.Ordinal)].TrimEnd();
    return $"<svg{attributes}>\n<style>{style}</style>\n{svg.Groups[2].Value.Trim()}\n</svg>\n";
}

static string Page(double width, double height, StringBuilder content, string description) => Invariant($"""
    <svg xmlns="http://www.w3.org/2000/svg" width="{width:F0}" height="{height:F0}" viewBox="0 0 {width:F0} {height:F0}" role="img">
    <title>{WebUtility.HtmlEncode(description)}</title>
    <style>text {'{'} font: 13.5px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace {'}'}</style>
    <rect width="{width:F0}" height="{height:F0}" rx="8" fill="#14171b"/>
    {content}</svg>

    """);

// As wide as its characters, whatever font there is; what stands apart is placed by itself.
static string Text(string text, double x, double y, string colour)
{
    var svg = new StringBuilder();
    foreach (Match part in Regex.Matches(text, @"\S+( \S+)*"))
    {
        (double left, double width) = (x + part.Index * Advance, part.Length * Advance);
        svg.Append(Invariant($"<text x=\"{left:F1}\" y=\"{y:F0}\" fill=\"{colour}\" textLength=\"{width:F1}\""));
        svg.Append(" lengthAdjust=\"spacingAndGlyphs\">").Append(WebUtility.HtmlEncode(part.Value)).Append("</text>\n");
    }
    return svg.ToString();
}

static string Code(string line, double x, double y)
{
    var svg = new StringBuilder();
    const string Tokens = @"(?<comment>//.*)|(?<keyword>\b(using|namespace|internal|public|sealed|partial|class|new|var)\b)"
        + @"|(?<type>\b[A-Z]\w*)|(?<number>\b\d+\b)|\S";
    foreach (Match token in Regex.Matches(line, Tokens))
    {
        string colour = token.Groups switch
        {
            var g when g["comment"].Success => "#7d8792",
            var g when g["keyword"].Success => "#6cb2ff",
            var g when g["type"].Success => "#7fd5c3",
            var g when g["number"].Success => "#d9c58a",
            _ => "#d5dae0",
        };
        svg.Append(Text(token.Value, x + token.Index * Advance, y, colour));
    }
    return svg.ToString();
}

static string Squiggle(double x, double y, double width)
{
    var path = new StringBuilder(Invariant($"M{x} {y}"));
    for (double at = 2; at <= width; at += 2)
        path.Append(Invariant($"l2 {(at % 4 == 2 ? -2.5 : 2.5)}"));
    return Invariant($"<path d=\"{path}\" fill=\"none\" stroke=\"#ff6b61\" stroke-width=\"1.3\"/>\n");
}

static IEnumerable<string> Wrap(string text, int width)
{
    string line = "";
    foreach (string word in text.Split(' '))
    {
        if (line.Length + word.Length >= width)
        {
            yield return line;
            line = "";
        }
        line += line.Length == 0 ? word : " " + word;
    }
    yield return line;
}

static string Invariant(FormattableString text) => FormattableString.Invariant(text);
