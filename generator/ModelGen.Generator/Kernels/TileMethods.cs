using ModelGen.Generator.Text;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// The register tiles that the kernels of one file share, and rows of them: equal ones are one method, generic over the vector width, and
/// named by what they are, so that it has one name in whatever file and order it is asked for.
/// </summary>
internal sealed class TileMethods
{
    /// <summary>What every tile works on.</summary>
    /// <param name="adds">Whether it adds something to its sums.</param>
    public static string ParametersOf(bool adds) =>
        $"ref float image, ref float filter, ref float bias, ref float result, {(adds ? "ref float residual, " : "")}in TileShape shape";

    private readonly Dictionary<ITileMethod, string> _methods = [];
    private readonly List<ITileMethod> _order = [];
    private readonly HashSet<string> _titles = new(StringComparer.Ordinal);

    public string MethodOf(ITileMethod tile)
    {
        if (!_methods.TryGetValue(tile, out string? method))
        {
            method = tile.Title;
            if (!_titles.Add(method))
                throw new InvalidOperationException($"'{method}' is the name of two tiles, of which one is {tile}");
            _methods.Add(tile, method);
            _order.Add(tile);
        }
        return method;
    }

    /// <summary>
    /// The name of a tile's method, if someone has asked for it. For what is no <see cref="IRowMethod"/>: all that there will be are known
    /// when they are written.
    /// </summary>
    public string? Find(ITileMethod tile) => _methods.TryGetValue(tile, out string? method) ? method : null;

    public void Emit(CodeWriter w)
    {
        foreach (bool rows in new[] { true, false })
        {
            for (int i = 0; i < _order.Count; i++)
            {
                if (_order[i] is IRowMethod != rows)
                    continue;
                w.Line();
                _order[i].Emit(w, _methods[_order[i]], this);
            }
        }
    }
}

/// <summary>A tile as a method of the generated code. Tiles are values: two that are equal are one method.</summary>
internal interface ITileMethod
{
    /// <summary>What the method is called: all that tells the tile from others.</summary>
    string Title { get; }

    /// <summary>Writes the method.</summary>
    void Emit(CodeWriter w, string method, TileMethods tiles);
}

/// <summary>A tile that is made of other tiles, which it asks for by name while it is written.</summary>
internal interface IRowMethod : ITileMethod;
