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
        Assert.Null(WithTheOtherSign(1e-10));
        Assert.Contains("off by 0.002", WithTheOtherSign(1e-3), StringComparison.Ordinal);

        static string? WithTheOtherSign(double weight)
        {
            const double Change = 1e-3;
            var random = new Random(1);
            var samples = new RoundingSamples(rounding =>
            {
                // Off by as much as a float of the other weight's size is.
                double[] weights = rounding is null ? [weight, 0.5] : [weight + Rounded(), 0.5 + Rounded()];
                return new() { ["w"] = [.. weights.Select(w => w - Change * Math.Sign(w))] };
            });
            return samples.Compare("w", [(float)(weight + Change), 0.5f - (float)Change]);

            double Rounded() => RunningErrorInterpreter.OfFloats * (random.NextDouble() - 0.5);
        }
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
