using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using ModelGen.Generator;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Tests.Harness;

/// <summary>
/// Networks compiled as users compile theirs: the class as the generator writes it, with the user's half, and a <see cref="WholeNetwork"/>
/// through which tests run it. Many together are one assembly, which takes a fraction of the time.
/// </summary>
internal static class WholeSource
{
    private const string Driver = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using ModelGen;

        namespace Test
        {
            public sealed partial class Net
            {
                public sealed partial class Weights
                {
                    internal static Weights From(IReadOnlyDictionary<string, float[]> values)
                    {
                        Weights weights = CreateWeights(0);
                        foreach (KeyValuePair<string, float[]> value in values)
                            value.Value.CopyTo(weights.Mutable(value.Key));
                        weights.Pack();
                        return weights;
                    }

                    internal Span<float> AllPacked =>
                        System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref MEMORY.First(Packed)[0], LENGTH_OF_PACKED);
                }
            }

            public sealed unsafe class DriverOfNet : ModelGen.Tests.Harness.WholeNetwork
            {
                public override int ArenaFloats => (int)(Net.ArenaBytes / sizeof(float));

                public override WeightStore CreateWeights(IReadOnlyDictionary<string, float[]> values) => Net.Weights.From(values);

                public override ReadOnlySpan<float> PackedOf(WeightStore weights) => ((Net.Weights)weights).AllPacked;

                public override object Create(WeightStore weights, float[]? arena) =>
                    arena is null ? new Net((Net.Weights)weights) : new Net((Net.Weights)weights, arena);

                public override void Forward(object network, nint[] inputs, nint[] outputs, int samples) =>
                    ((Net)network).Forward(ALL_INPUTS, ALL_OUTPUTS);

                public override void Use(object network, int parallelism, IParallelScheduler? scheduler)
                {
                    var used = (Net)network;
                    used.Parallelism = parallelism;
                    if (scheduler is not null)
                        used.Scheduler = scheduler;
                }
            //TRAINER
            }
        }
        """;

    private const string Trainer = """

                public override object? CreateTrainer(WeightStore weights, GradientDescent optimizer) =>
                    new Net.Trainer((Net.Weights)weights, (OPTIMIZER)optimizer);

                public override void UseInTraining(object trainer, int parallelism, IParallelScheduler? scheduler)
                {
                    var used = (Net.Trainer)trainer;
                    used.Parallelism = parallelism;
                    if (scheduler is not null)
                        used.Scheduler = scheduler;
                }

                public override float TrainStep(object trainer, nint[] inputs, nint targets, int samples)
                {
                    //ACCUMULATE
                    return ((Net.Trainer)trainer).Step(ALL_INPUTS, ALL_TARGETS);
                }

                public override double Evaluate(object trainer, nint[] inputs, nint targets, int samples) =>
                    ((Net.Trainer)trainer).Evaluate(ALL_INPUTS, ALL_TARGETS)OF_LOSS;

                public override WeightStore ToWeights(object trainer) => ((Net.Trainer)trainer).ToWeights();
        """;

    private const string Guarded = "global::ModelGen.Tests.Harness.GuardedFloats";
    private const string Aligned = "global::ModelGen.Runtime.AlignedMemory";

    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp12);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(p) is "ModelGen.dll" or "ModelGen.Tests.dll" or "netstandard.dll")
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    /// <summary>The class's name.</summary>
    public static string NameOf(WholeCase network) => string.Create(CultureInfo.InvariantCulture, $"Net{network.Seed}");

    /// <summary>Compiles networks into the bytes of one assembly.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="guarded">Whether their memory lies between guards (<see cref="GuardedFloats"/>).</param>
    /// <param name="failed">Told what the generator fails on, which is left out.</param>
    /// <exception cref="InvalidOperationException">The generated code does not compile.</exception>
    public static byte[] Compile(IEnumerable<WholeCase> networks, bool guarded, Action<WholeCase, Exception> failed)
    {
        var trees = new List<SyntaxTree>();
        foreach (WholeCase network in networks)
        {
            string name = NameOf(network), source;
            try
            {
                source = NetworkCompiler.Compile(network.Model(name));
            }
            catch (Exception e)
            {
                failed(network, e);
                continue;
            }
            trees.Add(CSharpSyntaxTree.ParseText(guarded ? Guard(source) : source, Options, name + ".g.cs"));
            trees.Add(CSharpSyntaxTree.ParseText(DriverOf(network, name, source, guarded), Options, name + ".cs"));
        }
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable);
        using var image = new MemoryStream();
        EmitResult result = CSharpCompilation.Create("Generated" + Guid.NewGuid().ToString("N"), trees, References, options).Emit(image);
        return result.Success ? image.ToArray()
            : throw new InvalidOperationException(
                string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
    }

    // The network's memory from another allocator, and its parameters as a copy between guards. What was not replaced would not compile, as
    // the types of memory differ; but parameters would, so they are looked for.
    private static string Guard(string source)
    {
        string guarded = source
            .Replace($"_parameters = {Aligned}.Allocate(", $"_parameters = {Guarded}.AllocateZeros(", StringComparison.Ordinal)
            .Replace($"{Aligned}.Allocate(", $"{Guarded}.Allocate(", StringComparison.Ordinal)
            .Replace($"{Aligned}.Take(", $"{Guarded}.Take(", StringComparison.Ordinal)
            .Replace($"{Aligned}.First(", $"{Guarded}.First(", StringComparison.Ordinal)
            .Replace("AlignedMemory.First(", $"{Guarded}.First(", StringComparison.Ordinal)
            .Replace("global::System.ArraySegment<float>", Guarded, StringComparison.Ordinal)
            .Replace("ArraySegment<float>", Guarded, StringComparison.Ordinal)
            .Replace("ThreadMemory.Of(", $"{Guarded}.OfThread(", StringComparison.Ordinal)
            .Replace("global::System.Runtime.InteropServices.MemoryMarshal.GetReference(Values)", $"{Guarded}.Parameters(this)",
                StringComparison.Ordinal)
            .Replace("MemoryMarshal.GetReference(weights.AllValues)", $"{Guarded}.Parameters(weights)", StringComparison.Ordinal)
            .Replace("weights.Pack();", $"{Guarded}.TakeBack(weights); weights.Pack();", StringComparison.Ordinal);
        bool isWhole = guarded.Contains($"{Guarded}.Parameters(this)", StringComparison.Ordinal)
            && source.Contains("class Trainer", StringComparison.Ordinal) == guarded.Contains("TakeBack(", StringComparison.Ordinal)
            && !Regex.IsMatch(guarded, @"GetReference\((weights\.)?(All)?Values\)");
        return isWhole ? guarded : throw new InvalidOperationException(
            "the generated code gets its parameters in a way that is not known here");
    }

    private static string DriverOf(WholeCase network, string name, string source, bool guarded)
    {
        Graph graph = network.Graph;
        string driver = Driver.Replace("//TRAINER", network.Training is null ? "" : Trainer, StringComparison.Ordinal);
        if (network.Training is TrainingOptions training)
        {
            string target = training.IsOfClasses
                ? "new ReadOnlySpan<int>((void*)targets, samples)" : Span("ReadOnlySpan", "targets", network.MainOutput);
            string accumulate = training[TrainableOption.AccumulateGradients]
            ? "((Net.Trainer)trainer).Accumulate(ALL_INPUTS, ALL_TARGETS);" : "";
            driver = driver.Replace("//ACCUMULATE", accumulate, StringComparison.Ordinal)
                .Replace("ALL_TARGETS", target, StringComparison.Ordinal)
                .Replace("OPTIMIZER", "global::ModelGen." + training.Optimizer, StringComparison.Ordinal)
                .Replace("OF_LOSS", training.IsOfClasses ? ".Loss" : "", StringComparison.Ordinal);
        }
        string inputs = string.Join(", ",
            graph.Inputs.Select((n, i) => Span("ReadOnlySpan", FormattableString.Invariant($"inputs[{i}]"), n.Id)));
        string outputs = string.Join(", ",
            graph.Outputs.Select((o, i) => Span("Span", FormattableString.Invariant($"outputs[{i}]"), o.Value)));
        string packed = Regex.Match(source, @"public const int PackedLength = (?<length>[0-9_]+);").Groups["length"].Value;
        driver = driver.Replace("ALL_INPUTS", inputs, StringComparison.Ordinal).Replace("ALL_OUTPUTS", outputs, StringComparison.Ordinal)
            .Replace("LENGTH_OF_PACKED", packed, StringComparison.Ordinal)
                .Replace("MEMORY", guarded ? Guarded : Aligned, StringComparison.Ordinal);
        return Regex.Replace(Regex.Replace(driver, @"\bNet\b", name), @"\bDriverOfNet\b", "DriverOf" + name);

        string Span(string type, string address, int value) =>
            FormattableString.Invariant($"new {type}<float>((void*){address}, samples * {graph[value].Shape.Length})");
    }
}
