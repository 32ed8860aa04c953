using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Language.Json;

/// <summary>What the front end makes of a file.</summary>
/// <param name="Class">The class to generate; null where the file does not say, or what it says cannot be one.</param>
/// <param name="Surface">What the file asks for.</param>
/// <param name="Graph">Null where there are errors.</param>
/// <param name="Model">Null where there are errors; warnings alone leave a model.</param>
internal sealed record JsonNetwork(
    ClassDeclaration? Class, Surface Surface, Graph? Graph, NetworkModel? Model, EquatableArray<LocatedProblem<TextRange>> Problems)
{
    /// <summary>The names of its inputs and outputs, as far as the file says them.</summary>
    public MemberNames Members { get; init; } = MemberNames.Unknown;

    /// <summary>Where the class gets its name.</summary>
    public TextRange NameRange { get; init; }

    /// <summary><c>public</c> or <c>internal</c>.</summary>
    public string Accessibility { get; init; } = "public";
}

/// <summary>
/// Collects what is wrong with a file. A mistake in a block is made once, however often the block is called, and told once: with the call
/// by which it was found.
/// </summary>
internal sealed class JsonProblems(string text)
{
    /// <summary>A file with more mistakes than this is something else.</summary>
    public const int Most = 100;

    private const int MostCalls = 4;

    private readonly List<LocatedProblem<TextRange>> _problems = [];
    private readonly HashSet<(string, TextRange)> _known = [];

    public bool HasErrors => _problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));

    /// <summary>True where the problem need not be described, because it has been or too many have.</summary>
    public bool IsKnown(string id, TextRange range) => _problems.Count >= Most || _known.Contains((id, range));

    public void Add(string id, string message, TextRange range, JsonScope? scope = null)
    {
        if (IsKnown(id, range))
            return;
        _known.Add((id, range));
        var calls = new List<TextRange>();
        string chain = "";
        for (; scope is { Call: TextRange call }; scope = scope.Caller)
        {
            if (calls.Count < MostCalls)
                chain += $"{(calls.Count == 0 ? "; in" : ", in")} block '{JsonNames.Printable(scope.Block)}' called at {Position(call)}";
            else if (calls.Count == MostCalls)
                chain += ", …";
            calls.Add(call);
        }
        _problems.Add(new LocatedProblem<TextRange>(new Problem(id, message + chain), range, calls.ToEquatableArray()));
    }

    public EquatableArray<LocatedProblem<TextRange>> ToEquatableArray() => _problems.ToEquatableArray();

    /// <summary>Line and column as editors count them, from 1.</summary>
    private string Position(TextRange range)
    {
        (int line, int lineStart) = (1, 0);
        for (int i = 0; i < range.Start; i++)
        {
            // The line ends that the C# compiler knows.
            if (text[i] is '\n' or '\u0085' or '\u2028' or '\u2029' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                (line, lineStart) = (line + 1, i + 1);
        }
        return FormattableString.Invariant($"line {line}, column {range.Start - lineStart + 1}");
    }
}
