using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;

namespace ModelGen.Generator.Lowering;

/// <summary>What an operator knows when it is asked for layouts.</summary>
internal interface ILayoutContext
{
    TensorType TypeOf(int value);

    /// <summary>The layout that suits the value and all that is coupled with it.</summary>
    Layout Chosen(int value);

    /// <summary>The layout the value has now; null for a parameter that nobody has asked for yet.</summary>
    Layout? Of(int value);
}

/// <summary>What an operator knows when it is asked for its kernel: all layouts are final.</summary>
internal sealed class LoweringContext(Graph graph, IReadOnlyList<Layout> layouts, int batch, Func<Node, int, bool> isInPlace)
{
    /// <summary>The most samples that one run takes.</summary>
    public int Batch => batch;

    public Layout Of(int value) => layouts[value];

    /// <summary>Whether an input of a concatenation is written where the result is, and need not be copied.</summary>
    public bool IsInPlace(Node node, int input) => isInPlace(node, input);

    public TensorType TypeOf(int value) => graph[value].Type;

    /// <summary>The inputs of the node, then its result: the usual operands.</summary>
    public static KernelCall Call(Kernel kernel, Node node) => new(kernel, new([.. node.Inputs, node.Id]));

    public static KernelCall Call(Kernel kernel, params int[] operands) => new(kernel, new(operands));
}
