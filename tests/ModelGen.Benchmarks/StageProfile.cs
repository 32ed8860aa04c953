using System.Diagnostics;

namespace ModelGen.Benchmarks;

/// <summary>
/// Where a network's time goes on several threads: for each stage of its plan, what it takes beside one thread, and what threads wait.
/// </summary>
internal static class StageProfile
{
    /// <summary>Prints a table: a row for each stage, and for what lies between stages, with its time on one thread and on all.</summary>
    /// <param name="alone">Microseconds of each step on one thread.</param>
    public static void Run(ICompiledNetwork network, IReadOnlyList<StepSummary> steps, double[] alone, float[] input, float[] output,
        int core, int threads, TimeSpan time)
    {
        using var clock = new Clock(threads, steps.Max(s => s.Stage) + 1);
        network.Scheduler = clock;
        double Once()
        {
            clock.Begin();
            network.Forward(input, output);
            return clock.End();
        }

        Alternation.WarmUp(() => Once(), TimeSpan.FromSeconds(0.5));
        clock.Reset();
        var wholes = new List<double>();
        long start = Stopwatch.GetTimestamp();
        do
        {
            wholes.Add(Once());
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        network.Parallelism = 1;

        double whole = Statistics.Median(wholes), sum = alone.Sum();
        Report.Line(
            $"\n{threads} threads, {CoreDistance.Measure(core, threads):F0} ns apart: {whole:N1} µs instead of {sum:N1}, {sum / whole:F2} ",
            $"times as fast");
        Console.WriteLine($"{"steps",-12}{"alone",10}{"stage",10}{"times",7}{"lost",8}{"first",9}{"longest",9}{"before",8}  layers");
        for (int stage = 0; stage < clock.Stages; stage++)
        {
            int[] members = [.. Enumerable.Range(0, steps.Count).Where(i => steps[i].Stage == stage)];
            double one = members.Sum(i => alone[i]), wall = Statistics.Median(clock.Walls[stage]);
            string layers = string.Join(", ", members.Select(i => $"{steps[i].Layer} {steps[i].Kernel}"));
            Report.Line(
                $"{$"{members[0]}–{members[^1]}",-12}{one,10:F1}{wall,10:F1}{one / wall,7:F2}{wall - one / threads,8:F1}",
                $"{Statistics.Median(clock.Firsts[stage]),9:F1}{Statistics.Median(clock.Longest[stage]),9:F1}",
                $"{Statistics.Median(clock.Befores[stage]),8:F1}  {layers}");
        }

        double between = Enumerable.Range(0, steps.Count).Where(i => steps[i].Stage < 0).Sum(i => alone[i]);
        Report.Line($"on one thread: {between:F1} µs of steps; behind the last stage: {Statistics.Median(clock.Behind):F1}");
    }

    // A team of threads that measures what it is called for.
    private sealed class Clock : IParallelScheduler, IDisposable
    {
        private readonly WorkerTeam _team;
        private readonly long[] _starts, _ends;
        private readonly Action<int> _timed;
        private Action<int>? _work;
        private long _begin, _last;
        private int _stage;

        public Clock(int threads, int stages)
        {
            _team = new WorkerTeam(threads);
            // A cache line each.
            (_starts, _ends) = (new long[threads * 16], new long[threads * 16]);
            _timed = Timed;
            List<double>[] Lists() => [.. Enumerable.Range(0, stages).Select(_ => new List<double>())];
            (Walls, Firsts, Longest, Befores) = (Lists(), Lists(), Lists(), Lists());
        }

        public int Parallelism => _team.Parallelism;

        public int Stages => Walls.Length;

        /// <summary>
        /// Microseconds from the call to its return; of the calling thread's part; of the longest part; and since the stage before.
        /// </summary>
        public List<double>[] Walls { get; }

        public List<double>[] Firsts { get; }

        public List<double>[] Longest { get; }

        public List<double>[] Befores { get; }

        public List<double> Behind { get; } = [];

        public void Reset()
        {
            foreach (List<double> list in (List<double>[])[.. Walls, .. Firsts, .. Longest, .. Befores, Behind])
            {
                list.Clear();
            }
        }

        public void Begin() => (_stage, _begin, _last) = (0, Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());

        public double End()
        {
            long end = Stopwatch.GetTimestamp();
            Behind.Add(Microseconds(end - _last));
            return Microseconds(end - _begin);
        }

        public void Run(Action<int> work)
        {
            _work = work;
            long start = Stopwatch.GetTimestamp();
            _team.Run(_timed);
            long end = Stopwatch.GetTimestamp();
            Walls[_stage].Add(Microseconds(end - start));
            Firsts[_stage].Add(Microseconds(_ends[0] - _starts[0]));
            Longest[_stage].Add(Microseconds(Enumerable.Range(0, Parallelism).Max(i => _ends[i * 16] - _starts[i * 16])));
            Befores[_stage].Add(Microseconds(start - _last));
            _stage++;
            _last = Stopwatch.GetTimestamp();
        }

        public void Dispose() => _team.Dispose();

        private void Timed(int part)
        {
            _starts[part * 16] = Stopwatch.GetTimestamp();
            _work!(part);
            _ends[part * 16] = Stopwatch.GetTimestamp();
        }

        private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
    }
}
