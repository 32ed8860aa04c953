using ModelGen.Generator.Emit;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Passes;

namespace ModelGen.Generator.FrontEnds;

/// <summary>Checks of what is said about a network as a whole, whichever way it is written; the front ends add the places.</summary>
internal static class NetworkChecks
{
    // What generated methods have beside inputs and outputs: the trainer's argument, and constants that an argument would hide.
    private static readonly string[] OwnArguments = ["labels", "Batch", "BatchSize"];

    /// <summary>
    /// Inputs that nothing reads, and names of inputs and outputs that cannot be told apart where they become arguments of <c>Forward</c> and constants of the class.
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
        var arguments = new HashSet<string>(OwnArguments.Concat(members.Select(m => m.LengthConstant)), StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            bool isInput = i < inputs.Length;
            int index = isInput ? i : i - inputs.Length;
            if (isInput && uses[inputs[i].Id] == 0)
                yield return new(new Problem(ProblemIds.UnusedLayer, $"input '{names[i]}': no layer reads it; remove it, or let a layer read it"), isInput, index);
            if (!constants.Add(members[i].LengthConstant) | !arguments.Add(members[i].Name))
            {
                yield return new(new Problem(ProblemIds.InvalidName,
                    $"'{names[i]}' would be the argument {members[i].Name} and the constant {members[i].LengthConstant}, of which one is taken already; choose another name"), isInput, index);
            }
        }
    }

    /// <summary>What is wrong with a number of samples; null where nothing is.</summary>
    /// <param name="label">What the number is of, as messages begin.</param>
    /// <param name="key">What the number is called there.</param>
    public static Problem? BatchTooSmall(string label, string key, int batch) => batch >= 1
        ? null
        : new Problem(ProblemIds.InvalidArgument, FormattableString.Invariant($"{label}: {key} must be at least 1, got {batch}"));

    /// <summary>The problem of a share that label smoothing cannot spread; null where it can.</summary>
    /// <param name="label">What trains, as messages begin.</param>
    /// <param name="key">What the share is called there.</param>
    /// <param name="got">The share as written.</param>
    public static Problem? LabelSmoothing(string label, string key, double share, string got) => share is >= 0 and < 1
        ? null
        : new Problem(ProblemIds.InvalidArgument, $"{label}: {key} must be at least 0 and less than 1, got {got}");

    /// <summary>The problem of a result that the loss cannot take; null where it can.</summary>
    /// <param name="label">What trains, as messages begin.</param>
    /// <param name="outputs">Names of the outputs, with their shapes where these are known.</param>
    public static Problem? Loss(string label, IReadOnlyList<(string Name, Shape? Shape)> outputs)
    {
        if (outputs.Count != 1 || outputs[0].Name != Pipeline.Output)
        {
            return new Problem(ProblemIds.LossShape,
                $"{label}: the loss {OpNames.CrossEntropy} needs one output of class scores, named '{Pipeline.Output}'; got {string.Join(", ", outputs.Select(o => $"'{o.Name}'"))}");
        }
        return outputs[0].Shape is { Rank: not 1 } scores
            ? new Problem(ProblemIds.LossShape, $"{label}: the loss {OpNames.CrossEntropy} needs 1 dimension of class scores per sample, got {scores}; end with Flatten and Linear")
            : null;
    }

    /// <summary>The problem of a batch whose largest tensor cannot be indexed; null where it can be.</summary>
    /// <param name="label">What the number is of, as messages begin.</param>
    /// <param name="batch">At least 1.</param>
    /// <param name="types">The types of all values of the network.</param>
    public static Problem? BatchTooLarge(string label, int batch, IEnumerable<TensorType> types)
    {
        long largest = types.Where(t => t.PerSample).Select(t => t.Shape.Length).DefaultIfEmpty(1).Max();
        return largest * batch <= Require.LargestLength
            ? null
            : new Problem(ProblemIds.TooLarge, FormattableString.Invariant(
                $"{label}: {batch} samples of {largest} elements, the largest tensor, make {largest * batch}; at most {Require.LargestLength} are supported, which are {Require.LargestLength / largest} samples"));
    }
}

/// <summary>A problem of an input or output.</summary>
/// <param name="Index">Which of the inputs, or of the outputs.</param>
internal readonly record struct MemberProblem(Problem Problem, bool IsInput, int Index);
