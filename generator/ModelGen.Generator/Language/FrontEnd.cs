using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Attributes;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Language;

/// <summary>From a class's declaration to a network, whichever way it is written.</summary>
internal static class FrontEnd
{
    public static FrontEndResult Build(NetworkDeclaration declaration, CancellationToken cancellation = default) =>
        declaration.Definition is DefinedNetwork defined
            ? Finish(declaration, defined.Graph) : AttributeFrontEnd.Build(declaration, cancellation);

    /// <summary>Checks what <c>[Network]</c> says.</summary>
    /// <param name="types">The types of all values of the network, as far as they are known.</param>
    public static CompilerOptions CheckNetwork(
        NetworkDeclaration declaration, IEnumerable<TensorType> types, List<LocatedProblem<Place>> problems)
    {
        var options = new CompilerOptions(declaration.Options.Said);
        OptionChecks.Values(NetworkOption.All, declaration.Options.Said, "Network", o => o.Name,
            (wrong, option) => problems.Add(new(wrong, At(option))));
        if (NetworkChecks.BatchTooLarge("Network", options[NetworkOption.Batch], types) is Problem problem)
            problems.Add(new(problem, At(NetworkOption.Batch)));
        return options;

        static Place At(Option option) => Place.Network.At(option.Name);
    }

    // The definition has been interpreted, with its problems reported where they are; what is left is the class itself.
    private static FrontEndResult Finish(NetworkDeclaration declaration, Graph? graph)
    {
        List<LocatedProblem<Place>> problems = [.. declaration.ClassProblems];
        if (declaration.Layers.Count > 0 || declaration.Inputs.Count > 0)
        {
            string what = declaration.Layers.Count > 0 ? "layers as attributes" : "[Input]";
            Place place = declaration.Layers.Count > 0 ? new Place(0) : Place.Input;
            problems.Add(new(new Problem(ProblemIds.TwoForms,
                $"{declaration.Class.Name.TrimStart('@')} has {what} and a method Define; write the network in one of the two ways, with "
                + "Define the input's shape is [Shape] on its parameter"), place));
        }
        TensorType[] types = graph is null ? [] : [.. graph.Nodes.Select(n => n.Type)];
        (string, Shape?)[] outputs = graph is null ? [] : [.. graph.Outputs.Select(o => (o.Name, (Shape?)types[o.Value].Shape))];
        TrainingOptions? training = OptionChecks.Training(declaration.Training, outputs, graph?.Nodes ?? [], problems);
        CompilerOptions options = CheckNetwork(declaration, types, problems);
        bool isWhole = graph is not null && declaration.Options.IsReadable && declaration.Training is not { IsReadable: false }
            && !problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));
        return new(isWhole ? new NetworkModel(graph!, declaration.Class, training) { Options = options }
            : null, problems.ToEquatableArray());
    }
}
