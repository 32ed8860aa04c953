using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Differentiation;

/// <summary>The updates of a step: at once where that can be, otherwise at its end, behind what needs all gradients.</summary>
internal sealed class UpdatesAtEnd(TrainingOptions options)
{
    private readonly List<(Node Parameter, int Gradient)> _waiting = [];

    /// <summary>Adds what is to be done with a parameter's gradient, or keeps it for the end.</summary>
    public void Add(GraphBuilder graph, Node parameter, int gradient)
    {
        if (options.ChecksFirst)
        {
            _waiting.Add((parameter, gradient));
        }
        else if (options[TrainableOption.AccumulateGradients])
        {
            int sum = AddState(graph, "gradient", parameter);
            graph.Add(OpNames.AccumulateGradient, [parameter.Id, sum, gradient], AttributeMap.Empty, parameter.Name);
            _waiting.Add((parameter, sum));
        }
        else
        {
            AddUpdate(graph, Update.Suffix, parameter, States(graph, parameter), [gradient]);
        }
    }

    /// <summary>Adds what has to wait for the last gradient: checks of all that is going to change, then the changes.</summary>
    /// <param name="changes">Nodes of the forward pass that change state.</param>
    public void Finish(GraphBuilder graph, IEnumerable<Node> changes)
    {
        bool keepsSums = options.ChecksFirst && options[TrainableOption.AccumulateGradients];
        int[] sums = [.. _waiting.Select(w => keepsSums ? AddState(graph, "gradient", w.Parameter) : -1)];
        (Node Parameter, int Gradient)[] all = [.. _waiting.Select((w, i) => keepsSums
            ? (w.Parameter, graph.Add(OpNames.TotalGradient, [w.Parameter.Id, sums[i], w.Gradient], AttributeMap.Empty, w.Parameter.Name))
            : w)];
        int[] squares = [];
        foreach ((Node parameter, int gradient) in options[TrainableOption.ClipGradients] ? all : [])
            squares = [graph.Add(OpNames.SumOfSquares, [gradient, .. squares], AttributeMap.Empty, parameter.Name)];
        int[][] states = [.. all.Select(a => States(graph, a.Parameter))];
        for (int i = 0; i < all.Length && options.ChecksFirst; i++)
            AddUpdate(graph, Update.CheckSuffix, all[i].Parameter, states[i], [all[i].Gradient, .. squares]);
        for (int i = 0; i < all.Length && keepsSums; i++)
            graph.Add(OpNames.StoreGradient, [all[i].Parameter.Id, sums[i], all[i].Gradient], AttributeMap.Empty, all[i].Parameter.Name);
        foreach (Node node in changes)
            graph.Copy(node, node.Inputs);
        for (int i = 0; i < all.Length; i++)
            AddUpdate(graph, Update.Suffix, all[i].Parameter, states[i], [all[i].Gradient, .. squares]);
    }

    private void AddUpdate(GraphBuilder graph, string suffix, Node parameter, int[] states, int[] gradient)
    {
        bool isVector = parameter.Shape.Rank <= 1 || parameter.Name.EndsWith(".bias", StringComparison.Ordinal);
        graph.Add(options.Optimizer + suffix, [parameter.Id, .. states, .. gradient],
            AttributeMap.Of(("isVector", isVector), ("accumulated", options[TrainableOption.AccumulateGradients])), parameter.Name);
    }

    private int[] States(GraphBuilder graph, Node parameter) =>
        [.. ((Update)OperatorTable.Get(options.Optimizer + Update.Suffix)).States.Select(state => AddState(graph, state, parameter))];

    private static int AddState(GraphBuilder graph, string state, Node parameter) =>
        graph.AddLeaf(OpNames.Parameter, $"{state}.{parameter.Name}", parameter.Type, Initializers.Constant("zeros", trainable: false));
}
