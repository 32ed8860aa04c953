using ModelGen.Generator.Emit;

namespace ModelGen.Generator.Kernels;

/// <summary>The register tiles that the kernels of one file share: equal ones are one method.</summary>
internal sealed class Tiles
{
    private readonly Dictionary<ITile, string> _methods = [];
    private readonly List<ITile> _order = [];
    private readonly Dictionary<string, int> _titles = new(StringComparer.Ordinal);

    /// <summary>A tile, which is a value.</summary>
    internal interface ITile
    {
        /// <summary>What the method is called, before a number is put behind it.</summary>
        string Title { get; }

        void Emit(CodeWriter w, string method);
    }

    public string MethodOf(ITile tile)
    {
        if (!_methods.TryGetValue(tile, out string? method))
        {
            int number = _titles[tile.Title] = _titles.TryGetValue(tile.Title, out int used) ? used + 1 : 1;
            method = number == 1 ? tile.Title : $"{tile.Title}_{number}";
            _methods.Add(tile, method);
            _order.Add(tile);
        }
        return method;
    }

    public void Emit(CodeWriter w)
    {
        foreach (ITile tile in _order)
        {
            w.Line();
            tile.Emit(w, _methods[tile]);
        }
    }
}
