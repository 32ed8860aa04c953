using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>
/// Writes the nested <c>Trainer</c>: one plan for forward, backward and update, one for evaluation on the same parameters, which lie as the
/// kernels read them, and the copies between that and PyTorch's order.
/// </summary>
internal sealed partial class TrainerEmitter
{
    private const string Runtime = "global::ModelGen.Runtime.";
    private const string Private = "global::" + SourceHeader.Namespace + ".";

    private const string Unsafe = "global::System.Runtime.CompilerServices.Unsafe.Add";

    private readonly NetworkModel _model;
    private readonly GeneratedMembers _members;
    private readonly TrainingOptions _options;
    private readonly Signature _signature;
    private readonly string _name;
    private readonly IReadOnlyDictionary<string, int> _canonicalOffsets;
    private readonly PlanWriter _step;
    private readonly PlanWriter _evaluation;
    private readonly ParameterCopies _copies;
    private readonly CheckpointEmitter _checkpoints;
    private readonly TrainerThreadsEmitter _threads;
    private readonly TrainingCuts _cuts;
    private readonly int _arenaLength;

    public TrainerEmitter(
        NetworkModel model, GeneratedMembers members, TrainingPlans plans, string name, KernelSet kernels,
        IReadOnlyDictionary<string, int> canonicalOffsets)
    {
        (_model, _members, _name, _canonicalOffsets) = (model, members, name, canonicalOffsets);
        _signature = new Signature(model.Graph);
        _options = model.Training!;
        (_cuts, _arenaLength) = (plans.Cuts, plans.ArenaLength);
        _step = new PlanWriter(plans.Step, kernels, name + "Kernels", "TrainedAt");
        _evaluation = new PlanWriter(plans.Evaluation, kernels, name + "Kernels", "EvaluatedAt");
        _copies = new ParameterCopies(_step, kernels, name + "Kernels");
        _threads = new TrainerThreadsEmitter(name, plans.Step.Stages.Count > 0, plans.Evaluation.Stages.Count > 0);
        _checkpoints = new CheckpointEmitter(model, name, plans.Step, _copies, canonicalOffsets, _threads);
    }

    public TrainingMemory Memory => TrainingMemory.Of(_step.Plan, _evaluation.Plan, _model.Graph.Parameters);

    private Argument Output => _signature.Outputs[_model.Graph.Outputs.Select(o => o.Name).ToList().IndexOf(ValueNames.Output)];

    private int Classes => Output.Shape[0];

    // Labels of a sample: one, or one for each pixel of a map.
    private long LabelsPerSample => Output.Shape.Length / Classes;

    private bool IgnoresLabels => _options.IgnoresLabels(Output.Shape);

    private int IgnoreIndex => _options[TrainableOption.IgnoreIndex];

    // What the losses of some labels have been divided by.
    private string WeightOf(string firstLabel, string count) => $"{Runtime}WeightedCrossEntropy.Weight(ref {firstLabel}, {count}, "
        + $"{IgnoreIndex}, {LossCalls.Weights(_options.ClassWeights)})";

    private string Quoted => Literals.Quote(_name);

    // What the network should give: a class for each sample, or as many numbers as it has outputs.
    private string Target => TrainerSurface.TargetOf(_options.IsOfClasses);

    private string TargetParameter => TrainerSurface.TargetParameterOf(_options.IsOfClasses);

    private string FirstTarget => $"global::System.Runtime.InteropServices.MemoryMarshal.GetReference({Target})";

    private int LossNode => _step.Plan.Graph.Outputs.Single(o => o.Name == ValueNames.Loss).Value;

    /// <summary>Writes the public class.</summary>
    public void EmitClass(CodeWriter w)
    {
        w.Line();
        w.Line("/// <summary>Trains the network by gradient descent: forward, loss, backward and update of a batch in one memory "
            + "plan.</summary>");
        using (w.Block("public sealed partial class Trainer" + _members.TrainersInterface))
        {
            w.Line("/// <summary>The most samples of a step.</summary>");
            w.Line($"{_members.HeadInTrainer("BatchSize")} = {_options.BatchSize};");
            w.Line();
            w.Line("private readonly global::System.ArraySegment<float> _arena;");
            w.Line("private readonly global::System.ArraySegment<float> _parameters;");
            w.Line($"private int {TrainerThreadsEmitter.Owner};");
            w.Line($"private readonly {Runtime}UpdateCheck _check = new({Quoted}, {Private}{_name}UpdateNames.Table);");
            w.Line("private Weights _initial;");
            w.Line("private ulong _seed;");
            w.Line("private ulong _steps;");
            w.Line("private ulong _updates;");
            if (_options[TrainableOption.AccumulateGradients])
                w.Line("private int _accumulated;");
            w.Line();
            w.Line("/// <summary>Creates a trainer that starts from a copy of the weights. The seed is that of dropout.</summary>");
            w.Line("/// <exception cref=\"global::System.InvalidOperationException\">The weights were loaded without their "
                + "parameters.</exception>");
            using (w.Block(_members.HeadInTrainer(ClassPart.Constructors)))
            {
                w.Line("global::System.ArgumentNullException.ThrowIfNull(initial);");
                w.Line("global::System.ArgumentNullException.ThrowIfNull(optimizer);");
                w.Line("Optimizer = optimizer;");
                w.Line("_initial = initial;");
                w.Line("_seed = (ulong)(uint)seed << 32;");
                w.Line($"_arena = {Runtime}AlignedMemory.Allocate({_arenaLength});");
                w.Line($"_parameters = {Runtime}AlignedMemory.Allocate({_step.Plan.ParameterLength});");
                w.Line($"{Private}{_name}TrainerPlan.Take(initial.Complete(), {Runtime}AlignedMemory.First(_parameters));");
            }
            w.Line();
            w.Line("/// <summary>Learning rate and all else that may change between steps.</summary>");
            w.Line(_members.HeadInTrainer("Optimizer") + " { get; }");
            w.Line();
            if (_members.TrainersInterface.Length > 0)
                w.Line(TrainerSurface.InterfaceMembers + "\n");
            w.Line("/// <summary>Bytes of memory for activations and gradients.</summary>");
            w.Line($"{_members.HeadInTrainer("ArenaBytes")} = {Literals.Grouped((long)_arenaLength * sizeof(float))};");
            w.Line();
            w.Line("/// <summary>Bytes of memory for parameters and what the optimizer keeps for them.</summary>");
            w.Line($"{_members.HeadInTrainer("ParameterBytes")} = {Literals.Grouped((long)_step.Plan.ParameterLength * sizeof(float))};");
            w.Line();
            _threads.EmitMembers(w, _members);
            EmitStep(w, "Step", "Train", _options[TrainableOption.AccumulateGradients]
                ? "One step on 1 to <see cref=\"BatchSize\"/> samples and all those accumulated before, by the mean of their gradients."
                : "One step on 1 to <see cref=\"BatchSize\"/> samples.");
            w.Line();
            if (_options[TrainableOption.AccumulateGradients])
            {
                EmitStep(w, "Accumulate", "Accumulate", "Adds the gradients of 1 to <see cref=\"BatchSize\"/> samples to those of the "
                    + "next <see cref=\"Step\"/>. No parameter changes, running averages of batch normalisation do.");
                w.Line();
            }
            EmitEvaluate(w);
            w.Line();
            if (_model.Profile)
                EmitProfile(w);
            EmitToWeights(w);
            w.Line();
            _checkpoints.EmitMembers(w, _members);
            w.Line();
            EmitNotFinite(w);
        }
    }

    /// <summary>Writes the plans.</summary>
    public void EmitPrivate(CodeWriter w)
    {
        string memory = $"Floats arena, Floats parameters, {_signature.InputReferences()}, ref "
            + $"{(_options.IsOfClasses ? "int" : "float")} {Target}, int samples";
        string training = memory + ", " + TrainerThreadsEmitter.StateOf(_options.Optimizer);
        w.Line();
        w.Line("/// <summary>The steps of training and evaluation.</summary>");
        using (w.Block($"file static class {_name}TrainerPlan"))
        {
            w.Line("// The steps up to the loss; those behind it change what is trained.");
            w.Line($"public const int ForwardStepCount = {_cuts.Forward};");
            w.Line();
            w.Line("// The steps up to the last that looks at what is going to change.");
            w.Line($"public const int CheckedStepCount = {_cuts.Checked};");
            w.Line();
            EmitTraining(w, "Train", training, _cuts.Update, "TrainStepCount");
            if (_model.Profile)
                ProfileEmitter.EmitSteps(w, "TrainStep", training, _step.WholeSteps);
            if (_options[TrainableOption.AccumulateGradients])
                EmitTraining(w, "Accumulate", training, _cuts.Checked, $"{_cuts.Gradients}");
            using (w.Block($"public static string WhereNotFinite({training})"))
            {
                w.Line("// What no kernel writes must not be taken for a result.");
                w.Line($"Elementwise.Clear(ref arena[0], {_arenaLength});");
                using (w.Block("for (int step = 0; step < ForwardStepCount; step++)"))
                {
                    w.Line($"TrainStep(step, {PlanWriter.ArgumentsOf(training)}{_step.WholeSteps});");
                    w.Line($"if (NonFinite.InResult(ref arena[0], {_name}StepResults.Table[step], samples) is string where)");
                    w.Line("    return where;");
                }
                w.Line("return NonFinite.Nowhere;");
            }
            w.Line();
            _threads.EmitRun(w, "Train", "TrainStep", training, _step);
            w.Line();
            _step.EmitSteps(w, "TrainStep", training);
            w.Line();
            using (w.Block($"public static void Evaluate({memory}, ParallelPlan? threads, ref double loss, ref int correct)"))
            {
                w.Line($"EvaluateSteps(0, EvaluationStepCount, {PlanWriter.ArgumentsOf(memory)}, threads);");
                string count = LabelsPerSample == 1 ? "samples" : FormattableString.Invariant($"samples * {LabelsPerSample}");
                string weight = IgnoresLabels ? WeightOf(Target, count) : "samples";
                w.Line($"loss += (double){Scalar(ValueNames.Loss)} * {weight};");
                if (_options.IsOfClasses)
                    w.Line($"correct += (int){Scalar(ValueNames.Correct)};");
            }
            w.Line();
            _threads.EmitRun(w, "Evaluate", "EvaluationStep", memory, _evaluation);
            w.Line();
            _evaluation.EmitSteps(w, "EvaluationStep", memory);
            w.Line();
            w.Line("// From PyTorch's order to the trainer's.");
            using (w.Block("public static void Take(Floats weights, Floats parameters)"))
                EmitCopies(w, toTrainer: true);
            w.Line();
            w.Line("// And back.");
            using (w.Block("public static void Give(Floats parameters, Floats weights)"))
                EmitCopies(w, toTrainer: false);
            _checkpoints.EmitCopies(w);
        }
        w.Line();
        w.Line("/// <summary>What the steps up to the loss make, for finding out where values are not finite any more.</summary>");
        using (w.Block($"file static class {_name}StepResults"))
            w.Table("StepResult", "Table", [.. Enumerable.Range(0, _cuts.Forward).Select(i => DescribeResult(_step.Plan.Steps[i].Node))]);
        w.Line();
        w.Line("/// <summary>What is updated, for saying what is not finite.</summary>");
        using (w.Block($"file static class {_name}UpdateNames"))
            w.Table("(int Node, string Name)", "Table", [.. UpdateNames()]);
        w.Line();
        _threads.EmitPrivate(w, memory, _options.Optimizer);
        _step.EmitMemory(w, "Where each value lives in training.");
        w.Line();
        _evaluation.EmitMemory(w, "Where each value lives in evaluation; parameters are where training has them.");
    }

    // One method for the whole step and one for as much of it as changes no parameter.
    private void EmitTraining(CodeWriter w, string name, string parameters, int first, string end)
    {
        using (w.Block($"public static float {name}({parameters}, ParallelPlan? threads)"))
        {
            w.Line($"TrainSteps(0, ForwardStepCount, {PlanWriter.ArgumentsOf(parameters)}, threads);");
            w.Line($"float loss = {_step.Memory(LossNode)};");
            w.Line("if (!float.IsFinite(loss))");
            w.Line("    return loss;");
            if (_cuts.Checked > _cuts.Forward)
            {
                w.Line($"TrainSteps(ForwardStepCount, CheckedStepCount, {PlanWriter.ArgumentsOf(parameters)}, threads);");
                w.Line("if (check.Stops())");
                w.Line("    return loss;");
            }
            w.Line($"TrainSteps({(first == _cuts.Checked ? "CheckedStepCount" : $"{first}")}, {end}, "
                + $"{PlanWriter.ArgumentsOf(parameters)}, threads);");
            w.Line("return loss;");
        }
        w.Line();
    }

    // What is updated, by the number of the node that reports it.
    private IEnumerable<string> UpdateNames()
    {
        Graph graph = _step.Plan.Graph;
        foreach (Node node in _step.Plan.Steps.Select(s => s.Node).Distinct().OrderBy(n => n.Id))
        {
            if (OperatorTable.Get(node.Op) is Update || node.Is(OpNames.AccumulateGradient))
                yield return $"({node.Id}, {Literals.Quote(node.Name)})";
            else if (node.Is(OpNames.CheckRunningStatistics))
                yield return $"({node.Id}, {Literals.Quote(graph[node.Inputs[0]].Name + ", " + graph[node.Inputs[1]].Name)})";
        }
    }

    private string DescribeResult(Node node)
    {
        Layout layout = _step.Plan.LayoutOf(node.Id);
        string name = Literals.Quote(node.Name.Length > 0 ? $"{node.Op} '{node.Name}'" : node.Op);
        string lanes = layout.HasPartialBlock ? $"{layout.Channels}, {layout.PlaneStride}" : "0, 0";
        return $"new({name}, {_step.Plan.Slots[node.Id].Offset}, {layout.Length}, {(node.Type.PerSample ? "true" : "false")}, {lanes})";
    }

    private string Scalar(string output) => _evaluation.Memory(_evaluation.Plan.Graph.Outputs.Single(o => o.Name == output).Value);

    private void EmitCopies(CodeWriter w, bool toTrainer)
    {
        foreach (Node parameter in _step.Plan.Graph.Parameters.Where(p => _canonicalOffsets.ContainsKey(p.Name)))
            _copies.Emit(w, parameter, _canonicalOffsets[parameter.Name], toTrainer);
    }
}
