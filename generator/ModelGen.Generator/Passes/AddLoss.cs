using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Passes;

/// <summary>Puts the loss behind a network and makes it the output.</summary>
internal static class AddLoss
{
    /// <summary>
    /// The sum of the losses of all outputs, each with its weight, on the same labels. What changes state, running averages, goes behind
    /// it: a step whose loss is not finite can stop there with nothing changed.
    /// </summary>
    public static Graph ForTraining(Graph graph, TrainingOptions options)
    {
        var builder = new GraphBuilder(graph.Name);
        int[] map = new int[graph.Nodes.Count];
        Node[] updates = [.. graph.Nodes.Where(ChangesState)];
        foreach (Node node in graph.Nodes.Where(n => !ChangesState(n)))
            map[node.Id] = builder.Copy(node, node.Inputs.Select(i => map[i]));
        int target = AddTarget(builder, graph, options);
        int main = graph.Outputs.Single(o => o.Name == ValueNames.Output).Value;
        Shape scores = graph[main].Shape;
        string op = options.LossOf(scores);
        int total = builder.Add(op, [map[main], target], options.LossAttributes(scores, 1), ValueNames.Loss);
        foreach (GraphOutput output in graph.Outputs.Where(o => o.Name != ValueNames.Output))
        {
            AttributeMap attributes = options.LossAttributes(scores, options[TrainableOption.AuxiliaryWeight] ?? 0);
            int loss = builder.Add(op, [map[output.Value], target], attributes, ValueNames.Loss + "." + output.Name);
            total = builder.Add(OpNames.Add, [total, loss], AttributeMap.Empty, ValueNames.Loss);
        }
        // What they would become is looked at before any of them changes.
        foreach (Node node in updates)
            builder.Add(OpNames.CheckRunningStatistics, [.. node.Inputs.Select(i => map[i])], node.Attributes, node.Name);
        foreach (Node node in updates)
            builder.Copy(node, node.Inputs.Select(i => map[i]));
        builder.Output(ValueNames.Loss, total);
        return builder.Build();
    }

    /// <summary>The loss of the main output and, where there are classes, the number of right answers.</summary>
    public static Graph ForEvaluation(Graph graph, TrainingOptions options)
    {
        var builder = new GraphBuilder(graph.Name);
        foreach (Node node in graph.Nodes)
            builder.Copy(node, node.Inputs);
        int target = AddTarget(builder, graph, options);
        int[] inputs = [graph.Outputs.Single(o => o.Name == ValueNames.Output).Value, target];
        Shape scores = graph[inputs[0]].Shape;
        builder.Output(ValueNames.Loss,
            builder.Add(options.LossOf(scores), inputs, options.LossAttributes(scores, 1), ValueNames.Loss));
        if (options.IgnoresLabels(scores))
        {
            var ignored = AttributeMap.Of(("ignoreIndex", options[TrainableOption.IgnoreIndex]));
            builder.Output(ValueNames.Correct, builder.Add(OpNames.CountCorrectLabels, inputs, ignored, ValueNames.Correct));
        }
        else if (options.IsOfClasses)
            builder.Output(ValueNames.Correct, builder.Add("CountCorrect", inputs, AttributeMap.Empty, ValueNames.Correct));
        return builder.Build();
    }

    private static int AddTarget(GraphBuilder builder, Graph graph, TrainingOptions options)
    {
        Shape shape = graph[graph.Outputs.Single(o => o.Name == ValueNames.Output).Value].Shape;
        return options.IsOfClasses
            ? builder.Input(ValueNames.Labels, new TensorType(new Shape([.. shape.Dimensions.Skip(1)]), PerSample: true, ElementType.I32))
            : builder.Input(ValueNames.Targets, new TensorType(shape, PerSample: true));
    }

    private static bool ChangesState(Node node) =>
        node.Op is not (OpNames.Input or OpNames.Parameter) && OperatorTable.Get(node.Op).MutatedInputs.Count > 0;
}
