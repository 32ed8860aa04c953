using System.Globalization;
using ModelGen.Generator.Collections;

namespace ModelGen.Generator.Language;

/// <summary>
/// Names of layers, given or by default. A default name counts all layers of its kind before it, named or not, so that naming one does not
/// rename the parameters of the others.
/// </summary>
internal sealed class LayerNames
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>The name of a layer; empty where its kind is unknown and it has none.</summary>
    public string this[int index] => _names[index];

    public string Add(int index, string? stem, string? given) => Add(index, stem, given, out _);

    /// <param name="index">Position of the layer.</param>
    /// <param name="stem">Stem of default names; null where the kind of layer is unknown.</param>
    /// <param name="given">The name that the user gave.</param>
    /// <param name="sameName">An earlier layer that has the same name.</param>
    public string Add(int index, string? stem, string? given, out int? sameName)
    {
        string name = given ?? "";
        if (stem is not null)
        {
            _counts[stem] = _counts.TryGetValue(stem, out int before) ? before + 1 : 1;
            name = given ?? stem + _counts[stem].ToString(CultureInfo.InvariantCulture);
        }
        sameName = _indices.TryGetValue(name, out int other) ? other : null;
        if (sameName is null && name.Length > 0)
            _indices[name] = index;
        _names.Add(name);
        return name;
    }

    /// <summary>The name that the next layer of this kind gets unless it is given one.</summary>
    public string Next(string stem) =>
        stem + ((_counts.TryGetValue(stem, out int before) ? before : 0) + 1).ToString(CultureInfo.InvariantCulture);

    public bool TryGet(string name, int before, out int index) => _indices.TryGetValue(name, out index) && index < before;

    /// <summary>
    /// The layer itself or one after it that has this name, where the user gave it; default names of later layers are not known yet.
    /// </summary>
    public int? FindLater(EquatableArray<LayerDeclaration> layers, string name, int from)
    {
        if (_names[from] == name)
            return from;
        for (int i = from + 1; i < layers.Count; i++)
        {
            if (layers[i].Name == name)
                return i;
        }
        return null;
    }

    /// <summary>What <see cref="IsValid"/> asks for, as messages say it.</summary>
    public const string Rule = "letters, digits, underscores and hyphens, in parts joined by points, as in 'layer1.0.conv1'";

    /// <summary>
    /// Parts of letters, digits, underscores and hyphens (ASCII), joined by points: what published networks call their modules.
    /// </summary>
    public static bool IsValid(string name) =>
        name.Split('.').All(part => part.Length > 0
            && part.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' or '-'));
}
