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
        declaration.Definition is DefinedNetwork defined ? Finish(declaration, defined.Graph) : AttributeFrontEnd.Build(declaration, cancellation);

    /// <summary>Checks what <c>[Network]</c> says.</summary>
    /// <param name="types">The types of all values of the network, as far as they are known.</param>
    public static CompilerOptions CheckNetwork(NetworkDeclaration declaration, IEnumerable<TensorType> types, List<LocatedProblem> problems)
    {
        if (declaration.Batch is int batch
            && (NetworkChecks.BatchTooSmall("Network", "Batch", batch) ?? NetworkChecks.BatchTooLarge("Network", batch, types)) is Problem problem)
        {
            problems.Add(new(problem, Place.Network.At("Batch")));
        }
        return new CompilerOptions(
            (Optimization)Member("Optimize", declaration.Optimize, CompilerOptions.Optimizations),
            (LinearStorage)Member("WeightStorage", declaration.WeightStorage, CompilerOptions.WeightStorages));

        // The member of an enum, which may be any number that is cast to it.
        int Member(string argument, int written, EquatableArray<string> words)
        {
            if (written >= 0 && written < words.Count)
                return written;
            problems.Add(new(new Problem(ProblemIds.InvalidArgument, FormattableString.Invariant(
                $"Network: {argument} must be one of {string.Join(", ", words)}, got number {written}")), Place.Network.At(argument)));
            return 0;
        }
    }

    // The definition has been interpreted, with its problems reported where they are; what is left is the class itself.
    private static FrontEndResult Finish(NetworkDeclaration declaration, Graph? graph)
    {
        List<LocatedProblem> problems = [.. declaration.ClassProblems];
        if (declaration.Layers.Count > 0 || declaration.Inputs.Count > 0)
        {
            string what = declaration.Layers.Count > 0 ? "layers as attributes" : "[Input]";
            Place place = declaration.Layers.Count > 0 ? new Place(0) : Place.Input;
            problems.Add(new(new Problem(ProblemIds.TwoForms,
                $"{declaration.Class.Name.TrimStart('@')} has {what} and a method Define; write the network in one of the two ways, with Define the input's shape is [Shape] on its parameter"), place));
        }
        TensorType[] types = graph is null ? [] : [.. graph.Nodes.Select(n => n.Type)];
        (string, Shape?)[] outputs = graph is null ? [] : [.. graph.Outputs.Select(o => (o.Name, (Shape?)types[o.Value].Shape))];
        TrainingOptions? training = TrainingReader.Read(declaration.Training, outputs, graph?.Nodes ?? [], problems);
        CompilerOptions options = CheckNetwork(declaration, types, problems);
        bool isWhole = graph is not null && declaration.Batch is not null && declaration.Training is not { IsReadable: false } && !problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));
        return new(isWhole ? new NetworkModel(graph!, declaration.Class, training, declaration.Batch!.Value, declaration.Profile) { Options = options } : null, problems.ToEquatableArray());
    }
}
