using ModelGen.Generator.Collections;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Language.Json;

/// <summary>A layer as a user would have written it.</summary>
/// <param name="Op">The operator.</param>
/// <param name="Name">The layer's full name.</param>
/// <param name="Inputs">The nodes that it reads.</param>
/// <param name="Attributes">All attributes, layer-only ones and defaults included.</param>
/// <param name="Result">The node that other layers read.</param>
internal sealed record RecoveredLayer(Operator Op, string Name, EquatableArray<int> Inputs, AttributeMap Attributes, int Result);

/// <summary>
/// Finds the layers from which a graph was built. A graph keeps no layer-only attributes, such as a convolution's number of filters, which
/// its parameters tell. Rather than have each operator say backwards what it says forwards, this builds the layer with what the attributes
/// may have been, likeliest first, until the nodes are the same; so it holds for every operator, and what it answers is right. Layers that
/// are made of other operators are not found.
/// </summary>
internal sealed class LayerRecovery(Graph graph)
{
    // Far more than any layer needs: a layer that has not been found by then does not come from its operator.
    private const int MostTrials = 20_000;

    /// <exception cref="InvalidOperationException">Some nodes come from no layer, as after a pass.</exception>
    public IEnumerable<RecoveredLayer> Layers()
    {
        int position = 0;
        while (position < graph.Nodes.Count && graph[position].Is(OpNames.Input))
            position++;
        while (position < graph.Nodes.Count)
        {
            int end = EndOfLayer(position);
            yield return Recover(position, end);
            position = end;
        }
    }

    // Parameters come first, then operations under the layer's name, which no other layer has.
    private int EndOfLayer(int start)
    {
        int position = start;
        while (position < graph.Nodes.Count && graph[position].Is(OpNames.Parameter))
            position++;
        if (position == graph.Nodes.Count || graph[position].Is(OpNames.Input))
            throw NotALayer(start);
        string name = graph[position].Name;
        for (int next = position + 1; next < graph.Nodes.Count; next++)
        {
            if (graph[next].Is(OpNames.Parameter))
                continue;
            if (graph[next].Name != name)
                break;
            position = next;
        }
        return position + 1;
    }

    private RecoveredLayer Recover(int start, int end)
    {
        Node[] nodes = [.. Enumerable.Range(start, end - start).Select(i => graph[i])];
        Node last = nodes[nodes.Length - 1];
        int[] reads = [.. nodes.SelectMany(n => n.Inputs).Where(i => i < start)];
        // A buffer reads nothing of the layer before it: any input does.
        int[][] inputs = reads.Length == 0 ? [[0]] : [reads, [.. reads.Distinct()]];
        IEnumerable<Operator> operators = OperatorTable.Layers.Where(o => o is not CompositeLayer).OrderBy(o => o.Name == last.Op ? 0 : 1);
        foreach (Operator op in operators)
        {
            foreach (int[] given in inputs.Where(i => i.Length >= op.Layer!.MinInputs && i.Length <= op.Layer.MaxInputs))
            {
                foreach (AttributeMap attributes in Attributes(op, nodes).Take(MostTrials).Where(a => Builds(op, a, given, nodes, start)))
                    return new RecoveredLayer(op, last.Name, given.ToEquatableArray(), attributes, end - 1);
            }
        }
        throw NotALayer(start);
    }

    private bool Builds(Operator op, AttributeMap attributes, int[] inputs, Node[] expected, int start)
    {
        var builder = new GraphBuilder(graph.Name);
        var ids = new Dictionary<int, int>();
        foreach (int input in inputs.Distinct())
            ids.Add(builder.Input("", graph[input].Type), input);
        int first = builder.Count;
        try
        {
            int[] leaves = [.. inputs.Select(i => ids.First(p => p.Value == i).Key)];
            if (op.BuildLayer(builder, leaves, attributes, expected[expected.Length - 1].Name) != builder.Count - 1
                || builder.Count - first != expected.Length)
                return false;
        }
        catch (Exception e) when (e is ShapeException or OverflowException or DivideByZeroException or IndexOutOfRangeException)
        {
            // A guess that does not fit.
            return false;
        }
        for (int i = 0; i < expected.Length; i++)
        {
            Node built = builder[first + i];
            EquatableArray<int> reads = built.Inputs.Select(id => id < first ? ids[id] : id - first + start).ToEquatableArray();
            if (built with { Id = expected[i].Id, Inputs = reads } != expected[i])
                return false;
        }
        return true;
    }

    /// <summary>All combinations of what the attributes may be, those of the likeliest values first.</summary>
    private static IEnumerable<AttributeMap> Attributes(Operator op, Node[] nodes)
    {
        IEnumerable<AttributeMap> maps = [AttributeMap.Empty];
        foreach (AttributeSpec spec in op.Attributes)
        {
            AttributeValue[] values = [.. Candidates(spec, nodes).Distinct()];
            maps = maps.SelectMany(map => values.Select(value => map.With(spec.Name, value)));
        }
        return maps;
    }

    private static IEnumerable<AttributeValue> Candidates(AttributeSpec spec, Node[] nodes)
    {
        // What a node says under the same name; the last node is the operator itself.
        foreach (Node node in Enumerable.Reverse(nodes))
        {
            if (node.Attributes.TryGet(spec.Name, out AttributeValue value) && Fits(spec, value))
                yield return value;
        }
        if (spec.Default is AttributeValue fallback)
            yield return fallback;
        EquatableArray<int>[] shapes = [.. nodes.Where(n => n.Is(OpNames.Parameter)).Select(n => n.Shape.Dimensions)];
        switch (spec.Kind)
        {
            // The padding says it as well.
            case AttributeKind.Bool when spec.Name == "same":
                break;
            case AttributeKind.Bool:
                yield return true;
                yield return false;
                break;
            case AttributeKind.Word:
                foreach (Node node in nodes)
                {
                    foreach (KeyValuePair<string, AttributeValue> entry in node.Attributes.Entries)
                    {
                        if (Fits(spec, entry.Value))
                            yield return entry.Value;
                    }
                }
                foreach (string word in spec.Words)
                    yield return word;
                break;
            // A number that parameters start with, which have it under the name that a word for it would have.
            case AttributeKind.Float when spec.Name == "init":
                foreach (Node node in nodes.Where(n => n.Is(OpNames.Parameter)))
                {
                    foreach (KeyValuePair<string, AttributeValue> entry in node.Attributes.Entries)
                    {
                        if (!entry.Value.IsWord && entry.Value.Ints.Count == 0)
                            yield return entry.Value;
                    }
                }
                break;
            case AttributeKind.Int when spec.LayerOnly:
                foreach (int size in shapes.SelectMany(s => s).Concat(nodes[nodes.Length - 1].Shape.Dimensions))
                    yield return size;
                break;
            case AttributeKind.Pair when spec.LayerOnly:
                foreach (EquatableArray<int> shape in shapes)
                {
                    for (int axis = shape.Count - 2; axis >= 0; axis--)
                        yield return new[] { shape[axis], shape[axis + 1] };
                }
                break;
        }
    }

    private static bool Fits(AttributeSpec spec, AttributeValue value) => spec.Kind switch
    {
        AttributeKind.Word => value.IsWord && spec.Words.Contains(value.Word),
        AttributeKind.Float => !value.IsWord && value.Ints.Count <= 1,
        AttributeKind.Ints => value.IsIntegers,
        AttributeKind.Pair => !value.IsWord && value.Ints.Count == 2,
        AttributeKind.Border => !value.IsWord && value.Ints.Count == 4,
        _ => !value.IsWord && value.Ints.Count == 1,
    };

    private InvalidOperationException NotALayer(int node) =>
        new($"{graph.Name} cannot be written as layers: {GraphPrinter.Print(graph[node])} comes from none; only a graph as declared can "
            + "be, before any pass");
}
