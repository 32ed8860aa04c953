using System.Runtime.InteropServices;
using ModelGen.Runtime;
using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>
/// Packs a network's parameters straight from a mapped file, in pieces for several threads, and copies what is to be kept. Where the file is not mapped, or has parameters not as the
/// processor has floats (F16, BF16, or at an odd address), they are read into memory first.
/// </summary>
internal sealed unsafe class WeightLoader
{
    /// <summary>Packs a part of the parameters; <c>part</c> of <c>parts</c>.</summary>
    public delegate void Packer(ParameterSource parameters, int part, int parts);

    /// <summary>Packs what is left when all parts are done.</summary>
    public delegate void RestPacker(ParameterSource parameters);

    private readonly SafetensorsFile _file;
    private readonly ParameterInfo[] _parameters;
    private readonly SafetensorsEntry[] _entries;
    private readonly float[] _kept;

    /// <param name="file">A file that was checked against the parameters.</param>
    /// <param name="parameters">The network's parameters, in any order.</param>
    /// <param name="kept">The network's memory; parameters beyond its end are not kept.</param>
    public WeightLoader(SafetensorsFile file, IEnumerable<ParameterInfo> parameters, float[] kept)
    {
        _file = file;
        _parameters = [.. parameters.OrderBy(p => p.Offset).ThenBy(p => p.Length)];
        _entries = [.. _parameters.Select(p => file.TryGet(p.Name, out SafetensorsEntry? entry) ? entry : throw new InvalidOperationException("the file was not checked"))];
        _kept = kept;
    }

    /// <exception cref="InvalidOperationException">The options' scheduler did not do all parts.</exception>
    public void Run(WeightLoadOptions options, string network, Packer pack, RestPacker packRest)
    {
        if (options.Scheduler is null && options.Parallelism > 1)
        {
            using var team = new WorkerTeam(options.Parallelism);
            Run(team, network, pack, packRest);
        }
        else
        {
            Run(options.Scheduler, network, pack, packRest);
        }
    }

    private void Run(IParallelScheduler? scheduler, string network, Packer pack, RestPacker packRest)
    {
        nint[] addresses = _file.IsMapped ? [.. _entries.Select(_file.AddressOf)] : [];
        if (_file.IsMapped && BitConverter.IsLittleEndian && _entries.All(e => e.Dtype == SafetensorsDtype.F32) && addresses.All(a => a % sizeof(float) == 0))
        {
            int[] offsets = [.. _parameters.Select(p => p.Offset)];
            InParts(scheduler, network, (part, parts) =>
            {
                Copy(_kept, part, parts);
                pack(new ParameterSource(offsets, addresses), part, parts);
            });
            packRest(new ParameterSource(offsets, addresses));
            return;
        }
        int length = _parameters.Length == 0 ? 0 : _parameters[^1].Offset + _parameters[^1].Length;
        float[] converted = _kept.Length >= length ? _kept : new float[length];
        InParts(scheduler, network, (part, parts) => Copy(converted, part, parts));
        InParts(scheduler, network, (part, parts) => pack(new ParameterSource(ref MemoryMarshal.GetArrayDataReference(converted)), part, parts));
        packRest(new ParameterSource(ref MemoryMarshal.GetArrayDataReference(converted)));
        if (converted != _kept)
            Copy(_kept, 0, 1);
    }

    // All that fits is one long row of floats, of which each part copies a piece.
    private void Copy(float[] memory, int part, int parts)
    {
        long total = _parameters.Where(p => p.Offset + p.Length <= memory.Length).Sum(p => (long)p.Length);
        (long first, long end) = (part * total / parts, (part + 1) * total / parts);
        long at = 0;
        for (int i = 0; i < _parameters.Length && _parameters[i].Offset + _parameters[i].Length <= memory.Length; i++)
        {
            ParameterInfo parameter = _parameters[i];
            int start = (int)Math.Clamp(first - at, 0, parameter.Length), stop = (int)Math.Clamp(end - at, 0, parameter.Length);
            if (start < stop)
                _file.Read(_entries[i], start, memory.AsSpan(parameter.Offset + start, stop - start));
            at += parameter.Length;
        }
    }

    private static void InParts(IParallelScheduler? scheduler, string network, Action<int, int> work)
    {
        if (scheduler is null)
        {
            work(0, 1);
            return;
        }
        var ledger = new PartLedger(network);
        int parts = ledger.Begin(scheduler);
        string? failure = ledger.Run(scheduler, part =>
        {
            if (!ledger.TryBegin(part))
                return;
            try
            {
                work(part, parts);
            }
            catch (Exception e)
            {
                ledger.End(part, e);
                throw;
            }
            ledger.End(part);
        });
        if (failure is not null)
            throw new InvalidOperationException(failure);
    }
}
