using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Tests.Scheduling;

/// <summary>Between which steps threads wait for one another.</summary>
public class StagePlannerTests
{
    // What the depthwise convolution reads of the rows of others has to stay while some of them are at the next step. A wide layer makes
    // room for that, if it needs more than that step.
    [Theory]
    [InlineData(128, 64, true)]
    [InlineData(32, 128, false)]
    public void ThreadsGoOnWithTheRowsThatTheyWroteWhereThereIsRoom(int wide, int pointwise, bool isRoom)
    {
        Plan plan = Divide($"""
            graph Separable
            %0 = Input "x" : f32[N,64,28,28]
            %1 = Parameter "wide" : f32[{wide},64,1,1]
            %2 = Conv2d(%0, %1) "wide"
            %3 = Parameter "narrow" : f32[32,{wide},1,1]
            %4 = Conv2d(%2, %3) "narrow"
            %5 = Parameter "depthwise" : f32[32,1,3,3]
            %6 = Conv2d(%4, %5) "depthwise" {"{groups=32, padding=[1,1,1,1]}"}
            %7 = Parameter "pointwise" : f32[{pointwise},32,1,1]
            %8 = Conv2d(%6, %7) "pointwise"
            output "y" %8
            """);

        Assert.False(AreOneStage(plan, "narrow", "depthwise"));
        Assert.Equal(isRoom, AreOneStage(plan, "depthwise", "pointwise"));
        Assert.Equal(plan.ArenaLowerBound, plan.ArenaLength);
    }

    [Fact]
    public void ThreadsWaitForNeighbouringRowsAndOtherPartsOfTheImage()
    {
        Plan plan = Divide("""
            graph Waiting
            %0 = Input "x" : f32[N,32,28,28]
            %1 = Parameter "a" : f32[32,32,1,1]
            %2 = Conv2d(%0, %1) "a"
            %3 = Parameter "b" : f32[32,32,3,3]
            %4 = Conv2d(%2, %3) "b" {padding=[1,1,1,1]}
            %5 = Parameter "c" : f32[32,32,1,1]
            %6 = Conv2d(%4, %5) "c" {stride=[2,2]}
            %7 = Parameter "d" : f32[512,32,3,3]
            %8 = Conv2d(%6, %7) "d" {stride=[2,2], padding=[1,1,1,1]}
            %9 = Parameter "e" : f32[32,512,1,1]
            %10 = Conv2d(%8, %9) "e"
            output "y" %10
            """);

        Assert.False(AreOneStage(plan, "a", "b"));
        Assert.False(AreOneStage(plan, "b", "c"));
        Assert.False(AreOneStage(plan, "c", "d"));
        // 7×7 pixels: output channels, of which the next layer reads all.
        Assert.False(AreOneStage(plan, "d", "e"));
    }

    // The planner holds a step only against those that it may meet.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void StagesAreThoseOfWhichAllStepsAreIndependent(int series)
    {
        foreach ((string name, Plan plan) in Plans.OfSeries(series))
        {
            var expected = new List<Stage>();
            for (int first = 0, end; first < plan.Steps.Count; first = end)
            {
                for (end = first + 1; end < plan.Steps.Count
                    && Enumerable.Range(first, end - first).All(i => StagePlanner.AreIndependent(plan, i, end));)
                    end++;
                expected.Add(new Stage(first, end));
            }
            Assert.True(expected.SequenceEqual(StagePlanner.Divide(plan, Division.Everything, bySamples: false).Stages), name);
        }
    }

    private static Plan Divide(string graph) =>
        Scheduler.Schedule(LayoutPlanner.Plan(GraphParser.Parse(graph), p => Layout.Dense(p.Shape)), batch: 1, parametersChange: false,
            parameterOffsets: null, Division.Everything);

    private static bool AreOneStage(Plan plan, string first, string second)
    {
        int StepOf(string layer) => plan.Steps.ToList().FindIndex(s => s.Node.Name == layer && !s.ClearsHalo);
        return plan.Stages.Any(s => s.First <= StepOf(first) && StepOf(second) < s.End);
    }
}
