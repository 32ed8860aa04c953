using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Text;

namespace ModelGen.Generator.Emit;

/// <summary>The static table of parameters: key, shape, place and how each starts.</summary>
internal static class ParameterTable
{
    /// <summary>One row for each parameter, in the graph's order.</summary>
    public static IEnumerable<string> Rows(Graph graph, IReadOnlyDictionary<string, int> offsets)
    {
        int[] readers = FirstReaders(graph);
        return graph.Parameters.Select(p => Row(graph, readers, p, offsets[p.Name]));
    }

    private static string Row(Graph graph, int[] readers, Node parameter, int offset)
    {
        string init = Resolve(graph, readers, parameter);
        string initializer = init is "zeros" or "ones" ? char.ToUpperInvariant(init[0]) + init.Substring(1) : "Uniform";
        string bound = initializer == "Uniform" ? $", bound: {Literals.Float(Initializers.Bound(parameter, init))}" : "";
        string trainable = Initializers.IsTrainable(parameter) ? "" : ", trainable: false";
        return $"new({Literals.Quote(parameter.Name)}, [{string.Join(", ", parameter.Shape.Dimensions)}], {offset}, {initializer}{bound}{trainable})";
    }

    // "auto" takes He's bound where a ReLU follows, perhaps behind a batch normalisation, and Xavier's otherwise.
    private static string Resolve(Graph graph, int[] readers, Node parameter)
    {
        string init = parameter.Attributes.Word("init", "zeros");
        if (init != Initializers.Auto)
            return init;
        int layer = readers[parameter.Id];
        for (int next = layer < 0 ? -1 : readers[layer]; next >= 0; next = readers[next])
        {
            if (graph[next].Op is "Relu")
                return Initializers.He;
            if (graph[next].Op is not (OpNames.BatchNorm2d or OpNames.Dropout or OpNames.GaussianNoise or OpNames.Add or "MaxPool2d"))
                break;
        }
        return Initializers.Xavier;
    }

    // The first node that reads each value; −1 where none does.
    private static int[] FirstReaders(Graph graph)
    {
        int[] readers = [.. Enumerable.Repeat(-1, graph.Nodes.Count)];
        for (int id = graph.Nodes.Count - 1; id >= 0; id--)
        {
            foreach (int input in graph[id].Inputs)
                readers[input] = id;
        }
        return readers;
    }
}
