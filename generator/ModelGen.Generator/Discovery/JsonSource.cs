using Microsoft.CodeAnalysis.Text;
using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Discovery;

/// <summary>A network file as it has been read, with its problems at the key or value at fault.</summary>
internal sealed record JsonSource(string Path, JsonNetwork Network, EquatableArray<Finding> Findings, TextPlace NamePlace)
{
    public static JsonSource Read(string path, string text, string rootNamespace, CancellationToken cancellation)
    {
        JsonNetwork network;
        try
        {
            network = JsonFrontEnd.Build(text, rootNamespace, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Problem failure = NetworkGenerator.Describe(new ClassDeclaration("", [], "UnreadableNetwork", "internal"), e);
            network = new JsonNetwork(null, Surface.None, null, null, [new LocatedProblem<TextRange>(failure, new TextRange(0, 0), [])]);
        }
        SourceText lines = SourceText.From(text);
        string name = network.Class?.Name ?? path;
        return new JsonSource(
            path, network,
            network.Problems.Select(p => new Finding(name, p.Problem, Place(p.Place), p.Callers.Select(Place).ToEquatableArray()))
                .ToEquatableArray(),
            Place(network.NameRange));

        TextPlace Place(TextRange range)
        {
            TextSpan span = TextSpan.FromBounds(Math.Min(range.Start, text.Length), Math.Min(range.End, text.Length));
            return new TextPlace(path, span, lines.Lines.GetLinePositionSpan(span));
        }
    }

    /// <summary>A problem of the class as a whole.</summary>
    public Finding AtName(Problem problem) => new(Network.Class?.Name ?? Path, problem, NamePlace, []);
}
