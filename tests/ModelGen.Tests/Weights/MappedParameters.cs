using System.Reflection;
using System.Runtime.InteropServices;
using ModelGen.Safetensors;
using ModelGen.Tests.Harness;
using ModelGen.Tests.Threads;

namespace ModelGen.Tests.Weights;

/// <summary>
/// Every operator with parameters, each in the ways in which they are prepared when weights are loaded: packed, folded, transformed,
/// rounded, or read as they are.
/// </summary>
[Network]
internal sealed partial class EveryPreparation
{
    private static Tensor Define([Shape(3, 20, 20)] Tensor image)
    {
        // Normalised ahead of anything that it could be folded into; channels that fill no block, one block and more than one.
        Tensor x = image.BatchNorm2d(name: "first").PositionBias(name: "places");
        x = x.Conv2d(21, 3, padding: 1, algorithm: ConvAlgorithm.Direct, name: "direct").Relu().BatchNorm2d(name: "behind").Relu();
        x = x.Conv2d(19, 3, padding: 1, algorithm: ConvAlgorithm.Winograd4, name: "winograd4").BatchNorm2d(name: "folded").Tanh();
        x = x.Conv2d(18, 5, padding: 2, algorithm: ConvAlgorithm.Winograd2, name: "winograd5").Relu();
        x = x.Conv2d(20, 3, padding: 1, stride: 2, algorithm: ConvAlgorithm.Winograd2, name: "strided");
        x = x.Conv2d(20, 3, padding: 1, groups: 4, bias: false, name: "grouped").BatchNorm2d(name: "groupedbn").Relu();
        x = x.Conv2d(20, 3, padding: 1, groups: 20, name: "depthwise").BatchNorm2d(name: "depthwisebn").Relu();
        x = x.Conv2d(16, 1, bias: false, name: "whole").Relu().BatchNorm2d(name: "wholebn").PositionBias(name: "more")
            .Conv2d(3, 3, name: "few");
        Tensor features = x.Flatten().Linear(37, weightStorage: WeightStorage.BFloat16, name: "fc1").Relu();
        return features.PositionBias(name: "last").Linear(11, bias: false, name: "fc2").Linear(1, name: "fc3");
    }
}

/// <summary>
/// Loads the weights of all networks of this assembly that are not too large from files between guards, in several numbers of parts,
/// whether or not parameters are kept. What reads beyond a parameter ends the process, so the network is printed first.
/// </summary>
internal static class MappedParameters
{
    private const int MostParameters = 300_000;

    /// <summary>Networks with parameters; what they are called.</summary>
    public static IReadOnlyList<Type> Networks { get; } =
    [
        .. typeof(MappedParameters).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(WeightStore)))
            .Where(t => t.DeclaringType?.GetField("ParameterCount")?.GetRawConstantValue() is int and < MostParameters)
            .OrderBy(t => t.FullName, StringComparer.Ordinal),
    ];

    /// <summary>Checks all of them; failures go to the console.</summary>
    public static int Execute()
    {
        Console.WriteLine($"engine {Program.Engine}");
        using var folder = new TemporaryFolder();
        int cases = 0;
        foreach (Type network in Networks)
        {
            WeightStore expected = Filled(network);
            foreach (StoredAs stored in Enum.GetValues<StoredAs>())
            {
                foreach (bool atEnd in (bool[])[true, false])
                {
                    Console.WriteLine($"at {network.DeclaringType!.FullName}, {stored}, {(atEnd ? "before" : "behind")} a guard");
                    string path = folder.Write($"{cases++}.safetensors", GuardedFile.Build(
                        expected.Parameters.Select(p => (p.Name, p.Shape.ToArray(), expected[p.Name].ToArray())), stored, atEnd));
                    foreach (int parts in (int[])[1, 2, 3, 5, 7])
                    {
                        Check(network, expected, path, parts, keeps: true);
                        Check(network, expected, path, parts, keeps: false);
                    }
                    File.Delete(path);
                }
            }
        }
        Console.WriteLine($"cases {cases}");
        return 0;
    }

    // As LoadWeights does it, on a file whose guards are up.
    private static void Check(Type network, WeightStore expected, string path, int parts, bool keeps)
    {
        WeightStore loaded = Create(network, keeps);
        using SafetensorsFile file = SafetensorsFile.Open(path, SafetensorsAccess.Mapped);
        GuardedFile.Protect(file);
        foreach (ParameterInfo parameter in loaded.Parameters)
        {
            Assert.True(file.TryGet(parameter.Name, out SafetensorsEntry? entry));
            Assert.Equal(-1, file.IndexOfNonFinite(entry, out _));
        }
        FieldInfo kept = typeof(WeightStore).GetField("_values", BindingFlags.Instance | BindingFlags.NonPublic)!;
        var loader = new WeightLoader(file, loaded.Parameters, (float[])kept.GetValue(loaded)!);
        loader.Run(new WeightLoadOptions { Scheduler = parts == 1 ? null : new Backwards(parts) }, loaded.NetworkName,
            Method("Pack").CreateDelegate<WeightLoader.Packer>(loaded), Method("PackRest").CreateDelegate<WeightLoader.RestPacker>(loaded));
        if (!MemoryMarshal.AsBytes<float>(Packed(expected)).SequenceEqual(MemoryMarshal.AsBytes<float>(Packed(loaded))))
            Console.WriteLine($"failure {network.DeclaringType!.FullName}: packed otherwise in {parts} parts");
        if (!expected.AllValues[..loaded.AllValues.Length].SequenceEqual(loaded.AllValues))
            Console.WriteLine($"failure {network.DeclaringType!.FullName}: other parameters in {parts} parts");

        static MethodInfo Method(string name) => typeof(WeightStore).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
    }

    // Values that 16 bits can hold in either way.
    private static WeightStore Filled(Type network)
    {
        WeightStore weights = Create(network, keeps: true);
        foreach (ParameterInfo parameter in weights.Parameters)
        {
            Span<float> values = weights.Mutable(parameter.Name);
            for (int i = 0; i < values.Length; i++)
            {
                bool isPositive = parameter.Name.EndsWith("running_var", StringComparison.Ordinal);
                values[i] = isPositive ? (i % 5 + 1) * 0.25f : (i % 13 - 6) * 0.125f;
            }
        }
        network.GetMethod("Pack", BindingFlags.Instance | BindingFlags.NonPublic, [])!.Invoke(weights, null);
        return weights;
    }

    private static WeightStore Create(Type network, bool keeps) =>
        (WeightStore)Activator.CreateInstance(network, BindingFlags.Instance | BindingFlags.NonPublic, null, [keeps], null)!;

    private static ArraySegment<float> Packed(WeightStore weights) =>
        (ArraySegment<float>)weights.GetType().GetField("Packed", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(weights)!;
}
