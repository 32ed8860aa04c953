using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;

namespace ModelGen.Generator.Scheduling;

/// <summary>A graph in which every value has a layout and every operator gets its inputs in a layout it can read.</summary>
internal sealed record LaidOutGraph(Graph Graph, IReadOnlyList<Layout> Layouts);

/// <summary>
/// Chooses the layout of every value. Values that element-wise operators tie together form a group with one layout and one halo, those that
/// pooling ties together share blocks or planes; each group is decided by the preferences of the operators in it. Where an operator still
/// needs another layout than its input has, a <see cref="Reorder"/> is inserted, once for each value and layout.
/// </summary>
internal sealed class LayoutPlanner : ILayoutContext
{
    private readonly Graph _source;
    private readonly Func<Node, Layout?> _parameterLayout;
    private readonly UnionFind _same;
    private readonly UnionFind _kind;
    private readonly Halo[] _halos;
    private readonly LayoutPreference[] _preferences;
    private readonly Shape[] _dims;
    private readonly bool[] _isConstant;

    private readonly GraphBuilder _builder;
    private readonly List<Layout?> _layouts = [];
    private readonly int[] _map;
    private readonly Dictionary<int, int> _reordered = [];
    private readonly Dictionary<(int Value, Layout Layout), int> _copies = [];

    private LayoutPlanner(Graph source, Func<Node, Layout?> parameterLayout)
    {
        _source = source;
        _parameterLayout = parameterLayout;
        _same = new UnionFind(source.Nodes.Count);
        _kind = new UnionFind(source.Nodes.Count);
        _halos = new Halo[source.Nodes.Count];
        _preferences = new LayoutPreference[source.Nodes.Count];
        _dims = new Shape[source.Nodes.Count];
        _isConstant = new bool[source.Nodes.Count];
        foreach (Node node in source.Nodes)
            _isConstant[node.Id] = node.Is(OpNames.Parameter) || (node.Inputs.Count > 0 && node.Inputs.All(i => _isConstant[i]));
        _builder = new GraphBuilder(source.Name);
        _map = new int[source.Nodes.Count];
    }

    /// <param name="parameterLayout">The layout that a parameter is stored in; null lets its first reader choose.</param>
    public static LaidOutGraph Plan(Graph graph, Func<Node, Layout?> parameterLayout, CancellationToken cancellation = default)
    {
        var planner = new LayoutPlanner(graph, parameterLayout);
        planner.FormGroups();
        planner.CollectHalos();
        planner.Vote();
        foreach (Node node in graph.Nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            planner.Place(node);
        }
        foreach (GraphOutput output in graph.Outputs)
            planner._builder.Output(output.Name, planner.InLayout(output.Value, Layout.Dense(graph[output.Value].Shape)));
        Graph laidOut = GraphVerifier.Verify(planner._builder.Build(), nameof(LayoutPlanner));
        return new LaidOutGraph(laidOut, [.. planner._layouts.Select((layout, i) => layout ?? Layout.Dense(laidOut[i].Shape))]);
    }

    public TensorType TypeOf(int value) => _source[value].Type;

    public Layout? Of(int value) => _layouts[_reordered.TryGetValue(value, out int copy) ? copy : _map[value]];

    public Layout Chosen(int value)
    {
        int group = _same.Find(value);
        Shape dims = _dims[group];
        if (dims.Rank == 1)
            return Layout.Blocked(dims);
        if (dims.Rank != 3)
            return Layout.Dense(dims);
        return _preferences[_kind.Find(value)] switch
        {
            LayoutPreference.Dense when _halos[group].IsNone => Layout.Dense(dims),
            LayoutPreference.Dense or LayoutPreference.Pitched => Layout.Pitched(dims, _halos[group]),
            _ => Layout.Blocked(dims, _halos[group]),
        };
    }

    private static bool IsActivation(Node node) => node.Type.PerSample && node.Type.Element == ElementType.F32 && !node.Is(OpNames.Input);

    private void FormGroups()
    {
        foreach (Node node in _source.Nodes)
        {
            _dims[node.Id] = node.Shape;
            if (node.Op is OpNames.Input or OpNames.Parameter || !IsActivation(node) || ChangesShape(node))
                continue;
            OperatorCall call = OperatorCall.Of(_source, node);
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                LayoutCoupling coupling = LoweringTable.Of(node).CouplingOf(call, i);
                if (coupling == LayoutCoupling.None || !IsActivation(_source[node.Inputs[i]]))
                    continue;
                _kind.Union(node.Id, node.Inputs[i]);
                if (coupling == LayoutCoupling.Same)
                    _same.Union(node.Id, node.Inputs[i]);
            }
        }
        JoinFeaturesToImages();
        foreach (Node node in _source.Nodes)
        {
            int group = _same.Find(node.Id);
            if (node.Shape.Rank > _dims[group].Rank)
                _dims[group] = node.Shape;
        }
    }

    // Flattened features keep the order and the dimensions of the image they came from, unless features of images of different sizes meet:
    // then all are reordered.
    private void JoinFeaturesToImages()
    {
        Node[] aliases = [.. _source.Nodes.Where(n => ChangesShape(n) && IsActivation(_source[n.Inputs[0]]))];
        foreach (IGrouping<int, (int Features, int Image)> joint in aliases.Select(FeaturesAndImage)
            .ToLookup(j => _same.Find(j.Features)).ToArray())
        {
            if (joint.Select(j => _source[j.Image].Shape).Distinct().Count() > 1)
                continue;
            foreach ((int features, int image) in joint)
            {
                _kind.Union(features, image);
                _same.Union(features, image);
            }
        }
    }

    private bool ChangesShape(Node node) =>
        node.Op is not (OpNames.Input or OpNames.Parameter) && OperatorTable.Get(node.Op).IsAlias
            && Reshape.IsBetweenFeaturesAndImage(node.Shape, _source[node.Inputs[0]].Shape);

    private (int Features, int Image) FeaturesAndImage(Node alias) =>
        alias.Shape.Rank < _source[alias.Inputs[0]].Shape.Rank ? (alias.Id, alias.Inputs[0]) : (alias.Inputs[0], alias.Id);

    private void CollectHalos()
    {
        foreach (Node node in _source.Nodes.Where(n => n.Op is not (OpNames.Input or OpNames.Parameter)))
        {
            OperatorCall call = OperatorCall.Of(_source, node);
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                Halo halo = LoweringTable.Of(node).RequiredHalo(call, node.Shape, i);
                int group = _same.Find(node.Inputs[i]);
                _halos[group] = _halos[group].Union(halo);
            }
        }
    }

    private void Vote()
    {
        foreach (Node node in _source.Nodes)
        {
            int group = _kind.Find(node.Id);
            LayoutPreference preference = node.Op is OpNames.Parameter ? LayoutPreference.None
                : node.Is(OpNames.Input) ? LayoutPreference.Pitched
                : LoweringTable.Of(node).PreferredLayout(OperatorCall.Of(_source, node), node.Shape);
            if (preference > _preferences[group])
                _preferences[group] = preference;
        }
    }

    private void Place(Node node)
    {
        if (node.Op is OpNames.Input or OpNames.Parameter)
        {
            _map[node.Id] = Append(_builder.Copy(node, []), node.Is(OpNames.Input) ? Layout.Dense(node.Shape) : _parameterLayout(node));
            return;
        }
        OperatorLowering lowering = LoweringTable.Of(node);
        _reordered.Clear();
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            int input = node.Inputs[i];
            Layout? required = lowering.RequiredLayout(this, node, i);
            if (Of(input) is null)
                _layouts[_map[input]] = required ?? Layout.Dense(_source[input].Shape);
            else if (required is not null)
                _reordered[input] = InLayout(input, required, atLoad: _isConstant[node.Id]);
        }
        Layout? result = lowering.ResultLayout(this, node);
        int added = _builder.Copy(node, [.. node.Inputs.Select(i => _reordered.TryGetValue(i, out int copy) ? copy : _map[i])]);
        _reordered.Clear();
        _map[node.Id] = Append(added, result);
    }

    // A vector is the same in blocks and without: the former has more floats behind it. In the network's own memory constants have them,
    // too: it starts on a block and is zero up to the end of its last one. What runs while weights are loaded reads parameters where a file
    // has them, behind which there may be nothing.
    private bool LiesAs(int value, Layout layout, bool atLoad)
    {
        Layout now = _layouts[_map[value]]!;
        if (!_isConstant[value] || layout.Dims.Rank != 1)
            return false;
        return layout.IsBlocked ? !atLoad && now == Layout.Dense(layout.Dims) : layout == Layout.Dense(layout.Dims)
            && now == Layout.Blocked(layout.Dims);
    }

    private int InLayout(int value, Layout layout, bool atLoad = false)
    {
        int now = _map[value];
        if (_layouts[now] == layout || !_source[value].Type.PerSample && _source[value].Shape.Rank == 0 || LiesAs(value, layout, atLoad))
            return now;
        if (!_copies.TryGetValue((now, layout), out int copy))
        {
            copy = Append(_builder.Add(OpNames.Reorder, [now], AttributeMap.Empty, _source[value].Name), layout);
            _copies[(now, layout)] = copy;
        }
        return copy;
    }

    private int Append(int id, Layout? layout)
    {
        _layouts.Add(layout);
        return id;
    }
}

/// <summary>Disjoint sets of small integers.</summary>
internal sealed class UnionFind(int count)
{
    private readonly int[] _parent = [.. Enumerable.Range(0, count)];

    public int Find(int item)
    {
        while (_parent[item] != item)
            item = _parent[item] = _parent[_parent[item]];
        return item;
    }

    public void Union(int a, int b)
    {
        int first = Math.Min(Find(a), Find(b));
        _parent[Math.Max(Find(a), Find(b))] = first;
    }
}
