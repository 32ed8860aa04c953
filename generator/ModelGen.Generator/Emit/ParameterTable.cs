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
        Func<Node, string> initializerOf = Initializers.Of(graph);
        return graph.Parameters.Select(p => Row(p, initializerOf(p), offsets[p.Name]));
    }

    private static string Row(Node parameter, string init, int offset)
    {
        string initializer = init is "zeros" or "ones" ? char.ToUpperInvariant(init[0]) + init.Substring(1) : "Uniform";
        string bound = initializer == "Uniform" ? $", bound: {Literals.Float(Initializers.Bound(parameter, init))}" : "";
        string trainable = Initializers.IsTrainable(parameter) ? "" : ", trainable: false";
        return $"new({Literals.Quote(parameter.Name)}, [{string.Join(", ", parameter.Shape.Dimensions)}], {offset}, "
            + $"{initializer}{bound}{trainable})";
    }
}
