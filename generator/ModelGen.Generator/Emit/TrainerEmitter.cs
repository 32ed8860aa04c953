using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Passes;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Emit;

/// <summary>
/// Writes the nested <c>Trainer</c>: one plan for forward, backward and update, one for evaluation on the same parameters, which lie as the kernels read them, and
/// the copies between that and PyTorch's order.
/// </summary>
internal sealed class TrainerEmitter
{
    private const string Runtime = "global::ModelGen.Runtime.";
    private const string Private = "global::" + SourceHeader.Namespace + ".";

    private const string Unsafe = "global::System.Runtime.CompilerServices.Unsafe.Add";
    private const string Labels = "global::System.Runtime.InteropServices.MemoryMarshal.GetReference(labels)";

    private readonly NetworkModel _model;
    private readonly TrainingOptions _options;
    private readonly Signature _signature;
    private readonly string _name;
    private readonly KernelSet _kernels;
    private readonly IReadOnlyDictionary<string, int> _canonicalOffsets;
    private readonly PlanWriter _step;
    private readonly PlanWriter _evaluation;

    public TrainerEmitter(NetworkModel model, string name, KernelSet kernels, IReadOnlyDictionary<string, int> canonicalOffsets)
    {
        (_model, _name, _kernels, _canonicalOffsets) = (model, name, kernels, canonicalOffsets);
        _signature = new Signature(model.Graph);
        _options = model.Training!;
        LaidOutGraph training = LayoutPlanner.Plan(Pipeline.ForTraining(model.Graph, _options), _ => null);
        Plan step = Scheduler.Schedule(training, _options.BatchSize, parametersChange: true);
        var layouts = step.Graph.Parameters.ToDictionary(p => p.Name, p => step.LayoutOf(p.Id), StringComparer.Ordinal);
        var offsets = step.Graph.Parameters.ToDictionary(p => p.Name, p => step.Slots[p.Id].Offset, StringComparer.Ordinal);
        LaidOutGraph evaluation = LayoutPlanner.Plan(Pipeline.ForEvaluation(model.Graph, _options), p => layouts[p.Name]);
        _step = new PlanWriter(step, kernels, name + "Kernels", "TrainedAt");
        _evaluation = new PlanWriter(
            Scheduler.Schedule(evaluation, _options.BatchSize, parametersChange: true, offsets), kernels, name + "Kernels", "EvaluatedAt");
    }

    public int ArenaLength => Math.Max(_step.Plan.ArenaLength, _evaluation.Plan.ArenaLength);

    private int Classes => _model.Graph[_model.Graph.Outputs.Single(o => o.Name == Pipeline.Output).Value].Shape[0];

    /// <summary>Writes the public class.</summary>
    public void EmitClass(CodeWriter w)
    {
        string quoted = Literals.Quote(_name);
        w.Line();
        w.Line("/// <summary>Trains the network by stochastic gradient descent: forward, loss, backward and update of a batch in one memory plan.</summary>");
        using (w.Block("public sealed partial class Trainer"))
        {
            w.Line("/// <summary>The most samples of a step.</summary>");
            w.Line($"public const int BatchSize = {_options.BatchSize};");
            w.Line();
            w.Line("private readonly global::System.ArraySegment<float> _arena;");
            w.Line("private readonly global::System.ArraySegment<float> _parameters;");
            w.Line("private readonly Weights _initial;");
            w.Line("private readonly ulong _seed;");
            w.Line("private ulong _steps;");
            w.Line();
            w.Line("/// <summary>Creates a trainer that starts from a copy of the weights. The seed is that of dropout.</summary>");
            using (w.Block("public Trainer(Weights initial, global::ModelGen.Sgd optimizer, int seed = 0)"))
            {
                w.Line("global::System.ArgumentNullException.ThrowIfNull(initial);");
                w.Line("global::System.ArgumentNullException.ThrowIfNull(optimizer);");
                w.Line("Optimizer = optimizer;");
                w.Line("_initial = initial;");
                w.Line("_seed = (ulong)(uint)seed << 32;");
                w.Line($"_arena = {Runtime}AlignedMemory.Allocate({ArenaLength});");
                w.Line($"_parameters = {Runtime}AlignedMemory.Allocate({_step.Plan.ParameterLength});");
                w.Line($"{Private}{_name}TrainerPlan.Take(initial.First, {Runtime}AlignedMemory.First(_parameters));");
            }
            w.Line();
            w.Line("/// <summary>Learning rate, momentum and weight decay; they may change between steps.</summary>");
            w.Line("public global::ModelGen.Sgd Optimizer { get; }");
            w.Line();
            w.Line("/// <summary>Bytes of memory for activations and gradients.</summary>");
            w.Line($"public const long ArenaBytes = {Literals.Grouped((long)ArenaLength * sizeof(float))};");
            w.Line();
            w.Line("/// <summary>One step on 1 to <see cref=\"BatchSize\"/> samples. Returns the mean loss before the update. Allocates nothing.</summary>");
            foreach (Argument input in _signature.Inputs)
                w.Line($"/// <param name=\"{input.Name.TrimStart('@')}\">The samples one behind the other, <see cref=\"{input.LengthConstant}\"/> floats each.</param>");
            w.Line($"/// <param name=\"labels\">The class of each sample, 0 to {Classes - 1}.</param>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length, or a label is not a class; nothing has changed then.</exception>");
            using (w.Block($"public float Step({_signature.InputParameters()}, global::System.ReadOnlySpan<int> labels)"))
            {
                w.Line($"{Runtime}Check.Samples(labels.Length, BatchSize, {quoted}, nameof(labels));");
                foreach (Argument input in _signature.Inputs)
                    w.Line($"{Runtime}Check.Length({input.Name}.Length, labels.Length * {input.LengthConstant}, {quoted}, nameof({input.Name}));");
                w.Line($"{Runtime}CrossEntropy.CheckLabels(labels, {Classes}, {quoted});");
                foreach (Node node in _step.Plan.Graph.Nodes.Where(n => n.Is(OpNames.UpdateRunningStatistics)))
                    w.Line($"{Runtime}BatchNorm.CheckCount((long)labels.Length * {node.Attributes.Int("pixels")}, {quoted}, {Literals.Quote(node.Name)});");
                w.Line($"return {Private}{_name}TrainerPlan.Train(");
                w.Line($"    {Runtime}AlignedMemory.First(_arena), {Runtime}AlignedMemory.First(_parameters),");
                string inputs = string.Join(", ", _signature.Inputs.Select(i => "ref " + Signature.FirstOf(i)));
                w.Line($"    {inputs}, ref {Labels}, labels.Length, Optimizer, _seed, _steps++);");
            }
            w.Line();
            w.Line("/// <summary>Loss and accuracy, in inference mode, on any number of samples.</summary>");
            w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length, or a label is not a class.</exception>");
            using (w.Block($"public global::ModelGen.Evaluation Evaluate({_signature.InputParameters()}, global::System.ReadOnlySpan<int> labels)"))
            {
                w.Line($"{Runtime}Check.Samples(labels.Length, int.MaxValue / {_signature.Inputs.OrderByDescending(i => i.Shape.Length).First().LengthConstant}, {quoted}, nameof(labels));");
                foreach (Argument input in _signature.Inputs)
                    w.Line($"{Runtime}Check.Length({input.Name}.Length, labels.Length * {input.LengthConstant}, {quoted}, nameof({input.Name}));");
                w.Line($"{Runtime}CrossEntropy.CheckLabels(labels, {Classes}, {quoted});");
                w.Line("double loss = 0;");
                w.Line("int correct = 0;");
                using (w.Block("for (int first = 0; first < labels.Length; first += BatchSize)"))
                {
                    w.Line("int samples = global::System.Math.Min(BatchSize, labels.Length - first);");
                    w.Line($"{Private}{_name}TrainerPlan.Evaluate(");
                    w.Line($"    {Runtime}AlignedMemory.First(_arena), {Runtime}AlignedMemory.First(_parameters),");
                    string inputs = string.Join(", ", _signature.Inputs.Select(i => $"ref {Unsafe}(ref {Signature.FirstOf(i)}, first * {i.LengthConstant})"));
                    w.Line($"    {inputs}, ref {Unsafe}(ref {Labels}, first), samples, ref loss, ref correct);");
                }
                w.Line("return new global::ModelGen.Evaluation(loss / labels.Length, correct, labels.Length);");
            }
            w.Line();
            w.Line("/// <summary>A copy of the weights as they are now, for inference and saving.</summary>");
            using (w.Block("public Weights ToWeights()"))
            {
                w.Line("Weights weights = _initial.Clone();");
                w.Line($"{Private}{_name}TrainerPlan.Give({Runtime}AlignedMemory.First(_parameters), weights.First);");
                w.Line("weights.Pack();");
                w.Line("return weights;");
            }
        }
    }

    /// <summary>Writes the plans.</summary>
    public void EmitPrivate(CodeWriter w)
    {
        string memory = $"Floats arena, Floats parameters, {_signature.InputReferences()}, ref int labels, int samples";
        string training = memory + ", Sgd optimizer, ulong randomSeed, ulong stepNumber";
        w.Line();
        w.Line("/// <summary>The steps of training and evaluation.</summary>");
        using (w.Block($"file static class {_name}TrainerPlan"))
        {
            using (w.Block($"public static float Train({training})"))
            {
                w.Line("for (int step = 0; step < TrainStepCount; step++)");
                w.Line($"    TrainStep(step, {PlanWriter.ArgumentsOf(training)});");
                w.Line($"return {_step.Memory(_step.Plan.Graph.Outputs.Single(o => o.Name == Pipeline.Loss).Value)};");
            }
            w.Line();
            _step.EmitSteps(w, "TrainStep", training);
            w.Line();
            using (w.Block($"public static void Evaluate({memory}, ref double loss, ref int correct)"))
            {
                w.Line("for (int step = 0; step < EvaluationStepCount; step++)");
                w.Line($"    EvaluationStep(step, {PlanWriter.ArgumentsOf(memory)});");
                w.Line($"loss += (double){Scalar(Pipeline.Loss)} * samples;");
                w.Line($"correct += (int){Scalar(Pipeline.Correct)};");
            }
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
        }
        w.Line();
        _step.EmitMemory(w, "Where each value lives in training.");
        w.Line();
        _evaluation.EmitMemory(w, "Where each value lives in evaluation; parameters are where training has them.");
    }

    private string Scalar(string output) => _evaluation.Memory(_evaluation.Plan.Graph.Outputs.Single(o => o.Name == output).Value);

    private void EmitCopies(CodeWriter w, bool toTrainer)
    {
        Plan plan = _step.Plan;
        foreach (Node parameter in plan.Graph.Parameters.Where(p => _canonicalOffsets.ContainsKey(p.Name)))
        {
            string weights = $"weights[{_canonicalOffsets[parameter.Name]}]";
            string trained = _step.Memory(parameter.Id);
            Layout dense = Layout.Dense(parameter.Shape);
            Layout layout = plan.LayoutOf(parameter.Id);
            if (layout == dense)
            {
                w.Line(toTrainer
                    ? $"Elementwise.Copy(ref {weights}, ref {trained}, {parameter.Shape.Length});"
                    : $"Elementwise.Copy(ref {trained}, ref {weights}, {parameter.Shape.Length});");
                continue;
            }
            Kernel kernel = toTrainer ? new ReorderKernel(dense, layout, PerSample: false) : new ReorderKernel(layout, dense, PerSample: false);
            string[] operands = toTrainer ? [weights, trained] : [trained, weights];
            w.Line(kernel.Call($"{_name}Kernels.{_kernels.MethodOf(kernel)}", operands, "1"));
        }
    }
}
