using ModelGen.Generator.Graphs;
using ModelGen.Generator.Kernels;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Tests.Scheduling;

/// <summary>The memory plan of random networks, in inference, training and evaluation.</summary>
public class SchedulerTests
{
    public static TheoryData<int> Series => [.. Enumerable.Range(0, 8)];

    // A vector of 16 pixels at distance 56 begins in the image and ends 15 × 56 floats behind it.
    [Fact]
    public void ArenaHasRoomForLoadsAtLongDistances()
    {
        Graph graph = GraphParser.Parse("""
            graph Pool
            %0 = Input "x" : f32[N,3,56,56]
            %1 = Parameter "w" : f32[3,3,1,1]
            %2 = Conv2d(%0, %1)
            %3 = AvgPool2d(%2) {kernelSize=[56,56]}
            output "y" %3
            """);
        Plan plan = Scheduler.Schedule(LayoutPlanner.Plan(graph, p => Layout.Dense(p.Shape)), batch: 1, parametersChange: false);

        Assert.Contains(plan.Steps, s => s.Call.Kernel is PoolKernel { Input.Kind: LayoutKind.Pitched });
        int end = plan.Lifetimes.Max(l => l.Offset + l.Length);
        Assert.True(plan.ArenaLength + PixelLoad.SpareFloats >= end + 15 * 56, $"{plan.ArenaLength} floats for {end}");
    }

    // A gate writes pixels alone: over its image it finds zeros around them, elsewhere whatever was there.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AGateIsFollowedByZerosWhereItIsNotInPlace(bool readAgain)
    {
        Graph graph = GraphParser.Parse($$"""
            graph Gate
            %0 = Input "x" : f32[N,3,12,11]
            %1 = Parameter "w" : f32[16,3,3,3]
            %2 = Conv2d(%0, %1) {padding=[1,1,1,1]}
            %3 = GlobalAvgPool2d(%2)
            %4 = Multiply(%2, %3)
            %5 = Parameter "v" : f32[16,16,3,3]
            %6 = Conv2d(%4, %5) {padding=[1,1,1,1]}
            output "y" %6
            {{(readAgain ? "output \"z\" %2" : "")}}
            """);
        Plan plan = Scheduler.Schedule(LayoutPlanner.Plan(graph, p => Layout.Dense(p.Shape)), batch: 1, parametersChange: false);

        Assert.Equal(readAgain, plan.Slots[plan.Graph.Nodes.Single(n => n.Is(OpNames.Multiply))
            .Id] != plan.Slots[plan.Graph.Nodes.First(n => n.Is(OpNames.Conv2d)).Id]);
        Assert.Equal(readAgain ? 1 : 0, plan.Steps.Count(s => s.ClearsHalo && s.Node.Is(OpNames.Multiply)));
    }

    [Theory]
    [MemberData(nameof(Series))]
    public void EveryStepFindsWhatItsInputsProducersWrote(int series) => ForEachPlan(series, (name, plan) => PlanSimulator.Run(plan, name));

    [Theory]
    [MemberData(nameof(Series))]
    public void ValuesAliveAtTheSameTimeDoNotOverlap(int series) => ForEachPlan(series, (name, plan) =>
    {
        foreach (Lifetime a in plan.Lifetimes)
        {
            Assert.True(a.Offset % Arena.AlignmentInFloats == 0, $"{name}: {a} does not start on 64 bytes");
            Assert.True(a.Offset >= 0 && a.Offset + a.Length <= plan.ArenaLength,
                $"{name}: {a} is outside the arena of {plan.ArenaLength}");
            foreach (Lifetime b in plan.Lifetimes.Where(b => b != a && a.First <= b.Last && b.First <= a.Last))
                Assert.True(a.Offset + a.Length <= b.Offset || b.Offset + b.Length <= a.Offset, $"{name}: {a} and {b} overlap");
        }
        Assert.Equal(plan.Lifetimes.Count, plan.Lifetimes.Select(l => l.Value).Distinct().Count());
    });

    [Theory]
    [MemberData(nameof(Series))]
    public void ArenaLiesBetweenItsBounds(int series) => ForEachPlan(series, (name, plan) =>
    {
        int mostAlive = plan.Lifetimes.Count == 0 ? 0
            : plan.Lifetimes.Max(at => plan.Lifetimes.Where(l => l.First <= at.First && at.First <= l.Last).Sum(l => l.Length));
        Assert.True(plan.ArenaLowerBound == mostAlive, $"{name}: the bound is {plan.ArenaLowerBound}, {mostAlive} are alive at once");
        Assert.True(plan.ArenaLength >= plan.ArenaLowerBound, name);
        Assert.True(plan.ArenaLength <= plan.Lifetimes.Sum(l => l.Length), name);
    });

    [Theory]
    [MemberData(nameof(Series))]
    public void OtherMemoryIsPlacedOnceOn64Bytes(int series) => ForEachPlan(series, (name, plan) =>
    {
        foreach (Region region in new[] { Region.Parameter, Region.Packed, Region.LoadScratch })
        {
            int length = region switch { Region.Parameter => plan.ParameterLength, Region.Packed => plan.PackedLength,
                _ => plan.LoadScratchLength };
            (int Offset, int End)[] places = [.. plan.Graph.Nodes.Where(n => plan.Slots[n.Id].Region == region)
                .Select(n => (plan.Slots[n.Id].Offset, plan.Slots[n.Id].Offset + plan.LayoutOf(n.Id).Length)).Distinct().Order()];
            Assert.All(places, p => Assert.True(p.Offset % Arena.AlignmentInFloats == 0 && p.End <= length, name));
            for (int i = 1; i < places.Length; i++)
                Assert.True(places[i - 1].End <= places[i].Offset, $"{name}: {region} {places[i - 1]} and {places[i]} overlap");
        }
    });

    // What depends on weights alone is computed once; in training nothing is, because weights change.
    [Theory]
    [MemberData(nameof(Series))]
    public void WhatDependsOnParametersAloneRunsAtLoad(int series) => ForEachPlan(series, (name, plan) =>
    {
        if (name.EndsWith("training", StringComparison.Ordinal) || name.EndsWith("evaluation", StringComparison.Ordinal)
            || name.EndsWith("gradients", StringComparison.Ordinal))
        {
            Assert.Empty(plan.LoadSteps);
            return;
        }
        foreach (Step step in plan.Steps)
            Assert.True(step.Node.Inputs.Any(i => DependsOnInput(plan.Graph, i)),
                $"{name}: {GraphPrinter.Print(step.Node)} runs each time");
        foreach (Step step in plan.LoadSteps)
            Assert.False(DependsOnInput(plan.Graph, step.Node.Id), $"{name}: {GraphPrinter.Print(step.Node)} runs at load");
    });

    // What one random network in a thousand does: an output that is read again, in place where it may be.
    [Fact]
    public void OutputsThatAreReadAgainStayAsTheyAre()
    {
        Graph graph = GraphParser.Parse("""
            graph Outputs
            %0 = Input "x" : f32[N,2,3,3]
            %1 = Relu(%0)
            %2 = Softmax(%1)
            %3 = Softmax(%2)
            %4 = Softmax(%3)
            output "a" %2
            output "b" %4
            """);
        PlanSimulator.Run(Scheduler.Schedule(LayoutPlanner.Plan(graph, _ => null), 3, parametersChange: true), "outputs");
    }

    private static bool DependsOnInput(Graph graph, int value) => graph[value].Is(OpNames.Input)
        || graph[value].Inputs.Any(i => DependsOnInput(graph, i));

    private static void ForEachPlan(int series, Action<string, Plan> check)
    {
        foreach ((string name, Plan plan) in Plans.OfSeries(series))
            check(name, plan);
    }
}
