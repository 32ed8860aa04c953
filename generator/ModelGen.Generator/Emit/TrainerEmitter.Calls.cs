using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>The trainer's public methods that run a plan.</summary>
internal sealed partial class TrainerEmitter
{
    private string StepArguments =>
        $"Optimizer, _seed, _steps, _updates, {(_options[TrainableOption.AccumulateGradients] ? "_accumulated" : "0")}, _check";

    private void EmitStep(CodeWriter w, string name, string plan, string summary)
    {
        w.Line($"/// <summary>{summary} Returns the mean loss of the samples given, before the update. Allocates nothing.</summary>");
        EmitParameterDocumentation(w);
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong "
            + $"length{(_options.IsOfClasses ? ", or a label is not a class" : "")}; nothing has changed then.</exception>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">");
        w.Line("/// Another call on this trainer is running; or its scheduler did not do all parts of the work: the step has then been "
            + "completed without it if it had begun to change parameters, and nothing has changed otherwise.");
        w.Line("/// </exception>");
        w.Line("/// <exception cref=\"global::ModelGen.NonFiniteLossException\">The loss is NaN or infinite; nothing has changed "
            + "then.</exception>");
        string update = _options.ChecksFirst ? "what would become of the parameters is not; nothing has changed then"
            : "what becomes of the parameters is not; then only LoadCheckpoint makes the trainer usable again";
        w.Line($"/// <exception cref=\"global::ModelGen.NonFiniteUpdateException\">The loss is finite and {update}.</exception>");
        if (!_options[TrainableOption.ClipGradients])
            w.Line("/// <exception cref=\"global::System.InvalidOperationException\">The optimizer is to clip gradients, for which the "
                + "network was not compiled.</exception>");
        using (w.Block(_members.HeadInTrainer(name)))
        {
            EmitChecks(w, name);
            foreach (Node node in _step.Plan.Graph.Nodes.Where(n => n.Is(OpNames.UpdateRunningStatistics)))
                w.Line($"{Runtime}BatchNorm.CheckCount((long)samples * {node.Attributes.Int("pixels")}, {Quoted}, "
                    + $"{Literals.Quote(node.Name)});");
            if (!_options[TrainableOption.ClipGradients])
                w.Line($"{Runtime}Check.DoesNotClip(Optimizer, {Quoted});");
            if (name == "Accumulate")
                w.Line($"{Runtime}Check.Accumulated(_accumulated, samples, {Quoted});");
            using (_threads.EmitExclusive(w))
            {
                w.Line("_check.ThrowIfDamaged();");
                w.Line($"float loss = {Private}{_name}TrainerPlan.{plan}(");
                EmitArguments(w, StepArguments + ", _threads");
                w.Line("if (!float.IsFinite(loss))");
                w.Line($"    throw NotFinite(loss, {string.Join(", ", _signature.Inputs.Select(i => i.Name))}, {Target}, samples);");
                w.Line("_check.ThrowIfFound((long)_steps + 1);");
                w.Line("_steps++;");
                if (name == "Step")
                    w.Line("_updates++;");
                if (_options[TrainableOption.AccumulateGradients])
                    w.Line(name == "Step" ? "_accumulated = 0;" : "_accumulated += samples;");
                w.Line("_threads?.ThrowIfFailed();");
                w.Line("return loss;");
            }
        }
    }

    private void EmitEvaluate(CodeWriter w)
    {
        bool ofClasses = _options.IsOfClasses;
        w.Line($"/// <summary>{(ofClasses ? "Loss and accuracy" : "The mean loss")}, in inference mode, on any number of "
            + "samples.</summary>");
        EmitParameterDocumentation(w);
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong "
            + $"length{(ofClasses ? ", or a label is not a class" : "")}.</exception>");
        using (w.Block(_members.HeadInTrainer("Evaluate")))
        {
            EmitChecks(w, "Evaluate");
            w.Line("double loss = 0;");
            w.Line("int correct = 0;");
            using (_threads.EmitExclusive(w))
            {
                w.Line("_check.ThrowIfDamaged();");
                using (w.Block("for (int first = 0; first < samples; first += BatchSize)"))
                {
                    w.Line($"{Private}{_name}TrainerPlan.Evaluate(");
                    w.Line($"    {Runtime}AlignedMemory.First(_arena), {Runtime}AlignedMemory.First(_parameters),");
                    string inputs = string.Join(
                        ", ", _signature.Inputs.Select(i => $"ref {Unsafe}(ref {Signature.FirstOf(i)}, first * {i.LengthConstant})"));
                    w.Line($"    {inputs}, ref {Unsafe}(ref {FirstTarget}, first{TargetsPerSample}),");
                    w.Line("    global::System.Math.Min(BatchSize, samples - first), _threads, ref loss, ref correct);");
                }
            }
            if (IgnoresLabels)
            {
                w.Line($"return new global::ModelGen.Evaluation(loss / {WeightOf(FirstTarget, "labels.Length")}, correct,");
                w.Line($"    {Runtime}WeightedCrossEntropy.Count(ref {FirstTarget}, labels.Length, {IgnoreIndex}));");
                return;
            }
            w.Line(ofClasses ? "return new global::ModelGen.Evaluation(loss / samples, correct, samples);" : "return loss / samples;");
        }
    }

    private void EmitProfile(CodeWriter w) =>
        ProfileEmitter.EmitTrainingMethod(w, _members, _step.DescribeSteps(), () =>
    {
        EmitChecks(w, "Profile");
        w.Line($"{Runtime}Check.Steps(ticks.Length, {Private}{_name}TrainerPlan.TrainStepCount, {Quoted}, nameof(ticks), "
            + "\"Trainer.Steps\");");
        using (_threads.EmitExclusive(w))
        {
            w.Line("_check.ThrowIfDamaged();");
            w.Line($"{Private}{_name}TrainerPlan.Profile(");
            EmitArguments(w, StepArguments + ", ticks");
            w.Line("_check.ThrowIfFound((long)_steps + 1);");
            w.Line("_steps++;");
            w.Line("_updates++;");
            if (_options[TrainableOption.AccumulateGradients])
                w.Line("_accumulated = 0;");
        }
    });

    private void EmitToWeights(CodeWriter w)
    {
        w.Line("/// <summary>A copy of the weights as they are now, for inference and saving.</summary>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">Another call on this trainer is running.</exception>");
        using (w.Block(_members.HeadInTrainer("ToWeights")))
        {
            using (_threads.EmitExclusive(w))
            {
                w.Line("_check.ThrowIfDamaged();");
                w.Line("return CopyWeights();");
            }
        }
        w.Line();
        using (w.Block("private Weights CopyWeights()"))
        {
            w.Line("Weights weights = _initial.Clone();");
            w.Line($"{Private}{_name}TrainerPlan.Give({Runtime}AlignedMemory.First(_parameters), weights.First);");
            w.Line("weights.Pack();");
            w.Line("return weights;");
        }
    }

    // Called once a loss is not finite: what was computed is still there, but for what shares its memory, so the forward pass runs again,
    // this time with a look at each result.
    private void EmitNotFinite(CodeWriter w)
    {
        w.Line("// Runs forward again and looks at each result.");
        using (w.Block(
            $"private global::System.Exception NotFinite(float loss, {_signature.InputParameters()}, {TargetParameter}, int samples)"))
        {
            w.Line("string where =");
            foreach (Argument input in _signature.Inputs)
                w.Line($"    {Runtime}NonFinite.InInput({input.Name}, {input.LengthConstant}, nameof({input.Name})) ??");
            if (!_options.IsOfClasses)
                w.Line($"    {Runtime}NonFinite.InInput({Target}, {Output.LengthConstant}, nameof({Target})) ??");
            w.Line($"    {Runtime}NonFinite.InParameters(CopyWeights()) ??");
            w.Line($"    {Private}{_name}TrainerPlan.WhereNotFinite(");
            EmitArguments(w, StepArguments);
            w.Line($"return new global::ModelGen.NonFiniteLossException({Quoted}, (long)_steps + 1, loss, where);");
        }
    }

    private void EmitParameterDocumentation(CodeWriter w)
    {
        foreach (Argument input in _signature.Inputs)
            w.Line($"/// <param name=\"{input.Name.TrimStart('@')}\">The samples one behind the other, <see "
                + $"cref=\"{input.LengthConstant}\"/> floats each.</param>");
        w.Line(_options.IsOfClasses
            ? $"/// <param name=\"labels\">The class of each {(LabelsPerSample == 1 ? "sample" : "pixel, sample by sample")}, "
                + $"0 to {Classes - 1}{(IgnoresLabels ? $", or {IgnoreIndex} for what does not count" : "")}.</param>"
            : $"/// <param name=\"targets\">What the output should be, <see cref=\"{Output.LengthConstant}\"/> floats for each "
                + "sample.</param>");
    }

    // Behind the number of a sample, what makes it that of its first label or target.
    private string TargetsPerSample => !_options.IsOfClasses ? " * " + Output.LengthConstant
        : LabelsPerSample == 1 ? "" : FormattableString.Invariant($" * {LabelsPerSample}");

    // Lengths and labels; declares the number of samples. Evaluation takes as many as a span can hold, all else a batch.
    private void EmitChecks(CodeWriter w, string method)
    {
        string most = method == "Evaluate" ? "int.MaxValue / "
            + $"{_signature.Inputs.Append(Output).OrderByDescending(i => i.Shape.Length).First().LengthConstant}" : "BatchSize";
        string names = $"{Quoted}, nameof({Target}), {Literals.Quote(method)}";
        if (_options.IsOfClasses && LabelsPerSample > 1)
        {
            w.Line($"int samples = {Runtime}Check.SamplesOf(labels.Length, {LabelsPerSample}, {most}, {names}, \"labels\");");
        }
        else if (_options.IsOfClasses)
        {
            w.Line("int samples = labels.Length;");
            w.Line($"{Runtime}Check.Samples(samples, {most}, {names});");
        }
        else
        {
            w.Line($"int samples = {Runtime}Check.SamplesOf(targets.Length, {Output.LengthConstant}, {most}, {names});");
        }
        foreach (Argument input in _signature.Inputs)
            w.Line($"{Runtime}Check.Length({input.Name}.Length, samples * {input.LengthConstant}, {Quoted}, nameof({input.Name}));");
        if (IgnoresLabels)
            w.Line($"{Runtime}WeightedCrossEntropy.CheckLabels(labels, {Classes}, {IgnoreIndex}, {Quoted});");
        else if (_options.IsOfClasses)
            w.Line($"{Runtime}CrossEntropy.CheckLabels(labels, {Classes}, {Quoted});");
    }

    private void EmitArguments(CodeWriter w, string more)
    {
        w.Line($"    {Runtime}AlignedMemory.First(_arena), {Runtime}AlignedMemory.First(_parameters),");
        string inputs = string.Join(", ", _signature.Inputs.Select(i => "ref " + Signature.FirstOf(i)));
        w.Line($"    {inputs}, ref {FirstTarget}, samples, {more});");
    }
}
