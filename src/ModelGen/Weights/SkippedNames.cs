using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>Parameters that a file is not asked for, by patterns separated by commas: see <see cref="NamePattern"/>.</summary>
internal sealed class SkippedNames
{
    readonly string[] _patterns;

    public SkippedNames(string patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = [.. NamePattern.Split(patterns)];
        if (_patterns.Length == 0)
            throw new ArgumentException(
                $"Expected names of parameters to skip, such as 'fc.*', actual {MessageText.Quote(patterns)}.", nameof(patterns));
    }

    /// <summary>Whether any of the patterns matches the whole name.</summary>
    public bool Match(string name) => _patterns.Any(p => NamePattern.Matches(p, name));

    /// <exception cref="ArgumentException">A pattern matches neither a parameter of the network nor a key of the file.</exception>
    public void ThrowIfUnused(string networkName, IReadOnlyList<ParameterInfo> parameters, SafetensorsFile file)
    {
        foreach (string pattern in _patterns)
        {
            if (parameters.Any(p => NamePattern.Matches(pattern, p.Name)) || file.Tensors.Any(t => NamePattern.Matches(pattern, t.Name)))
                continue;
            var nearest = new NearestName().Several(pattern, parameters.Select(p => p.Name), 3).Select(MessageText.Quote);
            throw new ArgumentException(
                $"skip: {MessageText.Quote(pattern)} matches no parameter of network '{networkName}' and no key of '{file.Path}'; "
                + $"nearest parameters: {string.Join(", ", nearest)}.");
        }
    }
}
