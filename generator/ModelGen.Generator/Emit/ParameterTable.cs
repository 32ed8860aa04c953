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
        (string initializer, string bound, string numbers) = Start(parameter, init);
        string trainable = Initializers.IsTrainable(parameter) ? "" : ", trainable: false";
        return $"new({Literals.Quote(parameter.Name)}, [{string.Join(", ", parameter.Shape.Dimensions)}], {offset}, "
            + $"{initializer}{bound}{trainable}){numbers}";
    }

    // The kind of the library's initializer, its bound, and what is set of its properties.
    private static (string Initializer, string Bound, string Numbers) Start(Node parameter, string init)
    {
        string Number(string property, string attribute) =>
            $"{property} = {Literals.Float(Initializers.NumberOf(parameter.Attributes, attribute))}";
        string spread = Literals.Float(Initializers.Spread(parameter, init));
        string normal = $"{Number("Mean", "initMean")}, {Number("StandardDeviation", "initStd")}";
        return init switch
        {
            "zeros" => ("Zeros", "", ""),
            "ones" => ("Ones", "", ""),
            Initializers.HeNormal or Initializers.XavierNormal => ("Normal", "", $" {{ StandardDeviation = {spread} }}"),
            Initializers.Normal => ("Normal", "", $" {{ {normal} }}"),
            Initializers.TruncatedNormal =>
                ("TruncatedNormal", "", $" {{ {normal}, {Number("Lower", "initLower")}, {Number("Upper", "initUpper")} }}"),
            Initializers.Orthogonal => ("Orthogonal", "", $" {{ {Number("Gain", "initGain")} }}"),
            Initializers.ConstantValue => ("Constant", "", $" {{ {Number("Value", "initValue")} }}"),
            _ => ("Uniform", $", bound: {spread}", ""),
        };
    }
}
