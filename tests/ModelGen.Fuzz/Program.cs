using System.CommandLine;
using System.Diagnostics;

namespace ModelGen.Fuzz;

/// <summary>
/// Tries random inputs on everything that takes input from outside: <c>dotnet run -c Release --project tests/ModelGen.Fuzz -- png --count
/// 1000000</c>. The same seed gives the same inputs. <c>dotnet test</c> replays the corpus and a small share.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        var names = new Argument<string[]>("TARGET")
        {
            Description = "What to try, or all:\n"
                + string.Join("\n", FuzzTarget.All.Select(target => $"{target.Name}: {target.Description}")),
            DefaultValueFactory = _ => ["all"],
        };
        var count = new Option<long>("--count") { Description = "How many inputs for each target.",
            DefaultValueFactory = _ => long.MaxValue / 2 };
        var seconds = new Option<double>("--seconds") { Description = "The most seconds for each target; 10 if no --count is given." };
        var share = new Option<double>("--share") { Description = "Seconds for all targets together, of which each has the same part." };
        var seed = new Option<ulong>("--seed") { Description = "Fixes all inputs.", DefaultValueFactory = _ => 1 };
        var first = new Option<long>("--first") { Description = "The number of the first input." };
        var save = new Option<bool>("--save") { Description = "Keep inputs that fail in the corpus." };
        var noSave = new Option<bool>("--no-save") { Hidden = true };
        var inProcess = new Option<string?>("--in-process") { Hidden = true };
        var command = new RootCommand("Random inputs for everything that takes input from outside.") { names, count, seconds, share, seed,
            first, save, noSave, inProcess };
        command.SetAction(parsed =>
        {
            string[] wanted = parsed.GetValue(names)!;
            FuzzTarget[] targets = [.. FuzzTarget.All.Where(target => wanted.Contains("all") || wanted.Contains(target.Name))];
            double limit = parsed.GetValue(share) is > 0 and double together ? together / Math.Max(1, targets.Length)
                : parsed.GetValue(seconds) is > 0 and double given ? given : parsed.GetResult(count)?.Implicit == false ? double.MaxValue
                : 10;
            var request = new FuzzRequest(parsed.GetValue(count), limit, parsed.GetValue(seed), parsed.GetValue(first),
                parsed.GetValue(save));
            string[] unknown = [.. wanted.Where(name => name != "all" && FuzzTarget.All.All(target => target.Name != name))];
            if (unknown.Length > 0)
            {
                Console.Error.WriteLine(
                    $"no target '{unknown[0]}'; there are {string.Join(", ", FuzzTarget.All.Select(target => target.Name))}");
                return 2;
            }
            if (parsed.GetValue(inProcess) is string progress)
                return Supervisor.Execute(targets[0], request, progress);
            bool right = true;
            foreach (FuzzTarget target in targets)
                right &= Supervisor.Run(target, request);
            return right ? 0 : 1;
        });
        return command.Parse(arguments).Invoke();
    }

    /// <summary>How this program is started again.</summary>
    public static ProcessStartInfo Start(params string[] arguments)
    {
        string? host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH");
        var start = new ProcessStartInfo(host ?? "dotnet");
        foreach (string argument in arguments.Prepend(typeof(Program).Assembly.Location).Prepend("exec"))
            start.ArgumentList.Add(argument);
        return start;
    }
}
