using System.Reflection;
using System.Runtime.InteropServices;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Runtime;
using ModelGen.Tests.Reference;
using ModelGen.Tests.Threads;

namespace ModelGen.Tests.Harness;

/// <summary>
/// Runs a compiled network in every way that must give the same bits, and holds inference and three training steps against the reference:
/// on memory of which nothing is a number before it is written, twice, in another instance, in 1 to 7 parts of which the last one runs
/// first, on threads, for 1 and for 3 samples.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="compiled">The same, compiled.</param>
/// <param name="guarded">Whether it was compiled to have its memory between guards.</param>
/// <param name="divisions">Numbers of parts to divide it into.</param>
internal sealed class WholeCheck(WholeCase network, WholeNetwork compiled, bool guarded, int[] divisions)
{
    private const int Steps = 3;
    private const string Losses = "the losses";
    private const double MostOfFloats = 1e18;

    // Values for which the reference itself depends on roundings are drawn again.
    private const int Draws = 4;

    /// <summary>What is wrong.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>What could not be said, because no values were found for which the reference does not depend on roundings.</summary>
    public List<string> Undecided { get; } = [];

    private Graph Graph => network.Graph;

    public void Run()
    {
        Decide("inference", Inference);
        if (network.Training is null)
            return;
        Decide("training", seed => Training(seed, WholeCase.MostSamples, divisions));
        (Graph step, _) = network.TrainingGraphs();
        // A batch normalisation has no variance of one value.
        if (!step.Nodes.Any(n => n.Is(OpNames.UpdateRunningStatistics) && n.Attributes.Int("pixels") == 1))
            Decide("training of one sample", seed => Training(seed, 1, divisions[^1..]));
    }

    private void Decide(string what, Func<int, bool> decides)
    {
        for (int draw = 0; draw < Draws; draw++)
        {
            if (decides(network.Seed + 1_000_000 * draw))
                return;
        }
        Undecided.Add(what);
    }

    private bool Inference(int seed)
    {
        const int Samples = WholeCase.MostSamples;
        Dictionary<string, double[]> values = Rounded(RandomGraphs.Values(Graph, Samples, seed));
        WeightStore weights = compiled.CreateWeights(Parameters(values));
        object instance = NewInstance(weights);
        Dictionary<string, float[]> first = Forward(instance, values, Samples);
        bool isDecided = CompareInference("inference", first, values, Samples);
        SameBits("inference once more", first, Forward(instance, values, Samples));
        SameBits("inference in an instance with its own memory", first, Forward(compiled.Create(weights, null), values, Samples));
        foreach (int parts in divisions)
        {
            object divided = NewInstance(weights);
            compiled.Use(divided, 1, new Backwards(parts));
            SameBits(FormattableString.Invariant($"inference in {parts} parts"), first, Forward(divided, values, Samples));
        }
        object threaded = NewInstance(weights);
        compiled.Use(threaded, 2, null);
        SameBits("inference on two threads", first, Forward(threaded, values, Samples));
        compiled.Use(threaded, 1, null);
        if (network.Batch > 1)
        {
            string[] inputs = [.. Graph.Inputs.Select(i => i.Name)];
            Dictionary<string, double[]> one = values.ToDictionary(
                v => v.Key, v => inputs.Contains(v.Key) ? v.Value[..(v.Value.Length / Samples)] : v.Value);
            isDecided &= CompareInference("inference of one sample", Forward(instance, one, 1), one, 1);
        }
        if (guarded)
            PackFromGuarded(weights);
        return isDecided;
    }

    private bool CompareInference(string what, Dictionary<string, float[]> actual, Dictionary<string, double[]> values, int samples)
    {
        Dictionary<string, double[]> stored = network.Stored(values);
        Graph computed = network.InferenceGraph();
        return Compare(what, actual, new RoundingSamples(rounding => ReferenceInterpreter.Outputs(
            rounding is null ? Graph : computed, samples, stored, TrainingStep.None with { Rounding = rounding })));
    }

    private object NewInstance(WeightStore weights)
    {
        if (guarded)
            return compiled.Create(weights, null);
        // As many spare floats as an arena that a caller brings needs, and the rest of a line of the cache.
        float[] arena = GC.AllocateUninitializedArray<float>(compiled.ArenaFloats + AlignedMemory.SpareFloats + 16, pinned: true);
        arena.AsSpan().Fill(float.NaN);
        return compiled.Create(weights, arena);
    }

    private Dictionary<string, float[]> Forward(object instance, Dictionary<string, double[]> values, int samples)
    {
        var results = Graph.Outputs.ToDictionary(o => o.Name, o => new float[LengthOf(o.Value) * samples]);
        for (int done = 0; done < samples; done += network.Batch)
        {
            int now = Math.Min(network.Batch, samples - done);
            CallersFloats[] inputs = [.. Graph.Inputs.Select(i =>
                Callers(values[i.Name].AsSpan(done * LengthOf(i.Id), now * LengthOf(i.Id))))];
            CallersFloats[] outputs = [.. Graph.Outputs.Select(o => new CallersFloats(LengthOf(o.Value) * now, guarded))];
            compiled.Forward(instance, CallersFloats.Addresses(inputs), CallersFloats.Addresses(outputs), now);
            foreach ((GraphOutput output, CallersFloats memory) in Graph.Outputs.Zip(outputs))
            {
                memory.Span.CopyTo(results[output.Name].AsSpan(LengthOf(output.Value) * done));
                if (!memory.IsIntact)
                    Failures.Add($"inference: memory around {output.Name} was overwritten");
            }
            GC.KeepAlive(inputs);
        }
        return results;
    }

    private int LengthOf(int value) => checked((int)Graph[value].Shape.Length);

    private bool Training(int seed, int samples, int[] parts)
    {
        (Graph step, Graph evaluation) = network.TrainingGraphs();
        Dictionary<string, double[]> values = Rounded(RandomGraphs.Values(step, samples, seed));
        // What only Forward reads keeps its values.
        foreach ((string name, double[] value) in Rounded(RandomGraphs.Values(Graph, samples, seed)))
            values.TryAdd(name, value);
        var rounding = new RoundingSamples(each => Reference(step, evaluation, values, samples, each));
        // Floats do not reach as far as a training that diverges may come.
        if (!(rounding.Exact.Values.Max(v => v.Select(Math.Abs).DefaultIfEmpty().Max()) < MostOfFloats))
            return false;
        WeightStore weights = compiled.CreateWeights(Parameters(values));
        string what = FormattableString.Invariant($"training of {samples} samples");
        Dictionary<string, float[]> first = Train(weights, values, samples, null);
        bool isDecided = Compare(what, first, rounding);
        foreach (int each in parts)
            SameBits(FormattableString.Invariant($"{what} in {each} parts"), first, Train(weights, values, samples, new Backwards(each)));
        return isDecided;
    }

    private Dictionary<string, float[]> Train(WeightStore weights, Dictionary<string, double[]> values, int samples,
        IParallelScheduler? scheduler)
    {
        object trainer = compiled.CreateTrainer(weights, network.CreateOptimizer())!;
        if (!guarded)
        {
            FieldInfo field = trainer.GetType().GetField("_arena", BindingFlags.Instance | BindingFlags.NonPublic)!;
            ((ArraySegment<float>)field.GetValue(trainer)!).Array.AsSpan().Fill(float.NaN);
        }
        compiled.UseInTraining(trainer, 1, scheduler);
        CallersFloats[] memories = [.. Graph.Inputs.Select(i => Callers(values[i.Name]))];
        CallersFloats wanted = network.Training!.IsOfClasses
            ? new CallersFloats([.. values[ValueNames.Labels].Select(l => BitConverter.Int32BitsToSingle((int)l))], guarded)
            : Callers(values[ValueNames.Targets]);
        nint[] inputs = CallersFloats.Addresses(memories);
        float[] losses = new float[Steps + 1];
        for (int i = 0; i < Steps; i++)
            losses[i] = compiled.TrainStep(trainer, inputs, wanted.Address, samples);
        losses[Steps] = (float)compiled.Evaluate(trainer, inputs, wanted.Address, samples);
        GC.KeepAlive(memories);
        GC.KeepAlive(wanted);
        WeightStore trained = compiled.ToWeights(trainer);
        var results = Graph.Parameters.ToDictionary(p => p.Name, p => trained[p.Name].ToArray());
        results.Add(Losses, losses);
        return results;
    }

    private Dictionary<string, double[]> Reference(
        Graph graph, Graph evaluation, Dictionary<string, double[]> given, int samples, Rounding? rounding)
    {
        Dictionary<string, double[]> values = CentralDifferences.Copy(given);
        GradientDescent optimizer = network.CreateOptimizer();
        double[] losses = new double[Steps + 1];
        for (int i = 0; i < Steps; i++)
        {
            TrainingStep step = TrainingStep.None with { Optimizer = optimizer, Updates = i, Rounding = rounding };
            if (network.Training![TrainableOption.AccumulateGradients])
            {
                // The same samples before: what that would change is put back, sums of gradients and running averages apart.
                Dictionary<string, double[]> pass = CentralDifferences.Copy(values);
                ReferenceInterpreter.Outputs(graph, samples, pass, step);
                foreach (string name in values.Keys.Where(IsKept))
                    values[name] = pass[name];
                step = step with { Accumulated = samples };
            }
            losses[i] = ReferenceInterpreter.Outputs(graph, samples, values, step)[ValueNames.Loss][0];
        }
        losses[Steps] = ReferenceInterpreter.Outputs(
            evaluation, samples, values, TrainingStep.None with { Rounding = rounding })[ValueNames.Loss][0];
        var results = Graph.Parameters.ToDictionary(p => p.Name, p => values[p.Name]);
        results.Add(Losses, losses);
        return results;
    }

    private static bool IsKept(string parameter) =>
        parameter.StartsWith("gradient.", StringComparison.Ordinal) || parameter.Contains("running_", StringComparison.Ordinal);

    // As from a mapped file: each parameter between guards of its own.
    private void PackFromGuarded(WeightStore weights)
    {
        ParameterInfo[] parameters = [.. weights.Parameters.OrderBy(p => p.Offset).ThenBy(p => p.Length)];
        int[] offsets = [.. parameters.Select(p => p.Offset)];
        nint[] addresses = CallersFloats.Addresses([.. parameters.Select(p => new CallersFloats(weights[p.Name], guarded))]);
        float[] packed = compiled.PackedOf(weights).ToArray();
        var pack = Method("Pack").CreateDelegate<WeightLoader.Packer>(weights);
        var packRest = Method("PackRest").CreateDelegate<WeightLoader.RestPacker>(weights);
        for (int parts = 1; parts <= 7; parts++)
        {
            for (int part = parts - 1; part >= 0; part--)
                pack(new ParameterSource(offsets, addresses), part, parts);
            packRest(new ParameterSource(offsets, addresses));
            if (!MemoryMarshal.AsBytes<float>(packed).SequenceEqual(MemoryMarshal.AsBytes(compiled.PackedOf(weights))))
                Failures.Add(FormattableString.Invariant($"packing in {parts} parts: other bits"));
        }

        static MethodInfo Method(string name) => typeof(WeightStore).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
    }

    // Whether it says anything: values are drawn again where rounding alone moves a result by more than a hundredth of its size.
    private bool Compare(string what, Dictionary<string, float[]> actual, RoundingSamples rounding)
    {
        const double Most = 0.01;
        bool isDecided = true;
        foreach ((string name, double[] exact) in rounding.Exact)
        {
            if (rounding.Compare(name, actual[name]) is string failure)
                Failures.Add($"{what}: {failure}");
            isDecided &= rounding.Bound(name) <= Most * exact.Select(Math.Abs).DefaultIfEmpty().Max();
        }
        return isDecided;
    }

    private void SameBits(string what, Dictionary<string, float[]> first, Dictionary<string, float[]> again)
    {
        foreach ((string name, float[] values) in first)
        {
            if (!MemoryMarshal.AsBytes<float>(values).SequenceEqual(MemoryMarshal.AsBytes<float>(again[name])))
                Failures.Add($"{what}: {name} has other bits");
        }
    }

    private CallersFloats Callers(ReadOnlySpan<double> values) => new(Floats(values), guarded);

    private Dictionary<string, float[]> Parameters(Dictionary<string, double[]> values) =>
        Graph.Parameters.ToDictionary(p => p.Name, p => Floats(values[p.Name]), StringComparer.Ordinal);

    private static Dictionary<string, double[]> Rounded(Dictionary<string, double[]> values) =>
        values.ToDictionary(v => v.Key, v => (double[])[.. v.Value.Select(x => (double)(float)x)], StringComparer.Ordinal);

    private static float[] Floats(ReadOnlySpan<double> values)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = (float)values[i];
        return floats;
    }
}
