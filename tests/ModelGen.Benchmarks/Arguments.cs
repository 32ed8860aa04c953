using System.Globalization;

namespace ModelGen.Benchmarks;

/// <summary>A command followed by <c>--name value</c> pairs.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = [];

    /// <exception cref="ArgumentException">An option is not one of <paramref name="known"/>, is given twice, or lacks its value.</exception>
    public Arguments(ReadOnlySpan<string> options, params string[] known)
    {
        for (int i = 0; i < options.Length; i += 2)
        {
            string name = options[i];
            if (!known.Contains(name))
            {
                throw new ArgumentException($"'{name}' is not an option here; {(known.Length == 0 ? "there are none" : $"there are {string.Join(", ", known)}")}.");
            }

            if (i + 1 == options.Length)
            {
                throw new ArgumentException($"{name} needs a value.");
            }

            if (!_options.TryAdd(name, options[i + 1]))
            {
                throw new ArgumentException($"{name} is given twice.");
            }
        }
    }

    public string Text(string name, string standard) => _options.GetValueOrDefault(name, standard);

    /// <exception cref="ArgumentException">The value is not a whole number of at least <paramref name="minimum"/>.</exception>
    public int Number(string name, int standard, int minimum)
    {
        if (!_options.TryGetValue(name, out string? text))
        {
            return standard;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum
            ? number
            : throw new ArgumentException($"{name} needs a whole number of at least {minimum}, got '{text}'.");
    }
}
