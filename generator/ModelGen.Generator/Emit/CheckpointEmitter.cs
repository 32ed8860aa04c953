using System.Security.Cryptography;
using System.Text;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>
/// Writes how a trainer's whole state goes into a file and comes back. What the optimizer keeps is put into PyTorch's order, one image of
/// the weights for each kind of value.
/// </summary>
internal sealed class CheckpointEmitter
{
    private const int FingerprintBytes = 8;

    private readonly NetworkModel _model;
    private readonly string _name;
    private readonly bool _accumulates;
    private readonly ParameterCopies _copies;
    private readonly TrainerThreadsEmitter _threads;
    private readonly List<(Node Node, int Offset)> _states = [];
    private readonly List<string> _kinds = [];
    private readonly List<int> _trained = [];
    private readonly int _stride;

    public CheckpointEmitter(NetworkModel model, string name, Plan step, ParameterCopies copies,
        IReadOnlyDictionary<string, int> canonicalOffsets, TrainerThreadsEmitter threads)
    {
        (_model, _name, _copies, _threads) = (model, name, copies, threads);
        _accumulates = model.Training![TrainableOption.AccumulateGradients];
        List<Node> parameters = [.. model.Graph.Parameters];
        _stride = parameters.Select(p => canonicalOffsets[p.Name] + checked((int)p.Shape.Length)).DefaultIfEmpty(0).Max();
        Dictionary<string, int> index = parameters.Select((p, i) => (p.Name, i))
            .ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        foreach (Node state in step.Graph.Parameters.Where(p => !canonicalOffsets.ContainsKey(p.Name)))
        {
            int point = state.Name.IndexOf('.');
            (string kind, string parameter) = (state.Name.Substring(0, point), state.Name.Substring(point + 1));
            if (!_kinds.Contains(kind))
                _kinds.Add(kind);
            if (_kinds[0] == kind)
                _trained.Add(index[parameter]);
            _states.Add((state, checked(_kinds.IndexOf(kind) * _stride + canonicalOffsets[parameter])));
        }
    }

    private string Plan => $"global::{SourceHeader.Namespace}.{_name}TrainerPlan";

    private const string Memory = RuntimeNames + "AlignedMemory.First(_parameters)";

    private const string RuntimeNames = "global::ModelGen.Runtime.";

    /// <summary>Writes the public methods.</summary>
    public void EmitMembers(CodeWriter w, GeneratedMembers members)
    {
        w.Line("/// <summary>How many updates the parameters have had, those before a checkpoint included: what a schedule by steps "
            + "takes next.</summary>");
        w.Line(members.HeadInTrainer("Updates") + " => (long)_updates;");
        w.Line();
        w.Line("/// <summary>Writes all that the next step depends on to a safetensors file: weights, what the optimizer keeps, its "
            + "settings, counters and seed. Replaces an old file only once the new one is complete on the disk.</summary>");
        w.Line("/// <param name=\"path\">The file.</param>");
        w.Line("/// <param name=\"epoch\">A number that <see cref=\"LoadCheckpoint\"/> gives back, at least 0.</param>");
        w.Line("/// <param name=\"notes\">Text that it gives back.</param>");
        w.Line("/// <exception cref=\"global::System.IO.IOException\">The file cannot be written; the old one is as it was.</exception>");
        w.Line("/// <exception cref=\"global::System.UnauthorizedAccessException\">The path is a directory, or access is "
            + "denied.</exception>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">Another call on this trainer is running.</exception>");
        using (w.Block(members.HeadInTrainer("SaveCheckpoint")))
        {
            using (_threads.EmitExclusive(w))
            {
                w.Line("_check.ThrowIfDamaged();");
                w.Line("Weights weights = _initial.Clone();");
                w.Line($"{Plan}.Give({Memory}, weights.First);");
                w.Line("var state = StateOf(weights);");
                w.Line($"{Plan}.GiveState({Memory}, state.First);");
                w.Line($"state.Save(path, new {RuntimeNames}TrainerCounters(_seed, _steps, _updates, "
                    + $"{(_accumulates ? "_accumulated" : "0")}), epoch, notes);");
            }
        }
        w.Line();
        w.Line("/// <summary>Goes on where a checkpoint was saved: the next step gives the same bits as it would have there. Sets the "
            + "optimizer's settings, too.</summary>");
        w.Line("/// <exception cref=\"global::ModelGen.CheckpointMismatchException\">The file is no checkpoint of this network and "
            + "optimizer; nothing has changed then.</exception>");
        w.Line("/// <exception cref=\"global::System.IO.IOException\">The file is missing or damaged; nothing has changed "
            + "then.</exception>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">Another call on this trainer is running.</exception>");
        using (w.Block(members.HeadInTrainer("LoadCheckpoint")))
        {
            using (_threads.EmitExclusive(w))
            {
                w.Line("var weights = new Weights();");
                w.Line("var state = StateOf(weights);");
                w.Line($"global::ModelGen.Checkpoint checkpoint = state.Load(path, out {RuntimeNames}TrainerCounters counters);");
                w.Line("// All is read and fits.");
                w.Line($"{Plan}.Take(weights.First, {Memory});");
                w.Line($"{Plan}.TakeState(state.First, {Memory});");
                w.Line("_initial = weights;");
                w.Line("_check.Repair();");
                w.Line("(_seed, _steps, _updates) = (counters.Seed, counters.Steps, counters.Updates);");
                if (_accumulates)
                    w.Line("_accumulated = counters.Accumulated;");
                w.Line("return checkpoint;");
            }
        }
        w.Line();
        w.Line($"private {RuntimeNames}TrainerState StateOf(Weights weights) => new(");
        w.Line($"    weights, Summary, \"{Fingerprint(_model.Graph)}\", Optimizer,");
        w.Line($"    [{string.Join(", ", _kinds.Select(Literals.Quote))}], [{string.Join(", ", _trained)}], {_stride}, clips: "
            + $"{(_model.Training![TrainableOption.ClipGradients] ? "true" : "false")});");
    }

    /// <summary>Writes the copies.</summary>
    public void EmitCopies(CodeWriter w)
    {
        w.Line();
        w.Line("// What the optimizer keeps, from PyTorch's order to the trainer's.");
        using (w.Block("public static void TakeState(Floats weights, Floats parameters)"))
            Copy(toTrainer: true);
        w.Line();
        w.Line("// And back.");
        using (w.Block("public static void GiveState(Floats parameters, Floats weights)"))
            Copy(toTrainer: false);

        void Copy(bool toTrainer)
        {
            foreach ((Node node, int offset) in _states)
                _copies.Emit(w, node, offset, toTrainer);
        }
    }

    // Of the layers as declared, but for the class's name and how parameters start.
    private static string Fingerprint(Graph graph)
    {
        var text = new StringBuilder();
        foreach (Node node in graph.Nodes)
            text.Append(GraphPrinter.Print(node.Is(OpNames.Parameter) ? node with { Attributes = AttributeMap.Empty } : node)).Append('\n');
        foreach (GraphOutput output in graph.Outputs)
            text.Append(output.Name).Append(output.Value).Append('\n');
        using var hash = SHA256.Create();
        return string.Concat(hash.ComputeHash(Encoding.UTF8.GetBytes(text.ToString())).Take(FingerprintBytes)
            .Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
