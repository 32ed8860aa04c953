using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ModelGen.Runtime;
using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>
/// Packs a network's parameters straight from memory that holds the file, in pieces for several threads, and copies what is to be kept.
/// Where the file is not in memory, has parameters not as the processor has floats (F16, BF16, or at an odd address), or lacks some, they
/// are read or made in memory first.
/// </summary>
internal sealed unsafe class WeightLoader
{
    // Floats that are read at a time: between two, somebody may be told, or say stop.
    private const int MostFloats = 1 << 20;

    /// <summary>Packs a part of the parameters; <c>part</c> of <c>parts</c>.</summary>
    public delegate void Packer(ParameterSource parameters, int part, int parts);

    /// <summary>Packs what is left when all parts are done.</summary>
    public delegate void RestPacker(ParameterSource parameters);

    private readonly SafetensorsFile _file;
    private readonly ParameterInfo[] _parameters;
    // Null for those that are skipped.
    private readonly SafetensorsEntry?[] _entries;
    // Where the parameters stand in the network's order.
    private readonly int[] _order;
    private readonly float[] _kept;

    /// <param name="file">A file that was checked against the parameters.</param>
    /// <param name="parameters">The network's parameters, in its order.</param>
    /// <param name="kept">The network's memory; parameters beyond its end are not kept.</param>
    /// <param name="skipped">Which of them get first values instead.</param>
    public WeightLoader(SafetensorsFile file, IEnumerable<ParameterInfo> parameters, float[] kept, SkippedNames? skipped = null)
    {
        _file = file;
        ParameterInfo[] inOrder = [.. parameters];
        _parameters = [.. inOrder.OrderBy(p => p.Offset).ThenBy(p => p.Length)];
        _entries = [.. _parameters.Select(p => skipped?.Match(p.Name) == true ? null
            : file.TryGet(p.Name, out SafetensorsEntry? entry) ? entry : throw new InvalidOperationException("the file was not checked"))];
        _order = [.. inOrder.Select(p => Array.IndexOf(_parameters, p))];
        _kept = kept;
    }

    private long Length => _parameters.Sum(p => (long)p.Length);

    /// <exception cref="InvalidOperationException">The options' scheduler did not do all parts.</exception>
    /// <exception cref="NonFiniteWeightException">A value is NaN or infinite, and the options reject such.</exception>
    public void Run(WeightLoadOptions options, string network, Packer pack, RestPacker packRest)
    {
        var progress = new LoadProgress(options.Progress, options.Cancellation);
        if (options.RejectNonFinite && !_file.IsForward)
            CheckFile(network);
        if (options.Scheduler is null && options.Parallelism > 1 && PlatformThreads.AreThere)
        {
            using var team = new WorkerTeam(options.Parallelism);
            Run(team);
        }
        else
        {
            Run(options.Scheduler);
        }
        progress.End();

        void Run(IParallelScheduler? scheduler)
        {
            if (IsPackedInPlace())
                PackInPlace(new WeightWork(scheduler, network, progress), pack, packRest);
            else
                PackCopy(new WeightWork(scheduler, network, progress), options, pack, packRest);
        }
    }

    // Whether the file has all parameters in memory as the processor has floats.
    private bool IsPackedInPlace() => _file.IsMapped && BitConverter.IsLittleEndian
        && _entries.All(e => e?.Dtype == SafetensorsDtype.F32 && _file.AddressOf(e) % sizeof(float) == 0);

    private void PackInPlace(WeightWork pieces, Packer pack, RestPacker packRest)
    {
        int[] offsets = [.. _parameters.Select(p => p.Offset)];
        nint[] addresses = [.. _entries.Select(e => _file.AddressOf(e!))];
        pieces.Progress.Begin(Length);
        pieces.Run((part, parts) =>
        {
            Copy(_kept, part, parts, null);
            pack(new ParameterSource(offsets, addresses), part, parts);
            pieces.Progress.Add(Length / parts);
        });
        packRest(new ParameterSource(offsets, addresses));
    }

    private void PackCopy(WeightWork pieces, WeightLoadOptions options, Packer pack, RestPacker packRest)
    {
        int length = _parameters.Length == 0 ? 0 : _parameters[^1].Offset + _parameters[^1].Length;
        float[] copy = _kept.Length >= length ? _kept : new float[length];
        // Reading, and packing.
        pieces.Progress.Begin(2 * Length);
        if (_file.IsForward)
            ReadForward(copy, pieces.Progress);
        else
            pieces.Run((part, parts) => Copy(copy, part, parts, pieces.Progress));
        for (int i = 0; i < _parameters.Length; i++)
        {
            ParameterInfo parameter = _parameters[i];
            if (_entries[i] is null)
                WeightInitialization.Fill(parameter, options.Seed, copy.AsSpan(parameter.Offset, parameter.Length));
        }
        if (options.RejectNonFinite && _file.IsForward)
            CheckMemory(pieces.Network, copy);
        pieces.Run((part, parts) =>
        {
            pack(new ParameterSource(ref MemoryMarshal.GetArrayDataReference(copy)), part, parts);
            pieces.Progress.Add(Length / parts);
        });
        packRest(new ParameterSource(ref MemoryMarshal.GetArrayDataReference(copy)));
        if (copy != _kept)
            copy.AsSpan(0, _kept.Length).CopyTo(_kept);
    }

    // In the order of the data: what has passed does not come again.
    private void ReadForward(float[] memory, LoadProgress progress)
    {
        foreach (int i in Enumerable.Range(0, _entries.Length).Where(i => _entries[i] is not null).OrderBy(i => _entries[i]!.Begin)
            .ThenBy(i => _entries[i]!.End))
            Read(i, 0, _parameters[i].Length, memory, progress);
        _file.CheckEnd();
    }

    // All that fits is one long row of floats, of which each part copies a piece.
    private void Copy(float[] memory, int part, int parts, LoadProgress? progress)
    {
        long total = _parameters.Where(p => p.Offset + p.Length <= memory.Length).Sum(p => (long)p.Length);
        (long first, long end) = (part * total / parts, (part + 1) * total / parts);
        long at = 0;
        for (int i = 0; i < _parameters.Length && _parameters[i].Offset + _parameters[i].Length <= memory.Length; i++)
        {
            ParameterInfo parameter = _parameters[i];
            int start = (int)Math.Clamp(first - at, 0, parameter.Length), stop = (int)Math.Clamp(end - at, 0, parameter.Length);
            if (start < stop && _entries[i] is not null)
                Read(i, start, stop, memory, progress);
            at += parameter.Length;
        }
    }

    private void Read(int index, int start, int stop, float[] memory, LoadProgress? progress)
    {
        for (int done = start; done < stop; done += MostFloats)
        {
            int count = Math.Min(MostFloats, stop - done);
            _file.Read(_entries[index]!, done, memory.AsSpan(_parameters[index].Offset + done, count));
            progress?.Add(count);
        }
    }

    // Before anything of it is kept. The first one is told of, in the network's order.
    private void CheckFile(string network)
    {
        foreach (SafetensorsEntry entry in EntriesInOrder())
        {
            long index = _file.IndexOfNonFinite(entry, out float value);
            if (index >= 0)
                throw new NonFiniteWeightException(network, _file.Path, entry, index, value);
        }
    }

    private IEnumerable<SafetensorsEntry> EntriesInOrder() => _order.Select(i => _entries[i]).OfType<SafetensorsEntry>();

    private void CheckMemory(string network, float[] memory)
    {
        foreach (SafetensorsEntry entry in EntriesInOrder())
        {
            ParameterInfo parameter = _parameters[Array.IndexOf(_entries, entry)];
            ReadOnlySpan<float> values = memory.AsSpan(parameter.Offset, parameter.Length);
            if (TensorPrimitives.IsFiniteAll(values))
                continue;
            int index = 0;
            while (float.IsFinite(values[index]))
                index++;
            throw new NonFiniteWeightException(network, _file.Path, entry, index, values[index]);
        }
    }
}
