using System.Globalization;
using System.Reflection;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Language.Json;
using ModelGen.Generator.Model;
using ModelGen.Generator.Passes;
using ModelGen.Tests.Reference;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>
/// Random networks all the way from a network file's text: each compiles without warnings and computes what the interpreter does, or gets
/// an error; nothing throws. MODELGEN_RANDOM_GRAPHS says how many (60), MODELGEN_SEED where they begin.
/// </summary>
public class RandomGraphsTests
{
    private const int NetworksPerCompilation = 40;

    private static readonly int First = Setting("MODELGEN_SEED", 100_000);
    private static readonly int Count = Setting("MODELGEN_RANDOM_GRAPHS", 60);

    public static TheoryData<int, int> Batches()
    {
        var batches = new TheoryData<int, int>();
        for (int done = 0; done < Count; done += NetworksPerCompilation)
            batches.Add(First + done, Math.Min(NetworksPerCompilation, Count - done));
        return batches;
    }

    [Theory, MemberData(nameof(Batches))]
    public void CompileAndAgreeOrAreRefused(int first, int count)
    {
        var failures = new List<string>();
        var networks = new List<(int Seed, NetworkModel Model, string Source)>();
        for (int seed = first; seed < first + count; seed++)
        {
            Try(seed, () =>
            {
                string text = TextOf(seed);
                JsonNetwork network = JsonFrontEnd.Build(text, "Test");
                bool hasErrors = network.Problems.Any(p => !DiagnosticCatalog.IsWarning(p.Problem.Id));
                Assert.True(hasErrors == network.Model is null, $"errors and a model, or neither, of\n{text}");
                Assert.True(network.Model is not null || IsDamaged(seed), $"refused: {string.Join("\n", network.Problems)}\n{text}");
                if (network.Model is NetworkModel model)
                    networks.Add((seed, model, NetworkCompiler.Compile(model)));
            });
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        // Warnings are errors in it.
        Assembly assembly = CompiledNetwork.Load(CompiledNetwork.ToBytes(
            CompiledNetwork.Compile(networks.Select(n => (n.Model.Class.Name, n.Source)), CompiledNetwork.CurrentReferences)));
        foreach ((int seed, NetworkModel model, _) in networks)
        {
            Try(seed, () =>
            {
                ExecutionTests.AssertForward(model.Graph,
                    CompiledNetwork.DriverMethod<ExecutionTests.Forward>(assembly, model.Class.Name, "Forward"), seed, model.Options);
                if (model.Training is TrainingOptions training)
                    ExecutionTests.AssertTraining(
                        model.Graph, training, CompiledNetwork.DriverMethod<ExecutionTests.Train>(assembly, model.Class.Name, "Train"),
                        seed, model.Options);
            });
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} networks: {string.Join("\n\n", failures)}");

        // One that fails must not hide the others.
        void Try(int seed, Action check)
        {
            try
            {
                check();
            }
            catch (Exception e)
            {
                failures.Add($"seed {seed}: {e}");
            }
        }
    }

    // Training takes several times as long to compile, so a quarter has it.
    private static string TextOf(int seed)
    {
        Graph graph = RandomGraphs.Network(seed, wide: seed % 2 == 0) with { Name = $"Net{seed}" };
        bool isTrained = seed % 8 == 0 || seed % 8 == 5;
        if (isTrained)
            graph = RemoveDropout.Run(graph);
        var options = new CompilerOptions((Optimization)(seed % 3), (LinearStorage)(seed % 2), 1 + seed % 4, seed % 3 == 0);
        TrainingOptions? training = isTrained ? ExecutionTests.OptionsOf(seed, graph) : null;
        string text = NetworkJson.Write(
            new NetworkModel(graph, new ClassDeclaration("Test", [], graph.Name, "public"), training) { Options = options });
        return IsDamaged(seed) ? Damage(text, new Random(seed)) : text;
    }

    private static bool IsDamaged(int seed) => seed % 4 == 3;

    // Another digit somewhere in the inputs and layers: other sizes, strides, names and references, some of which fit.
    private static string Damage(string text, Random random)
    {
        int[] digits = [.. Enumerable.Range(0, text.Length)
            .Where(i => char.IsAsciiDigit(text[i]) && i > text.IndexOf("\"inputs\"", StringComparison.Ordinal))];
        char[] damaged = text.ToCharArray();
        damaged[digits[random.Next(digits.Length)]] = (char)('0' + random.Next(10));
        return new string(damaged);
    }

    private static int Setting(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } written ? int.Parse(written, CultureInfo.InvariantCulture) : usual;
}
