using System.Diagnostics;
using System.Globalization;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Networks;

/// <summary>
/// A small share of what <c>dotnet run -c Release --project tests/ModelGen.Tests -- networks 1000</c> and <c>guards 500</c> try: random
/// networks as users compile theirs, at all widths of vectors.
/// </summary>
public class WholeNetworkTests
{
    private const int Networks = 8, Guarded = 4;

    // MODELGEN_SEED tries others than those tried every time.
    private static int First => int.Parse(Environment.GetEnvironmentVariable("MODELGEN_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public void RandomNetworksAreWhatTheReferenceSaysInEveryWayToRunThem() => Check(Networks, guarded: false);

    [Fact]
    public void RandomNetworksTouchNothingOutsideTheirMemory()
    {
        // Elsewhere there are no such pages.
        if (Pages.IsSupported)
            Check(Guarded, guarded: true);
    }

    // Which sign it then has, and with it the L1 penalty, the rounding decides.
    [Fact]
    public void AWeightThatTheL1PenaltyPullsThroughZeroIsNoError()
    {
        Assert.Equal((WholeVerdict.Rounding, 0), WithTheOtherSign(1e-10));
        Assert.Equal((WholeVerdict.Certain, 1), WithTheOtherSign(1e-3));

        static (WholeVerdict, int) WithTheOtherSign(double weight)
        {
            const double Change = 1e-3;
            var actual = new Dictionary<string, float[]> { ["w"] = [(float)(weight + Change), 0.5f - (float)Change] };
            var failures = new List<string>();
            WholeVerdict verdict = WholeComparison.Compare(actual, new WholeRounding(), Updated, _ => 1e-4, null, failures);
            return (verdict, failures.Count);

            Dictionary<string, double[]> Updated(WholeRounding rounding)
            {
                TrainingStep step = rounding.Step(1);
                double[] weights = [weight, 0.5];
                weights = step.Disturb?.Invoke(weights) ?? weights;
                double[] signs = step.SignsOf!("w", 0, weights);
                return new() { ["w"] = [.. weights.Zip(signs, (w, sign) => w - Change * sign)] };
            }
        }
    }

    [Fact]
    public void ADisturbedReferenceTakesEitherSignOfWhatIsAllButZero()
    {
        var exact = new WholeRounding();
        Assert.Equal([1, -1, 1, 0], exact.Step(1).SignsOf!("w", 0, [1e-9, -0.5, 1e-9, 0]));
        double[] values = [-1e-9, -0.5, 1e-9, 0];
        Assert.Equal([1, -1, 1, 0], exact.Disturbed(1, 1).Step(1).SignsOf!("w", 0, values));
        Assert.Equal([-1, -1, 1, 0], exact.Disturbed(1, -1).Step(1).SignsOf!("w", 0, values));
        // As far as disturbed weights come is as near as they may be to zero.
        exact.Step(2).SignsOf!("w", 0, [0.4, 0.5]);
        Assert.Equal([-1, 1], exact.Disturbed(1, -1).Step(2).SignsOf!("w", 0, [0.32, 0.49]));
    }

    // The page has 1,024 floats where pages have 4 KB, and 512 spare ones are promised.
    [Fact]
    public void WhoeverTouchesMoreThanTheSpareFloatsEndsTheProcess()
    {
        if (!Pages.IsSupported)
            return;
        int length = Pages.Size / sizeof(float);
        foreach (int index in (int[])[0, length - 1, length + 511])
            Assert.Equal(FormattableString.Invariant($"float {index} of {length} is NaN"),
                Assert.Single(Program.Run(null, "touch", Text(index))));
        foreach (int index in (int[])[-1, length + 512])
        {
            using Process child = Process.Start(Program.Start("touch", Text(index)))!;
            child.WaitForExit();
            Assert.NotEqual(0, child.ExitCode);
        }

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static void Check(int count, bool guarded)
    {
        WholeTotals totals = WholeRun.Run(First, count, guarded, together: count, _ => { });
        Assert.True(totals.Failures.Count == 0, string.Join("\n", totals.Failures));
        Assert.Equal(4 * count, totals.ByWidth.Values.Sum());
        Assert.InRange(totals.Trained, count / 2, count);
        Assert.InRange(totals.Undecided, 0, count / 4);
    }
}
