using System.Diagnostics;
using System.Globalization;
using ModelGen.Tests.Harness;

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

    // The page has 1,024 floats where pages have 4 KB, and 512 spare ones are promised.
    [Fact]
    public void WhoeverTouchesMoreThanTheSpareFloatsEndsTheProcess()
    {
        if (!Pages.IsSupported)
            return;
        int length = Pages.Size / sizeof(float);
        foreach (int index in (int[])[0, length - 1, length + 511])
            Assert.Equal(FormattableString.Invariant($"float {index} of {length} is NaN"), Assert.Single(Program.Run(null, "touch", Text(index))));
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
