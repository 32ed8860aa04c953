using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;

namespace ModelGen.Generator.Tests.Emit;

/// <summary>Compiles emitted source as a careful user's project would: C# 12, nullable, no unsafe code, every warning an error.</summary>
internal static class CompiledNetwork
{
    // The user's half of the class, and a way in for tests.
    private const string Driver = """
        using System;
        using System.Collections.Generic;

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
                }
            }

            internal static class Driver
            {
                internal static float[] Forward(IReadOnlyDictionary<string, float[]> parameters, float[] x, int samples)
                {
                    var net = new Net(Net.Weights.From(parameters));
                    float[] y = new float[samples * Net.OutputLength];
                    for (int n = 0; n < samples; n += Net.Batch)
                    {
                        int batch = Math.Min(Net.Batch, samples - n);
                        net.Forward(x.AsSpan(n * Net.InputLength, batch * Net.InputLength), y.AsSpan(n * Net.OutputLength, batch * Net.OutputLength));
                    }
                    return y;
                }
            //TRAINER
            }
        }
        """;

    private const string TrainerDriver = """
                internal static float[] Train(IReadOnlyDictionary<string, float[]> parameters, Dictionary<string, float[]> after, float[] x, int[] labels, float[] targets, global::ModelGen.GradientDescent optimizer, int steps)
                {
                    var trainer = new Net.Trainer(Net.Weights.From(parameters), (global::ModelGen.OPTIMIZER)optimizer);
                    float[] losses = new float[steps + 1];
                    for (int i = 0; i < steps; i++)
                    {
                        //ACCUMULATE
                        losses[i] = trainer.Step(x, TARGET);
                    }
                    losses[steps] = (float)trainer.Evaluate(x, TARGET)LOSS;
                    Net.Weights weights = trainer.ToWeights();
                    foreach (string name in parameters.Keys)
                        after.Add(name, weights[name].ToArray());
                    return losses;
                }
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp12, DocumentationMode.Diagnose);

    public static string Emit(Graph graph, TrainingOptions? training, int batch = 1) =>
        NetworkCompiler.Compile(new NetworkModel(graph, new ClassDeclaration("Test", [], "Net", "public"), training) { Options = new CompilerOptions(batch: batch) });

    /// <summary>The compilation of emitted source with the test's driver.</summary>
    public static CSharpCompilation Compile(string source, IEnumerable<MetadataReference> references) =>
        Compile([("Net", source)], references);

    /// <summary>
    /// Several networks as one compilation, which takes a fraction of the time; the driver of the class Net7 is DriverOfNet7.
    /// </summary>
    public static CSharpCompilation Compile(IEnumerable<(string Name, string Source)> networks, IEnumerable<MetadataReference> references)
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: false,
            nullableContextOptions: NullableContextOptions.Enable, generalDiagnosticOption: ReportDiagnostic.Error, warningLevel: 9999);
        return CSharpCompilation.Create("Generated" + Guid.NewGuid().ToString("N"),
            networks.SelectMany(n => new[] { CSharpSyntaxTree.ParseText(n.Source, Options, n.Name + ".g.cs"),
                CSharpSyntaxTree.ParseText(DriverOf(n.Name, n.Source), Options, n.Name + ".cs") }),
            references, options);
    }

    private static string DriverOf(string name, string source)
    {
        bool ofClasses = source.Contains("ReadOnlySpan<int> labels", StringComparison.Ordinal);
        string driver = Driver.Replace("//TRAINER", source.Contains("class Trainer", StringComparison.Ordinal)
            ? TrainerDriver.Replace("//ACCUMULATE", source.Contains("float Accumulate(", StringComparison.Ordinal)
            ? "trainer.Accumulate(x, TARGET);" : "", StringComparison.Ordinal)
            .Replace("TARGET", ofClasses ? "labels" : "targets", StringComparison.Ordinal)
                .Replace("OPTIMIZER", Regex.Match(source, @"global::ModelGen\.(\w+) Optimizer \{").Groups[1].Value,
                    StringComparison.Ordinal).Replace("LOSS", ofClasses ? ".Loss" : "", StringComparison.Ordinal) : "",
                        StringComparison.Ordinal);
        return Regex.Replace(Regex.Replace(driver, @"\bNet\b", name), @"\bDriver\b", "DriverOf" + name);
    }

    /// <summary>The assembly as bytes; fails with the first errors, warnings among them.</summary>
    public static byte[] ToBytes(CSharpCompilation compilation)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)));
        return stream.ToArray();
    }

    /// <summary>What the tests themselves run on.</summary>
    public static IReadOnlyList<MetadataReference> CurrentReferences { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal)
                || Path.GetFileName(p) is "mscorlib.dll" or "netstandard.dll")
            .Select(p => MetadataReference.CreateFromFile(p)),
        MetadataReference.CreateFromFile(typeof(WeightStore).Assembly.Location),
    ];

    public static T Load<T>(byte[] assembly, string method)
        where T : Delegate => DriverMethod<T>(Load(assembly), "Net", method);

    public static Assembly Load(byte[] assembly) => AssemblyLoadContext.Default.LoadFromStream(new MemoryStream(assembly));

    public static T DriverMethod<T>(Assembly assembly, string network, string method)
        where T : Delegate =>
            assembly.GetType("Test.DriverOf" + network)!.GetMethod(method,
                BindingFlags.Static | BindingFlags.NonPublic)!.CreateDelegate<T>();
}
