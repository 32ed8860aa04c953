using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Differentiation;

/// <summary>
/// Reverse-mode differentiation, graph to graph: walks the operations backwards and asks each for the nodes that carry the gradient of its
/// result to its inputs. The result is scheduled, planned and emitted like any other graph.
/// </summary>
internal static class Differentiate
{
    /// <summary>
    /// Adds the gradients of a loss with respect to all parameters that are trained, and an update of each as soon as nothing before it
    /// reads the parameter, so that gradients live as shortly as can be; or, where they are clipped, all updates at the end. Gradients that
    /// are accumulated are added to their sums as early, and the updates, at the end, are by the sums. Where all is checked first,
    /// everything that changes state stands at the end, behind the checks of all of it.
    /// </summary>
    public static Graph ForUpdate(Graph forward, string loss, TrainingOptions options)
    {
        int start = forward.Outputs.Single(o => o.Name == loss).Value;
        var firstReader = new Dictionary<int, int>();
        foreach (Node node in forward.Nodes.Reverse())
        {
            foreach (int input in node.Inputs)
                firstReader[input] = node.Id;
        }
        ILookup<int, Node> updatesAfter = forward.Parameters.Where(p => options.Trains(p) && firstReader.ContainsKey(p.Id))
            .ToLookup(p => firstReader[p.Id]);
        var updates = new UpdatesAtEnd(options);
        // Running averages, which are the last nodes.
        Node[] changes = options.ChecksFirst ? [.. forward.Nodes.Where(n => n.Is(OpNames.UpdateRunningStatistics))] : [];
        Graph unchanged = changes.Length == 0 ? forward
            : forward with { Nodes = [.. forward.Nodes.Take(forward.Nodes.Count - changes.Length)] };
        return Run(unchanged, start, _ => GradientSeed.One, p => p.Is(OpNames.Parameter) && options.Trains(p), (context, node) =>
        {
            foreach (Node parameter in updatesAfter[node.Id])
            {
                if (context.TryGet(parameter.Id, out int gradient))
                    updates.Add(context.Graph, parameter, gradient);
            }
        }, (_, graph) => updates.Finish(graph, changes));
    }

    /// <summary>
    /// Adds the gradients of Σ output · seed, where the seed is a new input "gradOutput", with respect to the inputs and parameters named,
    /// as outputs <c>grad.NAME</c>. Used to check operators one by one.
    /// </summary>
    public static Graph VectorJacobian(Graph forward, string output, Func<Node, bool> isWanted)
    {
        int start = forward.Outputs.Single(o => o.Name == output).Value;
        return Run(forward, start, builder => builder.Input("gradOutput", forward[start].Type), isWanted, (_, _) => { },
            (context, builder) =>
        {
            foreach (Node node in forward.Nodes.Where(isWanted))
            {
                if (context.TryGet(node.Id, out int gradient))
                    builder.Output("grad." + node.Name, gradient);
            }
        });
    }

    private static Graph Run(
        Graph forward, int start, Func<GraphBuilder, int> seed, Func<Node, bool> isWanted, Action<GradientContext, Node> afterNode,
        Action<GradientContext, GraphBuilder>? atEnd = null)
    {
        var builder = new GraphBuilder(forward.Name);
        bool[] needed = new bool[forward.Nodes.Count];
        foreach (Node node in forward.Nodes)
        {
            builder.Copy(node, node.Inputs);
            needed[node.Id] = isWanted(node) || node.Inputs.Any(i => needed[i]);
        }
        var context = new GradientContext(builder, value => value < needed.Length && needed[value], forward.CountUses());
        context.Accumulate(start, seed(builder));
        foreach (Node node in forward.Nodes.Reverse())
        {
            if (node.Op is not (OpNames.Input or OpNames.Parameter) && needed[node.Id] && context.TryGet(node.Id, out int gradient))
                OperatorTable.Get(node.Op).Gradient(context, node, gradient);
            afterNode(context, node);
        }
        foreach (GraphOutput output in forward.Outputs)
            builder.Output(output.Name, output.Value);
        atEnd?.Invoke(context, builder);
        return GraphRewriter.RemoveUnused(builder.Build());
    }
}
