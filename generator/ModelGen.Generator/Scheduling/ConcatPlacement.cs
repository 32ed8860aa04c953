using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Scheduling;

/// <summary>
/// Which values lie inside others: what is concatenated is written where the concatenation will be, if it fills whole blocks of channels
/// there, so that nothing need be copied. Dense blocks grow in one piece of memory, of which each layer reads the beginning (Pleiss et al.
/// 2017, Memory-efficient implementation of DenseNets, §3, have the same aim).
/// </summary>
internal sealed class ConcatPlacement
{
    private readonly Graph _graph;
    private readonly IReadOnlyList<Layout> _layouts;
    private readonly Func<Node, bool> _mayMove;
    private readonly HashSet<(int Concat, int Input)> _inPlace = [];
    // How many other values lie in a value's memory.
    private readonly int[] _lyingIn;

    private ConcatPlacement(Graph graph, IReadOnlyList<Layout> layouts, Func<Node, bool> mayMove)
    {
        (_graph, _layouts, _mayMove) = (graph, layouts, mayMove);
        Roots = [.. Enumerable.Range(0, graph.Nodes.Count)];
        Offsets = new int[graph.Nodes.Count];
        _lyingIn = new int[graph.Nodes.Count];
    }

    /// <summary>For each value, the one in whose memory it lies: itself for most.</summary>
    public int[] Roots { get; }

    /// <summary>Floats from the beginning of that memory.</summary>
    public int[] Offsets { get; }

    /// <param name="mayMove">Whether a value is one that the schedule is free to place.</param>
    public static ConcatPlacement Of(Graph graph, IReadOnlyList<Layout> layouts, Func<Node, bool> mayMove)
    {
        var placement = new ConcatPlacement(graph, layouts, mayMove);
        // The last ones first: those before may lie in them as a whole.
        foreach (Node node in graph.Nodes.Reverse().Where(n => n.Is(OpNames.Concat) && Concat.IsOfChannels(n) && mayMove(n)
            && layouts[n.Id] is { IsBlocked: true, Dims.Rank: 3 }))
            placement.Place(node);
        return placement;
    }

    /// <summary>Whether there is any input of a concatenation that need not be copied.</summary>
    public bool IsAnyInPlace => _inPlace.Count > 0;

    /// <summary>Whether an input of a concatenation is where it belongs without being copied.</summary>
    public bool IsInPlace(Node concat, int input) => _inPlace.Contains((concat.Id, input));

    private void Place(Node concat)
    {
        Layout result = _layouts[concat.Id];
        int[] starts = new int[concat.Inputs.Count];
        for (int i = 1; i < starts.Length; i++)
            starts[i] = starts[i - 1] + _graph[concat.Inputs[i - 1]].Shape[0];

        int first = concat.Inputs[0];
        bool liesInAnother = Roots[concat.Id] == concat.Id && Roots[first] != first
            && Enumerable.Range(0, starts.Length).All(i => Fits(i) && Roots[concat.Inputs[i]] == Roots[first]
                && Offsets[concat.Inputs[i]] == Offsets[first] + OffsetOf(i));
        if (liesInAnother)
            Move(concat.Id, Roots[first], Offsets[first]);

        for (int i = 0; i < starts.Length; i++)
        {
            Node input = _graph[concat.Inputs[i]];
            (int root, int offset) = (Roots[concat.Id], Offsets[concat.Id] + OffsetOf(i));
            if (!Fits(i))
                continue;
            if (Roots[input.Id] == input.Id && _mayMove(input) && !IsRoot(input.Id))
                Move(input.Id, root, offset);
            if (Roots[input.Id] == root && Offsets[input.Id] == offset)
                _inPlace.Add((concat.Id, i));
        }

        int OffsetOf(int input) => starts[input] / Layout.Block * result.PlaneStride;

        // Whole blocks, in rows as long as the result's.
        bool Fits(int input)
        {
            Layout layout = _layouts[concat.Inputs[input]];
            return starts[input] % Layout.Block == 0 && (layout.Channels % Layout.Block == 0 || input == starts.Length - 1)
                && layout.IsBlocked && layout.Dims.Rank == 3 && layout with { Dims = result.Dims } == result;
        }
    }

    // A value that lies in its own memory lies in another one's from here on.
    private void Move(int value, int root, int offset)
    {
        (Roots[value], Offsets[value]) = (root, offset);
        _lyingIn[root]++;
    }

    // Whether other values lie in its memory already.
    private bool IsRoot(int value) => _lyingIn[value] > 0;
}
