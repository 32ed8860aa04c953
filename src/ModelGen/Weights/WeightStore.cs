using System.Runtime.InteropServices;
using ModelGen.Runtime;
using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>The parameters of one network, in PyTorch's layout: the base of every generated <c>Weights</c> class.</summary>
/// <remarks>
/// One block of floats holds all parameters, each row-major at the offset its <see cref="ParameterInfo"/> gives; what lies between them
/// (padding for alignment) stays 0. Generated code packs kernels' own layouts from it. Reading is safe from many threads at once;
/// the protected members write and are for construction and training.
/// </remarks>
public abstract class WeightStore
{
    readonly ParameterInfo[] _parameters;
    readonly Dictionary<string, ParameterInfo> _byName;
    readonly float[] _values;

    /// <summary>Allocates the memory, all 0.</summary>
    /// <param name="networkName">The network's class, for messages.</param>
    /// <param name="parameters">All parameters, in <c>state_dict</c> order; kept, not copied.</param>
    /// <param name="lengthInFloats">Size of the memory, in floats.</param>
    /// <param name="keptInFloats">Floats of it that are there, where not all parameters are kept: those beyond can be packed, but not read.
    /// Negative for all.</param>
    /// <exception cref="ArgumentException">A name stands twice, or a parameter lies outside the memory or over another one.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lengthInFloats"/> is negative.</exception>
    protected WeightStore(string networkName, ParameterInfo[] parameters, int lengthInFloats, int keptInFloats = -1)
    {
        ArgumentException.ThrowIfNullOrEmpty(networkName);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthInFloats);
        NetworkName = networkName;
        _parameters = parameters;
        Parameters = Array.AsReadOnly(parameters);
        _byName = new(parameters.Length, StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            if (!_byName.TryAdd(parameter.Name, parameter))
                throw new ArgumentException(
                    $"Network '{networkName}': expected each parameter name once, actual {MessageText.Quote(parameter.Name)} twice.",
                    nameof(parameters));
        }
        int end = 0;
        foreach (var parameter in parameters.OrderBy(p => p.Offset).ThenBy(p => p.Length))
        {
            if (parameter.Offset < end)
                throw new ArgumentException(
                    $"Network '{networkName}': expected parameter {MessageText.Quote(parameter.Name)} at " + MessageText.Invariant(
                    $"offset {end} or later, after the one before it, actual {parameter.Offset}."), nameof(parameters));
            end = parameter.Offset + parameter.Length;
        }
        if (end > lengthInFloats)
            throw new ArgumentException(
                MessageText.Invariant($"Network '{networkName}': expected room for {end} floats, actual {lengthInFloats}."),
                nameof(lengthInFloats));
        _values = new float[keptInFloats < 0 ? lengthInFloats : Math.Min(keptInFloats, lengthInFloats)];
        KeepsParameters = end <= _values.Length;
    }

    /// <summary>The network's class.</summary>
    public string NetworkName { get; }

    /// <summary>All parameters and running statistics, in <c>state_dict</c> order.</summary>
    public IReadOnlyList<ParameterInfo> Parameters { get; }

    /// <summary>
    /// Whether all parameters can be read. Not after loading without <see cref="WeightLoadOptions.KeepParameters"/>: then most are there in
    /// their packed form alone.
    /// </summary>
    public bool KeepsParameters { get; }

    /// <summary>The whole memory, as far as it is kept: each parameter at its <see cref="ParameterInfo.Offset"/>.</summary>
    public ReadOnlySpan<float> AllValues => _values;

    /// <summary>The values of one parameter, row-major.</summary>
    /// <param name="name">Its <c>state_dict</c> key.</param>
    /// <exception cref="KeyNotFoundException">The network has no such parameter; the message names the nearest ones.</exception>
    /// <exception cref="InvalidOperationException">The parameter was not kept, see <see cref="KeepsParameters"/>.</exception>
    public ReadOnlySpan<float> this[string name] => Mutable(name);

    /// <summary>The whole memory, to write: each parameter at its <see cref="ParameterInfo.Offset"/>.</summary>
    protected internal Span<float> Values => _values;

    /// <summary>The values of one parameter, row-major, to write.</summary>
    /// <param name="name">Its <c>state_dict</c> key.</param>
    /// <exception cref="KeyNotFoundException">The network has no such parameter; the message names the nearest ones.</exception>
    /// <exception cref="InvalidOperationException">The parameter was not kept, see <see cref="KeepsParameters"/>.</exception>
    protected internal Span<float> Mutable(string name)
    {
        var parameter = Find(name);
        ThrowIfNotKept(parameter);
        return _values.AsSpan(parameter.Offset, parameter.Length);
    }

    /// <summary>Writes all parameters to a safetensors file, as <c>safetensors.torch.save_file(model.state_dict())</c> would.</summary>
    /// <remarks>
    /// Atomic: a file that is there is replaced only once the new one is complete on the disk. Equal weights give equal bytes.
    /// </remarks>
    /// <param name="path">The file to write.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    /// <exception cref="InvalidOperationException">Not all parameters were kept, see <see cref="KeepsParameters"/>.</exception>
    public void Save(string path)
    {
        ThrowIfNotKept();
        var tensors = new SafetensorsTensor[_parameters.Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            var parameter = _parameters[i];
            tensors[i] = new(parameter.Name, parameter.Shape.Select(d => (long)d).ToArray(), MemoryOf(parameter));
        }
        SafetensorsWriter.Write(path, tensors);
    }

    /// <summary>
    /// Reads all parameters that are not skipped from safetensors of dtype F32, F16 or BF16, and packs them. All or nothing.
    /// </summary>
    /// <param name="source">A file, a stream or memory. Its keys must be the parameters' names; PyTorch's <c>num_batches_tracked</c>
    /// counters are ignored.</param>
    /// <param name="options">Threads, what is skipped, which values are errors. Whether parameters are kept was decided by the
    /// constructor.</param>
    /// <exception cref="ArgumentException">A pattern of what to skip matches neither a parameter nor a key of the file.</exception>
    /// <exception cref="WeightsMismatchException">Keys are missing, unexpected, or of another shape or dtype; the message lists them
    /// all.</exception>
    /// <exception cref="NonFiniteWeightException">A value is NaN or infinite, and the options reject such.</exception>
    /// <exception cref="InvalidSafetensorsException">
    /// The content is damaged, or a file is cut short while it is read. One that is cut short while it is mapped
    /// (<see cref="WeightLoadOptions.Access"/>) ends the process.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file or stream cannot be read. All exceptions above but the first are of this type.</exception>
    /// <exception cref="UnauthorizedAccessException">The path is a directory, or access is denied.</exception>
    /// <exception cref="InvalidOperationException">The options' scheduler did not do what it was given.</exception>
    /// <exception cref="OperationCanceledException">The options' <see cref="WeightLoadOptions.Cancellation"/> was.</exception>
    protected void Load(WeightSource source, WeightLoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SkippedNames? skipped = options.Skip is null ? null : new SkippedNames(options.Skip);
        using var file = source.Open(options, isCopied: KeepsParameters || skipped is not null);
        skipped?.ThrowIfUnused(NetworkName, _parameters, file);
        ParameterInfo[] loaded = skipped is null ? _parameters : [.. _parameters.Where(p => !skipped.Match(p.Name))];
        WeightsMismatchException.ThrowIfMismatch(NetworkName, loaded, file, skipped is null ? null : skipped.Match);
        new WeightLoader(file, _parameters, _values, skipped).Run(options, NetworkName, Pack, PackRest);
    }

    /// <summary>Puts the parameters into the order in which the kernels read them, from memory that holds all of them.</summary>
    protected void PackAll()
    {
        var parameters = new ParameterSource(ref MemoryMarshal.GetArrayDataReference(_values));
        Pack(parameters, 0, 1);
        PackRest(parameters);
    }

    /// <summary>Packs a part of the parameters; all parts may run at the same time. Does nothing unless overridden.</summary>
    /// <param name="parameters">Where they are.</param>
    /// <param name="part">Which part, 0 to <paramref name="parts"/> − 1.</param>
    /// <param name="parts">How many parts there are; what is written does not depend on it.</param>
    protected virtual void Pack(ParameterSource parameters, int part, int parts)
    {
    }

    /// <summary>Packs what depends on results of packing, once all parts are done. Does nothing unless overridden.</summary>
    /// <param name="parameters">Where they are.</param>
    protected virtual void PackRest(ParameterSource parameters)
    {
    }

    /// <summary>The values of one parameter, for writing files.</summary>
    internal ReadOnlyMemory<float> MemoryOf(ParameterInfo parameter) => _values.AsMemory(parameter.Offset, parameter.Length);

    /// <summary>Copies all values from the weights of the same network.</summary>
    /// <param name="source">Weights with the same parameter names and shapes, in any order and at any offsets.</param>
    /// <exception cref="ArgumentException">The names or shapes differ. Nothing is copied.</exception>
    /// <exception cref="InvalidOperationException">The source has not kept all parameters. Nothing is copied.</exception>
    protected void CopyFrom(WeightStore source)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.ThrowIfNotKept();
        string what = $"Network '{NetworkName}' cannot take the weights of '{source.NetworkName}':";
        if (source._parameters.Length != _parameters.Length)
            throw new ArgumentException(
                MessageText.Invariant($"{what} expected {_parameters.Length} parameters, actual {source._parameters.Length}."),
                nameof(source));
        foreach (var parameter in _parameters)
        {
            if (!source._byName.TryGetValue(parameter.Name, out var other) || !other.Shape.SequenceEqual(parameter.Shape))
            {
                string actual = other == null ? "none" : MessageText.Shape(other.Shape);
                throw new ArgumentException(
                    $"{what} expected parameter {MessageText.Quote(parameter.Name)} of shape {MessageText.Shape(parameter.Shape)}, "
                        + $"actual {actual}.",
                    nameof(source));
            }
        }
        foreach (var parameter in _parameters) source[parameter.Name].CopyTo(Mutable(parameter.Name));
    }

    /// <summary>Gives every parameter its first values, by its <see cref="ParameterInfo.Initializer"/>.</summary>
    /// <remarks>A value depends on the seed, the parameter's name and its index alone, and has the same bits on every platform.</remarks>
    /// <param name="seed">Any number.</param>
    protected void Initialize(int seed)
    {
        foreach (var parameter in _parameters) WeightInitialization.Fill(parameter, seed, Mutable(parameter.Name));
    }

    /// <exception cref="InvalidOperationException">Not all parameters were kept.</exception>
    protected void ThrowIfNotKept()
    {
        foreach (var parameter in _parameters) ThrowIfNotKept(parameter);
    }

    void ThrowIfNotKept(ParameterInfo parameter)
    {
        if (parameter.Offset + parameter.Length > _values.Length)
            throw new InvalidOperationException(
                $"Network '{NetworkName}': parameter {MessageText.Quote(parameter.Name)} was packed and not kept; load the weights with "
                    + $"KeepParameters = true to read or save it.");
    }

    ParameterInfo Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_byName.TryGetValue(name, out var parameter)) return parameter;
        var nearest = new NearestName().Several(name, _parameters.Select(p => p.Name), 3).Select(MessageText.Quote);
        throw new KeyNotFoundException($"Network '{NetworkName}' has no parameter {MessageText.Quote(name)}; "
            + MessageText.Invariant($"nearest of its {_parameters.Length}: {string.Join(", ", nearest)}."));
    }
}
