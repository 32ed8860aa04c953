using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Emit;

/// <summary>The static table of parameters: key, shape, place and how each starts.</summary>
internal static class ParameterTable
{
    public static string Row(Graph graph, Node parameter, int offset)
    {
        string init = Resolve(graph, parameter);
        string initializer = init is "zeros" or "ones" ? char.ToUpperInvariant(init[0]) + init.Substring(1) : "Uniform";
        string bound = initializer == "Uniform" ? $", bound: {Literals.Float(Initializers.Bound(parameter, init))}" : "";
        string trainable = Initializers.IsTrainable(parameter) ? "" : ", trainable: false";
        return $"new({Literals.Quote(parameter.Name)}, [{string.Join(", ", parameter.Shape.Dimensions)}], {offset}, global::ModelGen.ParameterInitializer.{initializer}{bound}{trainable})";
    }

    // "auto" takes He's bound where a ReLU follows, perhaps behind a batch normalisation, and Xavier's otherwise.
    private static string Resolve(Graph graph, Node parameter)
    {
        string init = parameter.Attributes.Word("init", "zeros");
        if (init != Initializers.Auto)
            return init;
        Node? next = Readers(graph, parameter).FirstOrDefault();
        for (next = next is null ? null : Readers(graph, next).FirstOrDefault(); next is not null; next = Readers(graph, next).FirstOrDefault())
        {
            if (next.Op is "Relu")
                return Initializers.He;
            if (next.Op is not (OpNames.BatchNorm2d or OpNames.Dropout or OpNames.Add or "MaxPool2d"))
                break;
        }
        return Initializers.Xavier;
    }

    private static IEnumerable<Node> Readers(Graph graph, Node node) => graph.Nodes.Where(n => n.Inputs.Contains(node.Id));
}
