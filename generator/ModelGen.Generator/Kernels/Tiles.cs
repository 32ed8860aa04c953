using ModelGen.Generator.Emit;

namespace ModelGen.Generator.Kernels;

/// <summary>The register tiles that the kernels of one file share, and rows of them: equal ones are one method, generic over the vector width.</summary>
internal sealed class Tiles
{
    /// <summary>What every tile works on.</summary>
    public const string Parameters = "ref float image, ref float filter, ref float bias, ref float result, in TileShape shape";

    private readonly Dictionary<ITile, string> _methods = [];
    private readonly List<ITile> _order = [];
    private readonly Dictionary<string, int> _titles = new(StringComparer.Ordinal);

    /// <summary>A tile, which is a value.</summary>
    internal interface ITile
    {
        /// <summary>What the method is called, before a number is put behind it.</summary>
        string Title { get; }

        /// <summary>Writes the method; tiles that it is made of it asks for by name.</summary>
        void Emit(CodeWriter w, string method, Tiles tiles);
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
        // Rows ask for tiles while they are written.
        for (int i = 0; i < _order.Count; i++)
        {
            w.Line();
            _order[i].Emit(w, _methods[_order[i]], this);
        }
    }
}
