using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Scheduling;

/// <summary>
/// Trades time for memory in training (Chen et al. 2016, Training deep nets with sublinear memory cost, §4): the forward pass is cut into
/// segments, of which only what later ones read is kept. When the backward pass comes to a segment, it computes the rest of it again. The
/// copies are the same nodes on the same values in the same layouts, so all results are the same bits: dropout's masks are functions of the
/// step, and what changes state stands behind the loss and is not repeated. Statistics of a batch are kept, and so is the last segment,
/// where the backward pass begins.
/// </summary>
internal sealed class Recompute
{
    /// <summary>What the names of copies end in.</summary>
    public const string Again = " again";

    // Divisions into about equal segments, up to so many, are tried.
    private const int MostSegments = 32;

    // Of divisions that need hardly more than the least memory, the one that computes least again is taken.
    private const double Tolerance = 1.02;

    private readonly LaidOutGraph _training;
    private readonly Graph _graph;
    private readonly int _loss;
    // The last reader in the forward pass: of a value, and of all aliases of it.
    private readonly int[] _lastReader;
    private readonly bool[] _isReadBackward;
    private readonly bool[] _dependsOnSamples;

    private Recompute(LaidOutGraph training, string loss)
    {
        (_training, _graph) = (training, training.Graph);
        _loss = _graph.Outputs.Single(o => o.Name == loss).Value;
        _lastReader = new int[_graph.Nodes.Count];
        _isReadBackward = new bool[_graph.Nodes.Count];
        _lastReader[_loss] = int.MaxValue;
        _dependsOnSamples = new bool[_graph.Nodes.Count];
        foreach (Node node in _graph.Nodes)
            _dependsOnSamples[node.Id] = node.Is(OpNames.Input) || node.Inputs.Any(i => _dependsOnSamples[i]);
        foreach (Node node in _graph.Nodes.Reverse())
        {
            bool isForward = node.Id <= _loss;
            foreach (int input in node.Inputs)
            {
                _lastReader[input] = Math.Max(_lastReader[input], isForward ? node.Id : 0);
                _isReadBackward[input] |= !isForward;
            }
            if (isForward && IsAlias(node))
            {
                _lastReader[node.Inputs[0]] = Math.Max(_lastReader[node.Inputs[0]], _lastReader[node.Id]);
                _isReadBackward[node.Inputs[0]] |= _isReadBackward[node.Id];
            }
        }
    }

    /// <summary>The training graph with the segments that need the least memory; the graph itself where none help.</summary>
    /// <param name="training">Forward, backward and updates.</param>
    /// <param name="loss">Name of the output that ends the forward pass.</param>
    /// <param name="batch">Samples of a step.</param>
    public static LaidOutGraph Run(LaidOutGraph training, string loss, int batch, CancellationToken cancellation = default)
    {
        var recompute = new Recompute(training, loss);
        var tried = new List<(LaidOutGraph Graph, long Memory, long Work)> { Measured(training) };
        foreach (int[] cuts in recompute.Divisions())
        {
            cancellation.ThrowIfCancellationRequested();
            tried.Add(Measured(recompute.Forget(cuts)));
        }
        double most = Tolerance * tried.Min(t => t.Memory);
        return tried.Where(t => t.Memory <= most).OrderBy(t => t.Work).ThenBy(t => t.Memory).First().Graph;

        (LaidOutGraph, long, long) Measured(LaidOutGraph graph) => (graph, Scheduler.LowerBound(graph, batch), WorkOf(graph.Graph));
    }

    /// <summary>The graph in which each segment but the last is computed again.</summary>
    /// <param name="training">Forward, backward and updates.</param>
    /// <param name="loss">Name of the output that ends the forward pass.</param>
    /// <param name="cuts">The first nodes of all segments but the first, in order.</param>
    public static LaidOutGraph Run(LaidOutGraph training, string loss, IReadOnlyList<int> cuts) =>
        new Recompute(training, loss).Forget(cuts);

    private static long WorkOf(Graph graph) =>
        graph.Nodes.Where(n => OperatorTable.TryGet(n.Op, out _)).Sum(n => OperatorTable.Get(n.Op).MultiplyAdds(OperatorCall.Of(graph, n)));

    // Into segments that hold about equal shares of what the backward pass reads, cut where less has to be kept than one step before or
    // behind.
    private IEnumerable<int[]> Divisions()
    {
        Node[] steps = [.. _graph.Nodes.Take(_loss).Where(IsActivation)];
        long[] crossing = Crossing(steps);
        long[] read = [.. steps.Select(s => _isReadBackward[s.Id] ? LengthOf(s) : 0)];
        long all = read.Sum();
        int[] last = [];
        for (int segments = 2; segments <= MostSegments; segments += Math.Max(1, segments / 5))
        {
            var cuts = new List<int>();
            long length = 0;
            for (int i = 0; i < steps.Length - 1; i++)
            {
                length += read[i];
                if (length < all / segments || crossing[i] > crossing[i + 1] || (i > 0 && crossing[i] > crossing[i - 1]))
                    continue;
                cuts.Add(steps[i].Id + 1);
                length = 0;
            }
            if (cuts.Count == 0 || cuts.SequenceEqual(last))
                continue;
            last = [.. cuts];
            yield return last;
        }
    }

    // For each step, what of its result and those before it is read behind it.
    private long[] Crossing(Node[] steps)
    {
        long[] changes = new long[steps.Length + 1];
        int[] ids = [.. steps.Select(s => s.Id)];
        for (int i = 0; i < steps.Length; i++)
        {
            // The first step that is not before its last reader.
            int at = Array.BinarySearch(ids, _lastReader[ids[i]]);
            int end = Math.Max(i, at < 0 ? ~at : at);
            changes[i] += LengthOf(steps[i]);
            changes[end] -= LengthOf(steps[i]);
        }
        for (int i = 1; i < changes.Length; i++)
            changes[i] += changes[i - 1];
        return changes;
    }

    private LaidOutGraph Forget(IReadOnlyList<int> cuts)
    {
        int[] segment = [.. Enumerable.Range(0, _loss + 1).Select(i => cuts.Count(c => c <= i))];
        bool[] isRepeated = new bool[_loss + 1];
        for (int i = _loss; i >= 0; i--)
        {
            isRepeated[i] |= _isReadBackward[i] && IsForgotten(i);
            foreach (int input in isRepeated[i] ? _graph[i].Inputs : [])
                isRepeated[input] |= IsForgotten(input);
        }
        ILookup<int, Node> repeated = _graph.Nodes.Take(_loss).Where(n => isRepeated[n.Id]).ToLookup(n => segment[n.Id]);

        var builder = new GraphBuilder(_graph.Name);
        var layouts = new List<Layout>();
        // For each value, the one that is read in its place from here on.
        int[] current = new int[_graph.Nodes.Count];
        var done = new HashSet<int>();
        foreach (Node node in _graph.Nodes)
        {
            foreach (int input in node.Id > _loss ? node.Inputs : [])
            {
                if (input > _loss || !isRepeated[input] || !done.Add(segment[input]))
                    continue;
                foreach (Node forgotten in repeated[segment[input]])
                    Append(forgotten, forgotten.Name + Again);
            }
            Append(node, node.Name);
        }
        foreach (GraphOutput output in _graph.Outputs)
            builder.Output(output.Name, current[output.Value]);
        return new LaidOutGraph(GraphVerifier.Verify(builder.Build(), nameof(Recompute)), layouts);

        // What another segment reads, or belongs to the last, is kept.
        bool IsForgotten(int value) =>
            segment[value] < cuts.Count && IsRepeatable(_graph[value]) && _lastReader[value] < cuts[segment[value]];

        void Append(Node node, string name)
        {
            layouts.Add(_training.Layouts[node.Id]);
            current[node.Id] = builder.Copy(node with { Name = name }, node.Inputs.Select(i => current[i]));
        }
    }

    private static bool IsAlias(Node node) => node.Op is not (OpNames.Input or OpNames.Parameter) && OperatorTable.Get(node.Op).IsAlias;

    private static bool IsActivation(Node node) => node.Op is not (OpNames.Input or OpNames.Parameter) && node.Type.PerSample;

    // Activations, and weights in another form. Parameters are as they were: their updates stand behind the backward pass of all their
    // readers.
    private bool IsRepeatable(Node node) =>
        IsActivation(node) || (node.Op is not (OpNames.Input or OpNames.Parameter) && !_dependsOnSamples[node.Id]);

    private long LengthOf(Node node) => IsAlias(node) ? 0 : _training.Layouts[node.Id].Length;
}
