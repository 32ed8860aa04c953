using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language;

/// <summary>Checks of what is said about a network as a whole, whichever way it is written; the front ends add the places.</summary>
internal static class NetworkChecks
{
    /// <summary>
    /// Inputs that nothing reads, and names of inputs and outputs that cannot be told apart where they become arguments of <c>Forward</c>
    /// and constants of the class.
    /// </summary>
    /// <param name="className">The name of the class, which no constant of it can have.</param>
    public static IEnumerable<MemberProblem> Members(Graph graph, string className)
    {
        var signature = new Signature(graph);
        int[] uses = graph.CountUses();
        Node[] inputs = [.. graph.Inputs];
        string[] names = [.. inputs.Select(i => i.Name), .. graph.Outputs.Select(o => o.Name)];
        Argument[] members = [.. signature.Inputs, .. signature.Outputs];
        var constants = new HashSet<string>(StringComparer.Ordinal) { className };
        var arguments = new HashSet<string>(ReservedNames.Refused.Concat(members.Select(m => m.LengthConstant)), StringComparer.Ordinal);
        foreach ((GraphOutput output, int index) in graph.Outputs.Select((o, i) => (o, i)).Where(o => !graph[o.o.Value].Type.PerSample))
        {
            yield return new(new Problem(ProblemIds.InvalidArgument,
                $"output '{output.Name}' is the same for all samples; return what is computed from an input"), false, index);
        }
        for (int i = 0; i < names.Length; i++)
        {
            bool isInput = i < inputs.Length;
            int index = isInput ? i : i - inputs.Length;
            if (isInput && uses[inputs[i].Id] == 0)
                yield return new(new Problem(ProblemIds.UnusedLayer, $"input '{names[i]}': no layer reads it; remove it, or let "
                    + "a layer read it"), isInput, index);
            string reference = Signature.Reference(names[i]);
            bool isFree = arguments.Add(members[i].Name) & (reference == members[i].Name || arguments.Add(reference));
            if (!constants.Add(members[i].LengthConstant) | !isFree)
            {
                yield return new(new Problem(ProblemIds.InvalidName,
                    $"'{names[i]}' would be the argument {members[i].Name} and the constant {members[i].LengthConstant}, of which one is "
                    + "taken already; choose another name"), isInput, index);
            }
        }
    }

    /// <summary>The problem of results that the loss cannot take; null where it can.</summary>
    /// <param name="label">What trains, as messages begin.</param>
    /// <param name="loss">The name of the loss.</param>
    /// <param name="weightKey">What the weight of other outputs is called there.</param>
    /// <param name="auxiliaryWeight">Null where it is not said.</param>
    /// <param name="outputs">Names of the outputs, with their shapes where these are known.</param>
    public static Problem? Loss(
        string label, string loss, string weightKey, double? auxiliaryWeight, IReadOnlyList<(string Name, Shape? Shape)> outputs)
    {
        bool ofClasses = LossOperator.IsOfClasses(loss);
        (string Name, Shape? Shape) main = outputs.FirstOrDefault(o => o.Name == ValueNames.Output);
        string names = string.Join(", ", outputs.Select(o => $"'{o.Name}'"));
        if (main.Name is null)
            return Refuse($"needs an output of {(ofClasses ? "class scores" : "predictions")}, named '{ValueNames.Output}'; got {names}");
        if (outputs.Count > 1 && auxiliaryWeight is null)
            return Refuse($"is of the output '{ValueNames.Output}'; got {names}: give {weightKey}, the weight of the others' losses, or "
                + "0 to leave them out");
        foreach ((string name, Shape? shape) in auxiliaryWeight > 0 ? outputs : [main])
        {
            string of = outputs.Count == 1 ? "" : $" in '{name}'";
            if (ofClasses && loss != OpNames.CrossEntropy && shape is { Rank: not 1 } scores)
                return Refuse($"needs 1 dimension of class scores per sample{of}, got {scores}; end with Flatten and Linear");
            if (shape is Shape other && main.Shape is Shape wanted && other != wanted)
                return Refuse($"has the same {(ofClasses ? "labels" : "targets")} for all outputs, so '{name}' needs the shape of "
                    + $"'{ValueNames.Output}', {wanted}, got {other}");
        }
        return null;

        Problem Refuse(string what) => new(ProblemIds.LossShape, $"{label}: the loss {loss} {what}");
    }

    /// <summary>The problem of weights that are not one finite number of at least 0 for each class; null where they are.</summary>
    /// <param name="label">What trains, as messages begin.</param>
    /// <param name="key">What the weights are called there.</param>
    /// <param name="scores">The output's shape; null where it is unknown.</param>
    public static Problem? ClassWeights(string label, string key, IReadOnlyList<float> weights, Shape? scores)
    {
        string? wrong = weights.Count == 0 ? null
            : weights.Any(w => !NumberRange.Finite.Has(w) || w < 0) ? "must be finite numbers of at least 0 with commas between"
            : weights.All(w => w == 0) ? "must not all be 0"
            : scores is Shape shape && shape[0] != weights.Count ? FormattableString.Invariant(
                $"must be as many as there are classes, {shape[0]}, got {weights.Count}")
            : null;
        return wrong is null ? null : new Problem(ProblemIds.InvalidArgument, $"{label}: {key} {wrong}");
    }

    /// <summary>
    /// What is wrong with patterns of parameters that are not trained: those that match none, and all together if they leave none.
    /// </summary>
    /// <param name="label">What trains, as messages begin.</param>
    /// <param name="key">What the patterns are called there.</param>
    public static IEnumerable<Problem> Frozen(string label, string key, IReadOnlyList<string> patterns, IEnumerable<Node> nodes)
    {
        if (patterns.Count == 0)
            yield break;
        string[] names = [.. nodes.Where(n => n.Is(OpNames.Parameter) && Initializers.IsTrainable(n)).Select(n => n.Name)];
        bool allMatch = true;
        foreach (string pattern in patterns.Where(p => !names.Any(n => NamePattern.Matches(p, n))))
        {
            allMatch = false;
            string known = string.Join(", ", names.Take(4))
                + (names.Length > 4 ? $", … ({FormattableString.Invariant($"{names.Length}")} in all)" : "");
            yield return new Problem(ProblemIds.InvalidArgument,
                $"{label}: {key} '{Json.JsonNames.Printable(pattern)}' matches no parameter that could be trained; "
                + $"{(names.Length == 0 ? "there is none" : $"there are {known}")}, and * stands for any characters");
        }
        if (allMatch && names.All(n => patterns.Any(p => NamePattern.Matches(p, n))))
            yield return new Problem(ProblemIds.InvalidArgument, $"{label}: {key} leaves no parameter to train");
    }

    /// <summary>The problem of a batch whose largest tensor cannot be indexed; null where it can be.</summary>
    /// <param name="label">What the number is of, as messages begin.</param>
    /// <param name="batch">At least 1.</param>
    /// <param name="types">The types of all values of the network.</param>
    public static Problem? BatchTooLarge(string label, int batch, IEnumerable<TensorType> types)
    {
        long largest = types.Where(t => t.PerSample).Select(t => t.Shape.Length).DefaultIfEmpty(1).Max();
        if (largest * batch <= Require.LargestLength)
            return null;
        string wrong = FormattableString.Invariant($"{batch} samples of {largest} elements, the largest tensor, make {largest * batch}");
        string most = FormattableString.Invariant(
            $"at most {Require.LargestLength} are supported, which are {Require.LargestLength / largest} samples");
        return new Problem(ProblemIds.TooLarge, $"{label}: {wrong}; {most}");
    }
}

/// <summary>A problem of an input or output.</summary>
/// <param name="Index">Which of the inputs, or of the outputs.</param>
internal readonly record struct MemberProblem(Problem Problem, bool IsInput, int Index);
