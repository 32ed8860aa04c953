using System.Diagnostics;
using System.Globalization;
using System.Runtime.Loader;

namespace ModelGen.Tests.Harness;

/// <summary>What a run of <see cref="WholeRun"/> came to.</summary>
internal sealed class WholeTotals
{
    private readonly HashSet<int> _failed = [];

    public int Networks { get; set; }

    public int Trained { get; set; }

    public int Undecided { get; set; }

    /// <summary>Networks that were checked at each width.</summary>
    public Dictionary<string, int> ByWidth { get; } = new(StringComparer.Ordinal);

    public List<string> Failures { get; } = [];

    public void Fail(int seed, string engine, string what)
    {
        _failed.Add(seed);
        Failures.Add(string.Create(CultureInfo.InvariantCulture, $"network {seed}, vectors {engine}: {what}"));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Networks} networks, {Trained} of them trained; vectors {string.Join(", ", ByWidth.Select(w => $"{w.Key}: {w.Value}"))}; "
        + $"{_failed.Count} failed, {Undecided} checks undecided for roundings");
}

/// <summary>
/// Random networks at all widths of vectors: compiled together by this process, checked by others, which have fewer instructions, and of
/// which one that dies names the network that it was at.
/// </summary>
internal static class WholeRun
{
    private static readonly (string Engine, string? SwitchedOff)[] Widths =
        [("512", null), ("256", "DOTNET_EnableAVX512"), ("128", "DOTNET_EnableAVX2"), ("scalar", "DOTNET_EnableHWIntrinsic")];

    /// <summary>Checks networks.</summary>
    /// <param name="first">The seed of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="guarded">Whether their memory lies between guards.</param>
    /// <param name="together">How many are compiled at once.</param>
    /// <param name="report">Told each failure, and how far it is.</param>
    public static WholeTotals Run(int first, int count, bool guarded, int together, Action<string> report)
    {
        var totals = new WholeTotals();
        for (int done = 0; done < count; done += together)
        {
            int seed = first + done, now = Math.Min(together, count - done);
            WholeCase[] cases = [.. Enumerable.Range(seed, now).AsParallel().AsOrdered().Select(WholeCase.Of)];
            string image = Path.Combine(Path.GetTempPath(), $"ModelGen.Whole.{Guid.NewGuid():N}.dll");
            try
            {
                int reported = totals.Failures.Count;
                File.WriteAllBytes(image, WholeSource.Compile(cases, guarded,
                    (c, e) => totals.Fail(c.Seed, "none, it does not compile", e.ToString())));
                var twoAtATime = new ParallelOptions { MaxDegreeOfParallelism = 2 };
                Parallel.ForEach(Widths, twoAtATime, width => Check(image, seed, now, guarded, width, totals));
                totals.Networks += now;
                totals.Trained += cases.Count(c => c.Training is not null);
                foreach (string failure in totals.Failures.Skip(reported))
                    report(failure);
                report(totals.ToString());
            }
            finally
            {
                File.Delete(image);
            }
        }
        return totals;
    }

    // In as many processes as it takes.
    private static void Check(string image, int first, int count, bool guarded, (string Engine, string? SwitchedOff) width,
        WholeTotals totals)
    {
        for (int next = first; next < first + count;)
        {
            ProcessStartInfo start = Program.Start("compiled", image, Text(next), Text(first + count - next), guarded ? "guarded" : "free");
            if (width.SwitchedOff is not null)
                start.Environment[width.SwitchedOff] = "0";
            using Process child = Process.Start(start)!;
            Task<string> errors = child.StandardError.ReadToEndAsync();
            (int at, string engine) = (next - 1, width.Engine);
            while (child.StandardOutput.ReadLine() is string line)
            {
                string[] words = line.Split(' ', 3);
                lock (totals)
                {
                    switch (words[0])
                    {
                        case "engine":
                            // This processor may have narrower vectors than were asked for.
                            engine = words[1];
                            break;
                        case "at":
                            at = int.Parse(words[1], CultureInfo.InvariantCulture);
                            totals.ByWidth[engine] = totals.ByWidth.GetValueOrDefault(engine) + 1;
                            break;
                        case "failure":
                            totals.Fail(int.Parse(words[1], CultureInfo.InvariantCulture), engine, words[2]);
                            break;
                        case "undecided":
                            totals.Undecided++;
                            break;
                    }
                }
            }
            child.WaitForExit();
            if (child.ExitCode == 0)
                return;
            lock (totals)
                totals.Fail(at, engine, string.Create(CultureInfo.InvariantCulture,
                    $"the process ended with {child.ExitCode}\n{errors.Result}"));
            next = at + 1;
        }
    }

    /// <summary>What the processes do that <see cref="Run"/> starts: check networks of a compiled image and print what is wrong.</summary>
    public static int Execute(string image, int first, int count, bool guarded)
    {
        Console.WriteLine($"engine {Program.Engine}");
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(image));
        for (int seed = first; seed < first + count; seed++)
        {
            Print("at", seed, "");
            WholeCase network = WholeCase.Of(seed);
            if (assembly.GetType("Test.DriverOf" + WholeSource.NameOf(network)) is not Type driver)
                continue;
            foreach (bool touchesEnd in guarded ? (bool[])[true, false] : [true])
            {
                GuardedFloats.TouchesEnd = touchesEnd;
                // Without vectors everything takes ten times as long.
                bool isThorough = touchesEnd && Program.Engine != "scalar";
                var compiled = (WholeNetwork)Activator.CreateInstance(driver)!;
                var check = new WholeCheck(network, compiled, guarded, isThorough ? [1, 2, 3, 4, 5, 6, 7] : [1 + seed % 7]);
                try
                {
                    check.Run();
                }
                catch (Exception e)
                {
                    check.Failures.Add(e.ToString());
                }
                foreach (string failure in check.Failures)
                    Print("failure", seed, failure);
                foreach (string undecided in check.Undecided)
                    Print("undecided", seed, undecided);
                GuardedFloats.FreeAll();
            }
        }
        return 0;
    }

    private static void Print(string kind, int seed, string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind} {seed} {text.Replace('\n', '|')}").TrimEnd());

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
