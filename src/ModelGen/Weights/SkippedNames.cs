using System.IO.Enumeration;
using ModelGen.Safetensors;

namespace ModelGen;

/// <summary>Parameters that a file is not asked for, by patterns separated by commas, in which <c>*</c> stands for any characters.</summary>
internal sealed class SkippedNames
{
    readonly string[] _patterns;

    public SkippedNames(string patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = patterns.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (_patterns.Length == 0)
            throw new ArgumentException($"Expected names of parameters to skip, such as 'fc.*', actual {MessageText.Quote(patterns)}.", nameof(patterns));
    }

    /// <summary>Whether any of the patterns matches the whole name.</summary>
    public bool Match(string name) => _patterns.Any(p => Match(p, name));

    /// <exception cref="ArgumentException">A pattern matches neither a parameter of the network nor a key of the file.</exception>
    public void ThrowIfUnused(string networkName, IReadOnlyList<ParameterInfo> parameters, SafetensorsFile file)
    {
        foreach (string pattern in _patterns)
        {
            if (parameters.Any(p => Match(pattern, p.Name)) || file.Tensors.Any(t => Match(pattern, t.Name)))
                continue;
            var nearest = new NearestName().Several(pattern, parameters.Select(p => p.Name), 3).Select(MessageText.Quote);
            throw new ArgumentException($"skip: {MessageText.Quote(pattern)} matches no parameter of network '{networkName}' and no key of '{file.Path}'; "
                + $"nearest parameters: {string.Join(", ", nearest)}.");
        }
    }

    static bool Match(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
