using ModelGen.Generator.Collections;
using ModelGen.Generator.Graphs;
using static ModelGen.Generator.Model.GeneratedMember;

namespace ModelGen.Generator.Model;

/// <summary>
/// What the generated part of a class declares, in one list: the emitters take the heads of what they write from it, stubs are written from
/// it, and by it members of the author's own are found to be in the way. The tests hold it against what is written.
/// </summary>
/// <param name="name">The class, as it is written in C#.</param>
/// <param name="surface">What its declaration asks for.</param>
/// <param name="signature">Its inputs and outputs, as far as they are known.</param>
internal sealed class GeneratedMembers(string name, Surface surface, Signature signature)
{
    /// <summary>How the names of private members begin; no member of the author's may.</summary>
    public const string PrivatePrefix = "_modelGen";

    public const string Weights = "Weights";
    public const string Trainer = "Trainer";

    private const string Scheduler = "global::ModelGen.IParallelScheduler?";
    private const string Ticks = "global::System.Span<long> ticks";
    private const string Notes = "global::System.Collections.Generic.IReadOnlyDictionary<string, string>? notes = null";

    /// <summary>The members of a class whose inputs and outputs have these names.</summary>
    public static GeneratedMembers Of(string name, Surface surface, MemberNames members)
    {
        Shape unknown = Shape.Of(1);
        var taken = new HashSet<string>(ReservedNames.Refused, StringComparer.Ordinal);
        return new GeneratedMembers(name, surface, new Signature(Named(members.Inputs, "image"), Named(members.Outputs, "output")));

        // Names that meet are an error of the network; here they only have to differ.
        (string, Shape)[] Named(EquatableArray<string> names, string single) =>
            [.. (names.Count == 0 ? [single] : names).Select(n => (taken.Add(Signature.Argument(n)) ? n : $"{n}_{taken.Count}", unknown))];
    }

    public bool HasTrainer => surface.HasTrainer;

    /// <summary>The members of the class of a network without errors.</summary>
    public static GeneratedMembers Of(NetworkModel model) =>
        new(model.Class.Name, Surface.Of(model.Training, model.Options), new Signature(model.Graph));

    /// <summary>How a member of the class is declared, up to its body.</summary>
    /// <param name="overload">Which of several of that name.</param>
    public string Head(string member, int overload = 0) => HeadIn(OfClass(), member, overload);

    /// <summary>The same of a member of the trainer.</summary>
    public string HeadInTrainer(string member, int overload = 0) => HeadIn(OfTrainer(), member, overload);

    private static string HeadIn(IEnumerable<GeneratedMember> members, string name, int overload) =>
        members.Where(m => m.Name == name).ElementAt(overload).Head ?? throw new InvalidOperationException($"{name} is private");

    /// <summary>True for what the class itself cannot be called.</summary>
    public bool Contains(string member) => member == Weights || (HasTrainer && member == Trainer) || OfClass().Any(m => m.Name == member);

    /// <summary>Members of the class itself, without the nested classes, which are partial and may be extended.</summary>
    public IEnumerable<GeneratedMember> OfClass()
    {
        // Of several inputs or outputs one could be called like the class, which is an error of its own.
        IEnumerable<string> lengths = signature.Inputs.Concat(signature.Outputs).Select(a => a.LengthConstant).Distinct();
        foreach (string constant in lengths.Where(c => c != name || c is "InputLength" or "OutputLength")
            .Concat(["ParameterCount", "Batch"]))
            yield return Constant("int", constant);
        yield return Constant("long", "MultiplyAdds");
        yield return Constant("long", "ArenaBytes");
        yield return Property("global::ModelGen.NetworkSummary", "Summary", isStatic: true);
        yield return Method(Weights, "CreateWeights", "int seed", isStatic: true);
        yield return Method(Weights, "LoadWeights", "string path, global::ModelGen.WeightLoadOptions? options = null", isStatic: true);
        yield return Method(Weights, "LoadWeights", "global::System.IO.Stream stream, global::ModelGen.WeightLoadOptions? options = null",
            isStatic: true);
        yield return Method(Weights, "LoadWeights", "global::System.ReadOnlyMemory<byte> content, global::ModelGen.WeightLoadOptions? "
            + "options = null", isStatic: true);
        yield return Method(Weights, "LoadWeights", "string path, string skip, int seed = 0", isStatic: true);
        yield return Constructor(name, "Weights weights");
        yield return Constructor(name, "Weights weights, global::System.Memory<float> arena");
        yield return Setting("int", "Parallelism");
        yield return Setting(Scheduler, "Scheduler");
        yield return Method("void", "Forward", signature.Parameters());
        if (HasProfile)
            yield return Method("void", "Profile", $"{signature.Parameters()}, {Ticks}");
    }

    /// <summary>Members of the nested class Weights, beside what it inherits.</summary>
    public static IEnumerable<GeneratedMember> OfWeights()
    {
        foreach (string field in new[] { "Packed", "First" })
            yield return Private(field);
        yield return PrivateMethod(Model.ClassPart.Constructors, "bool keepsParameters");
        foreach (string method in new[] { "Complete", "Clone", "Pack" })
            yield return PrivateMethod(method, "");
        yield return PrivateMethod("Create", "int seed");
        yield return PrivateMethod("From", "ModelGen.Runtime.WeightSource source, ModelGen.WeightLoadOptions options");
        yield return PrivateMethod("Pack", "ModelGen.Runtime.ParameterSource parameters, int part, int parts");
        yield return PrivateMethod("PackRest", "ModelGen.Runtime.ParameterSource parameters");
    }

    /// <summary>Members of the nested class Trainer. Where it is in doubt how it is trained, all that it might have.</summary>
    public IEnumerable<GeneratedMember> OfTrainer()
    {
        if (!HasTrainer)
            yield break;
        foreach (string field in new[] { "_arena", "_parameters", "_initial", "_seed", "_steps", "_updates", "_accumulated", "_threads",
            "_owner", "_check" })
            yield return Private(field);
        yield return Constant("int", "BatchSize");
        yield return Constant("long", "ArenaBytes");
        yield return Constant("long", "ParameterBytes");
        yield return Property(Optimizers[0], "Optimizer");
        foreach (string optimizer in Optimizers)
            yield return Constructor(Trainer, $"Weights initial, {optimizer} optimizer, int seed = 0");
        yield return Setting("int", "Parallelism");
        yield return Setting(Scheduler, "Scheduler");
        foreach (bool ofClasses in Targets)
        {
            string parameters = ParametersOf(ofClasses);
            yield return Method("float", "Step", parameters);
            if (surface.Accumulates || surface.IsInDoubt)
                yield return Method("float", "Accumulate", parameters);
            yield return Method(TrainerSurface.EvaluationOf(ofClasses), "Evaluate", parameters);
            if (HasProfile)
                yield return Method("void", "Profile", $"{parameters}, {Ticks}");
            yield return PrivateMethod("NotFinite", $"float loss, {parameters}, int samples");
        }
        if (HasProfile)
            yield return Property("global::System.Collections.Generic.IReadOnlyList<global::ModelGen.StepSummary>", "Steps",
                isStatic: true);
        yield return Method(Weights, "ToWeights", "");
        yield return Property("long", "Updates");
        yield return Method("void", "SaveCheckpoint", $"string path, int epoch = 0, {Notes}");
        yield return Method("global::ModelGen.Checkpoint", "LoadCheckpoint", "string path");
        yield return PrivateMethod("StateOf", "Weights weights");
        yield return PrivateMethod("CopyWeights", "");
    }

    /// <summary>The interface that the trainer implements, with a colon before it; empty where it does not.</summary>
    public string TrainersInterface => TrainerSurface.InterfaceOf(signature.Inputs.Count, Targets[0]);

    // Training is on classes, on numbers or, in doubt, on either.
    private bool[] Targets => surface.IsInDoubt ? [true, false] : [!surface.TrainsNumbers];

    private string[] Optimizers =>
    [
        .. (surface.IsInDoubt ? Ops.OptimizerTable.Names.Prepend(surface.Optimizer).Distinct() : [surface.Optimizer])
            .Select(o => "global::ModelGen." + o),
    ];

    private bool HasProfile => surface.HasProfile || surface.IsInDoubt;

    private string ParametersOf(bool ofClasses) => $"{signature.InputParameters()}, {TrainerSurface.TargetParameterOf(ofClasses)}";
}
