using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Lowering;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Scheduling;

/// <summary>Layouts of random networks.</summary>
public class LayoutPlannerTests
{
    public static TheoryData<int> Series => [.. Enumerable.Range(0, 8)];

    // Vectors of constants are padded to whole blocks with zeros, so that they read the same either way; but not those that are read while
    // weights are loaded, which are where a file has them.
    private static bool LiesAs(Graph graph, Node reader, int value, Layout required, Layout actual)
    {
        Shape vector = graph[value].Shape;
        return IsConstant(graph, value) && vector.Rank == 1 && (required == Layout.Blocked(vector)
            ? actual == Layout.Dense(vector) && !IsConstant(graph, reader.Id)
            : required == Layout.Dense(vector) && actual == Layout.Blocked(vector));
    }

    private static bool IsConstant(Graph graph, int value) =>
        graph[value].Is(OpNames.Parameter) || (graph[value].Inputs.Count > 0 && graph[value].Inputs.All(i => IsConstant(graph, i)));

    [Theory]
    [MemberData(nameof(Series))]
    public void EveryOperatorGetsTheLayoutsItRequires(int series) => ForEachPlan(series, AssertRequiredLayouts);

    [Theory]
    [MemberData(nameof(Series))]
    public void LayoutsFitTheirShapes(int series) => ForEachPlan(series, (name, laidOut) =>
    {
        foreach (Node node in laidOut.Graph.Nodes)
            AssertFits(name, node, laidOut.Layouts[node.Id]);
    });

    [Theory]
    [MemberData(nameof(Series))]
    public void ReordersAreNeededAndMadeOnce(int series) => ForEachPlan(series, (name, laidOut) =>
    {
        Node[] reorders = [.. laidOut.Graph.Nodes.Where(n => n.Is(OpNames.Reorder))];
        Assert.All(reorders, r =>
            Assert.True(laidOut.Layouts[r.Id] != laidOut.Layouts[r.Inputs[0]], $"{name}: {GraphPrinter.Print(r)} changes nothing"));
        // But for those that the backward pass computes again.
        reorders = [.. reorders.Where(r => !r.Name.EndsWith(Recompute.Again, StringComparison.Ordinal))];
        IEnumerable<Node> repeated = reorders.GroupBy(r => (r.Inputs[0], laidOut.Layouts[r.Id])).Where(g => g.Count() > 1)
            .Select(g => g.Last());
        Assert.All(repeated, r => Assert.Fail($"{name}: {GraphPrinter.Print(r)} is there already"));
    });

    [Theory]
    [MemberData(nameof(Series))]
    public void InputsAndOutputsAreDense(int series) => ForEachPlan(series, (name, laidOut) =>
    {
        Assert.All(laidOut.Graph.Inputs, i => Assert.Equal(Layout.Dense(i.Shape), laidOut.Layouts[i.Id]));
        Assert.All(laidOut.Graph.Outputs, o => Assert.Equal(Layout.Dense(laidOut.Graph[o.Value].Shape), laidOut.Layouts[o.Value]));
    });

    // Features remember the image they came from; here are two, of different height and width.
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void ImagesOfDifferentSizesMayMeetAsFeatures(int channels)
    {
        Graph graph = GraphParser.Parse($$"""
            graph Meeting
            %0 = Input "x" : f32[N,{{channels}},4,4]
            %1 = Parameter "a" : f32[{{channels}},{{channels}},1,4]
            %2 = Parameter "b" : f32[{{channels}},{{channels}},4,1]
            %3 = Conv2d(%0, %1) "a"
            %4 = Conv2d(%0, %2) "b"
            %5 = Flatten(%3)
            %6 = Flatten(%4)
            %7 = Add(%5, %6)
            output "y" %7
            """);
        LaidOutGraph laidOut = LayoutPlanner.Plan(graph, _ => null);
        foreach (Node node in laidOut.Graph.Nodes)
            AssertFits(laidOut.Graph.ToString(), node, laidOut.Layouts[node.Id]);
        PlanSimulator.Run(Scheduler.Schedule(laidOut, 2, parametersChange: true), "meeting");
    }

    // Weights in order lie as O×1×1×W here, and so do weights packed for results that lie as the image O×1×1.
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void FeaturesMayMeetAnImageOfOnePixel(int channels)
    {
        Graph graph = GraphParser.Parse($$"""
            graph Pixel
            %0 = Input "x" : f32[N,{{channels}},3,3]
            %1 = GlobalAvgPool2d(%0)
            %2 = Flatten(%1)
            %3 = Parameter "w" : f32[{{channels}},{{channels}}]
            %4 = Linear(%2, %3)
            %5 = Add(%4, %2)
            output "y" %5
            """);
        AssertRequiredLayouts("parameters as read", LayoutPlanner.Plan(graph, _ => null));
        AssertRequiredLayouts("parameters in order", LayoutPlanner.Plan(graph, p => Layout.Dense(p.Shape)));
    }

    private static void AssertRequiredLayouts(string name, LaidOutGraph laidOut)
    {
        var context = new FinalLayouts(laidOut);
        foreach (Node node in Operations(laidOut.Graph))
        {
            OperatorLowering lowering = LoweringTable.Of(node);
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                Layout actual = laidOut.Layouts[node.Inputs[i]];
                if (!node.Is(OpNames.Reorder) && lowering.RequiredLayout(context, node, i) is Layout required
                    && context.TypeOf(node.Inputs[i]).Shape.Rank > 0)
                {
                    Assert.True(required == actual || LiesAs(laidOut.Graph, node, node.Inputs[i], required, actual),
                        $"{name}: {GraphPrinter.Print(node)} requires its input {i} as {required}, which is {actual}");
                }
                Assert.True(actual.Halo.Covers(lowering.RequiredHalo(OperatorCall.Of(laidOut.Graph, node), node.Shape, i)),
                    $"{name}: {GraphPrinter.Print(node)}: halo of {actual}");
            }
            if (!node.Is(OpNames.Reorder) && lowering.ResultLayout(context, node) is Layout result)
                Assert.True(result == laidOut.Layouts[node.Id], $"{name}: {GraphPrinter.Print(node)} is {laidOut.Layouts[node.Id]}");
        }
    }

    private static IEnumerable<Node> Operations(Graph graph) => graph.Nodes.Where(n => n.Op is not (OpNames.Input or OpNames.Parameter));

    // Images have their own dimensions; features those of an image of as many elements, in which case no gaps may lie between them;
    // statistics are rows padded to blocks.
    private static void AssertFits(string name, Node node, Layout layout)
    {
        bool fits = node.Shape.Rank switch
        {
            3 => layout.Dims == node.Shape,
            2 when !node.Type.PerSample => layout.Dims.Length == node.Shape.Length
                || layout.Dims == Shape.Of(node.Shape[0], Layout.RoundUp(node.Shape[1], Layout.Block)),
            _ => layout.Dims.Length == node.Shape.Length,
        };
        Assert.True(fits, $"{name}: {GraphPrinter.Print(node)} cannot lie as {layout}");
        Assert.True(layout.Kind == LayoutKind.Dense || layout.Length % Layout.Block == 0, $"{name}: {layout} is {layout.Length} long");
    }

    private static void ForEachPlan(int series, Action<string, LaidOutGraph> check)
    {
        foreach ((string name, Plan plan) in Plans.OfSeries(series))
            check(name, plan.LaidOut);
    }

    /// <summary>The context in which an operator is asked again once all is decided.</summary>
    private sealed class FinalLayouts(LaidOutGraph laidOut) : ILayoutContext
    {
        public TensorType TypeOf(int value) => laidOut.Graph[value].Type;

        public Layout Chosen(int value) => laidOut.Layouts[value];

        public Layout? Of(int value) => laidOut.Layouts[value];
    }
}
