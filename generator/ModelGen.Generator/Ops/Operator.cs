using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// Everything that one operator means, in one place, whatever the machine: its attributes with defaults, its shape rule, what it costs, its
/// parameters, its gradient and its texts. How it is done, in which layouts and by which kernel, is its lowering.
/// </summary>
internal abstract class Operator
{
    /// <summary>The name in graphs and, for layers, of the attribute class: PyTorch's name of the layer.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// What generated code calls the result, behind the name of the layer that it is of; not for layers, whose results have their names.
    /// </summary>
    public virtual string ResultName => Name;

    /// <summary>Attributes in the order of the layer's constructor arguments and properties.</summary>
    public virtual EquatableArray<AttributeSpec> Attributes => [];

    /// <summary>What users read about the layer; null where the operator is not a layer that users write.</summary>
    public virtual LayerDescription? Layer => null;

    /// <summary>True where an input may be the same for all samples: a <see cref="Buffer"/>, or what is made of some.</summary>
    public virtual bool TakesConstants => false;

    /// <summary>
    /// True where the layer is made of other operators, so that no graph has it; one without a shape rule of its own is a
    /// <see cref="CompositeLayer"/>.
    /// </summary>
    public virtual bool IsComposite => false;

    /// <summary>Inputs that the operator overwrites: state such as weights in an update.</summary>
    public virtual EquatableArray<int> MutatedInputs => [];

    /// <summary>True where the node is there for what it does, not for its result.</summary>
    public virtual bool HasEffect => MutatedInputs.Count > 0;

    /// <summary>True where parameters are read as the nodes before have left them, rather than as the step found them.</summary>
    public virtual bool ReadsState => false;

    /// <summary>The shape rule.</summary>
    /// <exception cref="ShapeException">The inputs or attributes do not fit; the message gives the arithmetic and the remedy.</exception>
    public abstract TensorType Infer(OperatorCall call);

    /// <summary>What is odd but legal, such as input rows that no window ever reads.</summary>
    public virtual IEnumerable<Problem> Warnings(OperatorCall call) => [];

    /// <summary>Multiply-adds for one sample, without biases, as the literature counts them.</summary>
    public virtual long MultiplyAdds(OperatorCall call) => 0;

    /// <summary>Adds the layer's nodes, parameters first, to a graph; the default adds the operator itself without parameters.</summary>
    public virtual int BuildLayer(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name) =>
        graph.Add(Name, inputs, attributes, name);

    /// <summary>The layer's use, as its checks and <see cref="Infer"/> see it before there are nodes.</summary>
    protected OperatorCall CallOf(GraphBuilder graph, int[] inputs, AttributeMap attributes, string name) =>
        OperatorCall.Of(graph, Name, name, inputs, attributes);

    /// <summary>
    /// How a node is done, from the words that its <see cref="Implementation"/> writes; null for words that it never writes.
    /// </summary>
    public virtual Implementation? ReadImplementation(IReadOnlyList<string> words) => null;

    /// <summary>Adds the nodes that carry <paramref name="gradient"/>, that of the node's result, to the node's inputs.</summary>
    public virtual void Gradient(GradientContext context, Node node, int gradient) =>
        throw new InvalidOperationException($"{Name} has no gradient: it is not differentiable or appears only in backward passes");

    /// <summary>
    /// Whether a sample's result depends on no other one's nor on how many a call of the kernel is given, so that threads may share the
    /// samples of a batch; of operators with a result for each sample.
    /// </summary>
    public virtual bool TreatsSamplesAlone => true;

    /// <summary>True where the result is the first input under another shape: no kernel, the same memory.</summary>
    public virtual bool IsAlias => false;

    /// <summary>False where all that matters is what is overwritten; such a node takes no memory.</summary>
    public virtual bool HasResult => true;

    /// <summary>Fills in what was not given; layer-only attributes are for <see cref="BuildLayer"/>.</summary>
    public AttributeMap WithDefaults(AttributeMap given, bool forLayer = false)
    {
        foreach (AttributeSpec spec in Attributes)
        {
            if (given.TryGet(spec.Name, out _) || (spec.LayerOnly && !forLayer))
                continue;
            if (spec.DefaultsTo is string other && given.TryGet(other, out AttributeValue same))
                given = given.With(spec.Name, same);
            else if (spec.Default is AttributeValue fallback)
                given = given.With(spec.Name, fallback);
        }
        return given;
    }

    /// <summary>The attributes that go with the node in the graph.</summary>
    protected AttributeMap WithoutLayerOnly(AttributeMap attributes) =>
        AttributeMap.Of([.. attributes.Entries.Where(e => !Attributes.Any(a => a.LayerOnly && a.Name == e.Key))
            .Select(e => (e.Key, e.Value))]);
}
