using System.Runtime.InteropServices;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Tests.Reference;

namespace ModelGen.Tests.Harness;

/// <summary>
/// One run of a compiled graph with what must come out of it. Values are known by the names of inputs, parameters and outputs.
/// </summary>
internal sealed class GraphCheck(GraphFunction function, int samples)
{
    private const int Margin = 64;

    public GraphFunction Function => function;

    public int Samples => samples;

    /// <summary>Inputs and parameters.</summary>
    public Dictionary<string, float[]> Values { get; } = [];

    /// <summary>Integer inputs.</summary>
    public Dictionary<string, int[]> Labels { get; } = [];

    /// <summary>Outputs, and parameters that change.</summary>
    public Dictionary<string, Expected> Expected { get; } = [];

    /// <summary>Parameters that are kept otherwise than they are given, in fewer bits, as they are kept.</summary>
    public Dictionary<string, double[]> Kept { get; } = [];

    public GradientDescent Optimizer { get; init; } = new Sgd();

    /// <summary>Random values, of which no more is expected than of every check: what plain loops make of them, and rounding.</summary>
    public static GraphCheck OfReference(GraphFunction function, int samples, int seed)
    {
        var check = new GraphCheck(function, samples);
        foreach ((string name, double[] values) in RandomGraphs.Values(function.Graph, samples, seed))
            check.Values[name] = [.. values.Select(v => (float)v)];
        return check;
    }

    /// <summary>Runs the graph, once more, and in several parts as threads would, and says what is wrong.</summary>
    public IEnumerable<string> Failures(GeneratedLibrary library)
    {
        GraphMethod method = library[function];
        Dictionary<string, float[]> first = Run(method, 1, out string? written);
        if (written is not null)
            yield return written;
        foreach ((string name, Expected expected) in Expected)
        {
            string? failure = first.TryGetValue(name, out float[]? actual) ? expected.Compare(name, actual)
                : $"{name}: the graph does not compute it";
            if (failure is not null)
                yield return failure;
        }
        foreach (string failure in OutOfBounds(first))
            yield return failure;
        foreach (int parts in (int[])[1, 2, 3, 5, 7])
        {
            Dictionary<string, float[]> again = Run(method, parts, out written);
            if (written is not null)
                yield return $"in {parts} parts: {written}";
            foreach ((string name, float[] values) in first)
            {
                if (!MemoryMarshal.AsBytes<float>(values).SequenceEqual(MemoryMarshal.AsBytes<float>(again[name])))
                    yield return $"{name}: another result when run again in {parts} parts";
            }
        }
    }

    // Beside what each test expects, everything is held against what rounding can explain. Infinities and NaN are left to tests of their
    // own.
    private IEnumerable<string> OutOfBounds(Dictionary<string, float[]> results)
    {
        if (Values.Values.Any(v => v.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue)))
            return [];
        Dictionary<string, double[]> values = Values.ToDictionary(v => v.Key, v => Kept.TryGetValue(v.Key, out double[]? kept) ? kept
            : v.Value.Select(x => (double)x).ToArray());
        foreach ((string name, int[] labels) in Labels)
            values[name] = [.. labels.Select(l => (double)l)];
        var errors = new Dictionary<string, double[]>();
        Dictionary<string, Bounded> bounds =
            RunningErrorInterpreter.Outputs(function.Graph, samples, values, errors, TrainingStep.None with { Optimizer = Optimizer });
        foreach (Node parameter in function.Graph.Parameters.Where(p => !Kept.ContainsKey(p.Name)))
            bounds.TryAdd(parameter.Name, new Bounded(values[parameter.Name], errors[parameter.Name]));
        return bounds.Select(b => b.Value.Compare(b.Key, results[b.Key])).OfType<string>();
    }

    /// <summary>Runs the graph and returns outputs and parameters by name.</summary>
    /// <param name="parts">Into how many parts each step is divided.</param>
    public Dictionary<string, float[]> Run(GeneratedLibrary library, int parts = 1)
    {
        Dictionary<string, float[]> results = Run(library[function], parts, out string? written);
        return written is null ? results : throw new InvalidOperationException(written);
    }

    private Dictionary<string, float[]> Run(GraphMethod method, int parts, out string? written)
    {
        Graph graph = function.Graph;
        Memory<float>[] inputs = [.. graph.Inputs.Where(i => i.Type.Element == ElementType.F32).Select(i => Surrounded(Values[i.Name]))];
        int[][] labels = [.. graph.Inputs.Where(i => i.Type.Element == ElementType.I32).Select(i => Labels[i.Name])];
        float[][] parameters = [.. graph.Parameters.Select(p => (float[])Values[p.Name].Clone())];
        Memory<float>[] outputs = [.. Enumerable.Range(0, graph.Outputs.Count)
            .Select(i => Surrounded(new float[function.OutputLength(i, samples)]))];
        method(inputs, labels, parameters, outputs, samples, Optimizer, parts);

        var results = new Dictionary<string, float[]>();
        written = null;
        for (int i = 0; i < outputs.Length; i++)
        {
            results[graph.Outputs[i].Name] = outputs[i].ToArray();
            if (!IsIntact(outputs[i]))
                written = $"{graph.Outputs[i].Name}: memory around it was overwritten";
        }
        foreach ((Node parameter, int i) in graph.Parameters.Select((p, i) => (p, i)))
            results[parameter.Name] = parameters[i];
        return results;
    }

    // The caller's memory amid NaN: reading beyond it shows in results, writing beyond it in the surroundings.
    private static Memory<float> Surrounded(float[] values)
    {
        float[] memory = new float[values.Length + 2 * Margin];
        memory.AsSpan().Fill(float.NaN);
        values.CopyTo(memory, Margin);
        return memory.AsMemory(Margin, values.Length);
    }

    private static bool IsIntact(Memory<float> values)
    {
        MemoryMarshal.TryGetArray(values, out ArraySegment<float> segment);
        return segment.Array!.Take(Margin).Concat(segment.Array!.TakeLast(Margin)).All(float.IsNaN);
    }
}
