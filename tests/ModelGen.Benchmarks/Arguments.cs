using System.Globalization;

namespace ModelGen.Benchmarks;

/// <summary>What follows a command: <c>--name value</c> pairs, and flags, which have no value.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = [];

    /// <param name="options">As on the command line.</param>
    /// <param name="known">Names that have a value.</param>
    /// <param name="flags">Names that have none.</param>
    /// <exception cref="ArgumentException">An option is not known, is given twice, or lacks its value.</exception>
    public Arguments(ReadOnlySpan<string> options, string[] known, params string[] flags)
    {
        for (int i = 0; i < options.Length; i++)
        {
            string name = options[i], value = "";
            if (known.Contains(name))
            {
                i++;
                value = i < options.Length ? options[i] : throw new ArgumentException($"{name} needs a value.");
            }
            else if (!flags.Contains(name))
            {
                string[] all = [.. known, .. flags];
                throw new ArgumentException(
                    $"'{name}' is not an option here; {(all.Length == 0 ? "there are none" : $"there are {string.Join(", ", all)}")}.");
            }

            if (!_options.TryAdd(name, value))
            {
                throw new ArgumentException($"{name} is given twice.");
            }
        }
    }

    public bool Has(string flag) => _options.ContainsKey(flag);

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
