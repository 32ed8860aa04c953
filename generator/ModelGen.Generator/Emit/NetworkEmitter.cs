using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>
/// Writes the source of one network. The user's class gets a thin public surface, in which every outside name is written in full; the plan,
/// as a straight list of calls, and the kernels go into a namespace of our own. It knows nothing of convolution.
/// </summary>
internal sealed class NetworkEmitter
{
    private const string Runtime = "global::ModelGen.Runtime.";
    private const string Private = "global::" + SourceHeader.Namespace + ".";

    private readonly PlannedNetwork _network;
    private readonly NetworkModel _model;
    private readonly CancellationToken _cancellation;
    private readonly CodeWriter _writer = new();
    private readonly KernelSet _kernels = new();
    private readonly PlanWriter _inference;
    private readonly TrainerEmitter? _trainer;
    private readonly Signature _signature;
    private readonly GeneratedMembers _members;
    private readonly ThreadsEmitter _threads;

    private NetworkEmitter(PlannedNetwork network, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _network = network;
        _model = network.Model;
        _signature = new Signature(_model.Graph);
        _members = GeneratedMembers.Of(_model);
        _inference = new PlanWriter(network.Inference, _kernels, Name + "Kernels", Memory);
        _threads = new ThreadsEmitter(Name, _signature, _inference, _model.Batch > 1);
        _trainer = network.Training is TrainingPlans training
            ? new TrainerEmitter(_model, _members, training, Name, _kernels, network.Parameters.Offsets)
            : null;
    }

    // Short, because it stands in every call; generated types are seen in their own file alone.
    private const string Memory = "At";

    private string Name => _model.Class.Name.TrimStart('@');

    private string Quoted => Literals.Quote(Name);

    private Plan Plan => _inference.Plan;

    private bool IsBatched => _model.Batch > 1;

    /// <summary>Writes the source of a network.</summary>
    /// <exception cref="OverflowException">Its memory is longer than an array can be.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public static string Emit(PlannedNetwork network, CancellationToken cancellation) => new NetworkEmitter(network, cancellation).Run();

    private string Run()
    {
        SourceHeader.Write(_writer);
        SourceHeader.InClass(_writer, _model.Class, () =>
        {
            EmitDocumentation();
            using (_writer.Block($"partial class {_model.Class.Name}"))
            {
                EmitConstants();
                EmitInstance();
                _threads.EmitMembers(_writer, _members);
                SummaryEmitter.Emit(_writer, _model, _members, Plan, $"{Private}{Name}Layers.Table", _network.Parameters.Length,
                    _network.Parameters.ReadLength, _trainer?.Memory, _model.Profile ? _inference.DescribeSteps() : []);
                EmitWeights();
                _trainer?.EmitClass(_writer);
            }
        });
        SourceHeader.InPrivateNamespace(_writer, () =>
        {
            EmitParameters();
            _writer.Line();
            EmitPlan();
            _threads.EmitPrivate(_writer);
            _writer.Line();
            _inference.EmitMemory(_writer, "Where each value lives, in floats from the start of its memory.");
            _trainer?.EmitPrivate(_writer);
            _writer.Line();
            _kernels.Emit(_writer, Name + "Kernels", _cancellation);
        });
        return _writer.ToString();
    }

    private void EmitDocumentation()
    {
        _writer.Line("/// <remarks>");
        _writer.Line("/// Compiled from these layers:");
        _writer.Line("/// <code>");
        _writer.Line(FormattableString.Invariant($"/// {"layer",-12} {"type",-12} {"output",-14} {"parameters",12} {"mult-adds",14}"));
        foreach (Node layer in SummaryEmitter.Layers(_model.Graph))
        {
            long parameters = SummaryEmitter.ParametersOf(_model.Graph, layer),
            multiplyAdds = SummaryEmitter.MultiplyAddsOf(_model.Graph, layer);
            _writer.Line(FormattableString.Invariant(
                $"/// {layer.Name,-12} {layer.Op,-12} {layer.Shape,-14} {parameters,12:N0} {multiplyAdds,14:N0}"));
        }
        _writer.Line("/// </code>");
        _writer.Line("/// </remarks>");
    }

    private void EmitConstants()
    {
        foreach (Argument input in _signature.Inputs)
            Constant("Floats of "
                + $"{(_signature.Inputs.Count == 1 ? "one input sample" : $"one sample of the input {input.Name}, {input.Shape}")}.",
                input.LengthConstant, input.Shape.Length);
        foreach (Argument output in _signature.Outputs)
            Constant($"Floats of the output {(_signature.Outputs.Count == 1 ? "" : $"{output.Name}, {output.Shape}, ")}for one sample.",
                output.LengthConstant, output.Shape.Length);
        Constant("Number of trained values.", "ParameterCount",
            _model.Graph.Parameters.Where(Initializers.IsTrainable).Sum(p => p.Shape.Length));
        Constant("Multiply-adds for one sample, without biases.", "MultiplyAdds",
            _model.Graph.Nodes.Sum(n => SummaryEmitter.MultiplyAddsOf(_model.Graph, n)));
        Constant("The most samples of one call of Forward.", "Batch", _model.Batch);
        Constant($"Bytes of memory for activations that an instance holds{(_model.Batch == 1 ? "" : ", for Batch samples")}.", "ArenaBytes",
            (long)Plan.ArenaLength * sizeof(float));
    }

    private void Constant(string summary, string name, long value)
    {
        _writer.Line($"/// <summary>{summary}</summary>");
        _writer.Line($"{_members.Head(name)} = {Literals.Grouped(value)};");
        _writer.Line();
    }

    private void EmitInstance()
    {
        CodeWriter w = _writer;
        string length = $"{Private}{Memory}.ArenaLength";
        w.Line("private readonly Weights _modelGenWeights;");
        w.Line("private readonly global::System.ArraySegment<float> _modelGenArena;");
        w.Line($"private int {ThreadsEmitter.Owner};");
        w.Line();
        w.Line("/// <summary>Creates an instance with its own memory for activations. Instances may share weights; an instance is for "
            + "one thread at a time.</summary>");
        using (w.Block(_members.Head(ClassPart.Constructors)))
        {
            w.Line("global::System.ArgumentNullException.ThrowIfNull(weights);");
            w.Line("_modelGenWeights = weights;");
            w.Line($"_modelGenArena = {Runtime}AlignedMemory.Allocate({length});");
        }
        w.Line();
        w.Line("/// <summary>Creates an instance that keeps its activations in the caller's memory: <see cref=\"ArenaBytes\"/> and "
            + FormattableString.Invariant($"{KernelContract.BytesBesideArena:N0} bytes more of a float array.</summary>"));
        w.Line("/// <exception cref=\"global::System.ArgumentException\">The memory is too short or not part of an array.</exception>");
        using (w.Block(_members.Head(ClassPart.Constructors, overload: 1)))
        {
            w.Line("global::System.ArgumentNullException.ThrowIfNull(weights);");
            w.Line("_modelGenWeights = weights;");
            w.Line($"_modelGenArena = {Runtime}AlignedMemory.Take(arena, {length}, {Quoted});");
        }
        w.Line();
        w.Line("/// <summary>Creates weights initialised as the layers say; a seed gives the same weights on every platform.</summary>");
        w.Line($"{_members.Head("CreateWeights")} => Weights.Create(seed);");
        w.Line();
        EmitLoad(0, "path", "a safetensors file with PyTorch's keys.",
            "The file.", "global::System.IO.FileNotFoundException\">There is no such file.");
        EmitLoad(1, "stream", "what a stream still has: an embedded resource, an entry of a zip file, an asset. It stays open.",
            "The stream, where the content begins.", "global::System.IO.IOException\">The stream cannot be read.");
        EmitLoad(2, "content", "the content of a safetensors file. It is not needed afterwards.",
            "All bytes of the file.", null);
        w.Line("/// <summary>The same for fine-tuning: parameters whose names match <paramref name=\"skip\" />, \"fc.*\" for instance, "
            + "are not read but get first values by the seed.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A pattern matches nothing.</exception>");
        w.Line($"{_members.Head("LoadWeights", overload: 3)} => LoadWeights(path, new global::ModelGen.WeightLoadOptions {{ Skip = skip, "
            + $"Seed = seed }});");
        w.Line();
        string shapes = string.Join(" and ", _signature.Inputs.Select(i => i.Shape));
        w.Line(IsBatched
            ? $"/// <summary>Runs the network on 1 to <see cref=\"Batch\"/> samples of shape {shapes}, one behind the other, and writes "
                + "as many results. Allocates nothing.</summary>"
            : $"/// <summary>Runs the network on one sample of shape {shapes}. Allocates nothing.</summary>");
        w.Line("/// <exception cref=\"global::System.ArgumentException\">A span has the wrong length, or one that is written shares "
            + "memory with another.</exception>");
        w.Line("/// <exception cref=\"global::System.InvalidOperationException\">Another call on this instance is running, or its "
            + "scheduler did not do all parts of the work.</exception>");
        using (w.Block(_members.Head("Forward")))
        {
            EmitChecks();
            using (_threads.EmitExclusive(w))
            {
                _threads.EmitCall(w);
                w.Line($"{Private}{Name}Plan.Forward(");
                w.Line($"    {MemoryArguments()},");
                w.Line($"    {CallersArguments()});");
            }
        }
        w.Line();
        if (_model.Profile)
        {
            string arguments = $"{MemoryArguments()}, {CallersArguments()}{_inference.WholeSteps}";
            ProfileEmitter.EmitMethod(w, Name, _members, EmitChecks, () => _threads.EmitExclusive(w), $"{Private}{Name}Plan", arguments);
        }
    }

    private void EmitLoad(int overload, string name, string from, string what, string? missing)
    {
        CodeWriter w = _writer;
        w.Line($"/// <summary>Reads weights from {from}</summary>");
        if (name == "path")
        {
            w.Line("/// <remarks>");
            w.Line("/// Where parameters are not kept, a large file is mapped into memory meanwhile, and a program that cuts it short "
                + "then ends this process:");
            w.Line("/// options.Access = SafetensorsAccess.Read makes that an error.");
            w.Line("/// </remarks>");
        }
        if (missing is not null)
            w.Line($"/// <exception cref=\"{missing}</exception>");
        w.Line("/// <exception cref=\"global::ModelGen.Safetensors.InvalidSafetensorsException\">The content is damaged or not that of a "
            + "safetensors file.</exception>");
        w.Line("/// <exception cref=\"global::ModelGen.WeightsMismatchException\">Keys are missing, unexpected or of another shape; all "
            + "are listed.</exception>");
        w.Line($"/// <param name=\"{name}\">{what}</param>");
        w.Line("/// <param name=\"options\">Threads, and whether parameters are kept beside what Forward reads; null for one thread and "
            + "parameters that are kept.</param>");
        w.Line($"{_members.Head("LoadWeights", overload)} => Weights.From({Runtime}WeightSource.Of({name}), options ?? new());");
        w.Line();
    }

    // The lengths of inputs and outputs, and the number of samples.
    private void EmitChecks()
    {
        Argument[] arguments = [.. _signature.Inputs, .. _signature.Outputs];
        Argument first = arguments[0];
        if (IsBatched)
            _writer.Line($"int samples = {Runtime}Check.SamplesOf({first.Name}.Length, {first.LengthConstant}, Batch, {Quoted}, "
                + $"nameof({first.Name}));");
        foreach (Argument argument in IsBatched ? arguments.Skip(1) : arguments)
            _writer.Line($"{Runtime}Check.Length({argument.Name}.Length, {(IsBatched ? "samples * " : "")}{argument.LengthConstant}, "
                + $"{Quoted}, nameof({argument.Name}));");
        foreach (Argument output in _signature.Outputs)
        {
            foreach (Argument other in arguments.TakeWhile(a => a != output))
                _writer.Line($"{Runtime}Check.Apart({other.Name}, {output.Name}, {Quoted}, nameof({other.Name}), nameof({output.Name}));");
        }
    }

    // The plan's first arguments: the instance's own memory.
    private static string MemoryArguments() =>
        $"{Runtime}AlignedMemory.First(_modelGenArena), _modelGenWeights.First, {Runtime}AlignedMemory.First(_modelGenWeights.Packed)";

    private string CallersArguments() =>
        string.Join(", ", _signature.Inputs.Concat(_signature.Outputs).Select(i => "ref " + Signature.FirstOf(i)))
            + (IsBatched ? ", samples" : "");

    private void EmitWeights()
    {
        CodeWriter w = _writer;
        w.Line("/// <summary>The parameters, in PyTorch's order for saving and, packed once, as the kernels read them. Immutable: "
            + "instances and threads may share them.</summary>");
        using (w.Block("public sealed partial class Weights : global::ModelGen.WeightStore"))
        {
            w.Line("internal readonly global::System.ArraySegment<float> Packed = "
                + $"{Runtime}AlignedMemory.Allocate({Private}{Memory}.PackedLength);");
            w.Line();
            w.Line("// Without the parameters that Forward does not read, where they are not kept.");
            using (w.Block($"internal Weights(bool keepsParameters = true) : base({Quoted}, {Private}{Name}Parameters.Table, "
                + $"{Literals.Grouped(_network.Parameters.Length)}, keepsParameters ? -1 : "
                + $"{Literals.Grouped(_network.Parameters.ReadLength)})"))
            {
            }
            w.Line();
            w.Line($"internal {Runtime}Floats First => new(ref "
                + "global::System.Runtime.InteropServices.MemoryMarshal.GetReference(Values));");
            w.Line();
            w.Line("// First, where all parameters are there.");
            using (w.Block($"internal {Runtime}Floats Complete()"))
            {
                w.Line("ThrowIfNotKept();");
                w.Line("return First;");
            }
            w.Line();
            EmitFactory("Create(int seed)", "", "Initialize(seed)", "PackAll()");
            EmitFactory($"From({Runtime}WeightSource source, global::ModelGen.WeightLoadOptions options)", "options.KeepParameters",
                "Load(source, options)");
            using (w.Block("internal Weights Clone()"))
            {
                w.Line("var weights = new Weights();");
                w.Line("weights.CopyFrom(this);");
                w.Line("return weights;");
            }
            w.Line();
            w.Line("internal void Pack() => PackAll();");
            w.Line();
            EmitPack("Pack", $"{Runtime}ParameterSource parameters, int part, int parts", "parameters, packed, part, parts");
            if (Plan.SharedLoadSteps < Plan.LoadSteps.Count)
            {
                w.Line();
                EmitPack("PackRest", $"{Runtime}ParameterSource parameters",
                    $"parameters, packed, {Runtime}AlignedMemory.First({Runtime}AlignedMemory.Allocate({Private}{Memory}.ScratchLength))");
            }
        }
    }

    private void EmitPack(string method, string parameters, string arguments)
    {
        _writer.Line("/// <inheritdoc/>");
        _writer.Line($"protected override void {method}({parameters}) => "
            + $"{Private}{Name}Plan.{method}({arguments.Replace("packed", $"{Runtime}AlignedMemory.First(Packed)")});");
    }

    private void EmitFactory(string signature, string arguments, params string[] fill)
    {
        using (_writer.Block($"internal static Weights {signature}"))
        {
            _writer.Line($"var weights = new Weights({arguments});");
            foreach (string call in fill)
                _writer.Line($"weights.{call};");
            _writer.Line("return weights;");
        }
        _writer.Line();
    }

    private void EmitParameters()
    {
        _writer.Line("/// <summary>Key, shape, place in floats and start of each parameter.</summary>");
        using (_writer.Block($"file static class {Name}Parameters"))
            _writer.Table("ParameterInfo", "Table", [.. ParameterTable.Rows(_model.Graph, _network.Parameters.Offsets)]);
        _writer.Line();
        _writer.Line("/// <summary>Name, operator and output shape of each layer, parameters, mult-adds, offset in bytes and the first "
            + "and last step that its result lives in.</summary>");
        using (_writer.Block($"file static class {Name}Layers"))
            _writer.Table("LayerSummary", "Table", [.. SummaryEmitter.Rows(_model, Plan)]);
    }

    private void EmitPlan()
    {
        CodeWriter w = _writer;
        w.Line("/// <summary>The steps of inference, and what is done once when weights are loaded.</summary>");
        using (w.Block($"file static class {Name}Plan"))
        {
            string parameters = "Floats arena, Floats parameters, Floats packed, "
                + $"{_signature.References()}{(IsBatched ? ", int samples" : "")}";
            using (w.Block($"public static void Forward({parameters})"))
            {
                w.Line("for (int step = 0; step < StepCount; step++)");
                w.Line($"    Step(step, {PlanWriter.ArgumentsOf(parameters)}{_inference.WholeSteps});");
            }
            w.Line();
            _inference.EmitSteps(w, "Step", parameters);
            w.Line();
            _inference.EmitLoadSteps(w, "Pack", "ParameterSource parameters, Floats packed", "Floats scratch");
        }
    }
}
