namespace ModelGen.Generator.Language.Json;

/// <summary>
/// What names mean at a place in the file: the integers of expressions, the values that layers may read, and what is put before new names.
/// </summary>
internal sealed class JsonScope
{
    /// <summary>
    /// Deepest nesting of block calls: enough for any network, too little for a block that calls itself without end to overflow the stack.
    /// </summary>
    public const int DeepestCall = 32;

    /// <summary>Put before the names of layers: empty, or the block's name and a point.</summary>
    public string Prefix { get; private init; } = "";

    /// <summary>Parameters and indices.</summary>
    public Dictionary<string, long> Variables { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Values that are not layers: a block's inputs, or <c>input</c> for the network's.</summary>
    public Dictionary<string, JsonLayerValue> Inputs { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>The scope that called this block; null outside of blocks.</summary>
    public JsonScope? Caller { get; private init; }

    /// <summary>Where that call stands.</summary>
    public TextRange? Call { get; private init; }

    /// <summary>The block's name in <c>blocks</c>.</summary>
    public string Block { get; private init; } = "";

    public int Depth { get; private init; }

    /// <summary>Inside a block.</summary>
    public JsonScope Enter(string block, TextRange call, string prefix,
        Dictionary<string, long> variables, Dictionary<string, JsonLayerValue> inputs) =>
        new() { Prefix = prefix, Variables = variables, Inputs = inputs, Caller = this, Call = call, Block = block, Depth = Depth + 1 };

    /// <summary>The same with one more integer.</summary>
    public JsonScope With(string name, long value) => new()
    {
        Prefix = Prefix,
        Variables = new Dictionary<string, long>(Variables, StringComparer.Ordinal) { [name] = value },
        Inputs = Inputs,
        Caller = Caller,
        Call = Call,
        Block = Block,
        Depth = Depth,
    };
}

/// <summary>A value that layers may read.</summary>
/// <param name="Id">Its node; null where it is unknown because a layer is broken, which has been reported.</param>
/// <param name="Layer">Where the layer stands that makes it; null for inputs of the network.</param>
/// <param name="Name">What other layers of the network may call it.</param>
internal readonly record struct JsonLayerValue(int? Id, TextRange? Layer, string Name);
