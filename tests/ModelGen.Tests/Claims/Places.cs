using System.Collections.Concurrent;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Ops;

namespace ModelGen.Tests.Claims;

/// <summary>What a float of a layout is.</summary>
internal enum Place : byte
{
    /// <summary>An element of the value.</summary>
    Element,

    /// <summary>At the place of an element, in a lane of a block that belongs to no channel.</summary>
    Lane,

    /// <summary>In the border of an image.</summary>
    Halo,

    /// <summary>Between planes.</summary>
    Gap,
}

/// <summary>
/// What each float of one sample of a layout is, found from the layout's sizes alone, not from the offsets that kernels are written with.
/// </summary>
internal sealed class Places
{
    private const int Block = 16;

    private Places(int length)
    {
        Of = new Place[length];
        Rows = new int[length];
        Array.Fill(Of, Place.Gap);
        Array.Fill(Rows, -1);
    }

    /// <summary>What each float is.</summary>
    public Place[] Of { get; }

    /// <summary>The row of the image in which each float lies, its halo left and right included; -1 elsewhere.</summary>
    public int[] Rows { get; }

    public static Places In(Operand operand) =>
        s_known.GetOrAdd((operand.Layout, operand.Type.Shape), known => Find(known.Layout, known.Shape));

    private static readonly ConcurrentDictionary<(Layout Layout, Shape Shape), Places> s_known = new();

    private static Places Find(Layout layout, Shape shape)
    {
        var places = new Places(layout.Length);
        if (layout.Kind == LayoutKind.BFloat16)
            Array.Fill(places.Of, Place.Element);
        else if (layout.Kind == LayoutKind.Winograd)
            places.Filters(layout);
        else if (layout.IsImage)
            places.Image(layout);
        else
            places.Blocks(layout);
        // Rows of statistics are as long as blocks make them.
        if (layout.Kind == LayoutKind.Dense && layout.Dims.Rank == 2 && shape.Rank == 2)
            places.Cut(layout.Dims[1], shape[1]);
        return places;
    }

    private void Cut(int stride, int columns)
    {
        for (int i = 0; i < Of.Length; i++)
            Of[i] = i % stride < columns ? Place.Element : Place.Lane;
    }

    // Matrices of blocks of filters, an input channel behind the other.
    private void Filters(Layout layout)
    {
        int blocks = (layout.Dims[0] + Block - 1) / Block;
        for (int i = 0; i < Of.Length; i++)
            Of[i] = i / (layout.Dims[1] * Block) % blocks * Block + i % Block < layout.Dims[0] ? Place.Element : Place.Lane;
    }

    private void Image(Layout layout)
    {
        (int channels, int height, int width) = (layout.Dims[0], layout.Dims[1], layout.Dims[2]);
        Halo halo = layout.Halo;
        (int rows, int columns) = (halo.Top + height + halo.Bottom, halo.Left + width + halo.Right);
        int lanes = layout.IsBlocked ? Block : 1;
        int planes = (channels + lanes - 1) / lanes;
        // Planes are as far apart as their length says; those in pitch have gaps behind them.
        int plane = Of.Length / planes;
        for (int p = 0; p < planes; p++)
        for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++)
        for (int lane = 0; lane < lanes; lane++)
        {
            int at = p * plane + (y * columns + x) * lanes + lane;
            (int row, int column) = (y - halo.Top, x - halo.Left);
            bool isInside = row >= 0 && row < height && column >= 0 && column < width;
            Of[at] = !isInside ? Place.Halo : p * lanes + lane < channels ? Place.Element : Place.Lane;
            Rows[at] = row >= 0 && row < height ? row : -1;
        }
    }

    // Everything else: the first dimension in blocks or not, all others one behind the other.
    private void Blocks(Layout layout)
    {
        int lanes = layout.IsBlocked ? Block : 1;
        int first = layout.Dims.Rank == 0 ? 1 : layout.Dims[0];
        int inner = layout.Dims.Rank == 0 ? 1 : (int)(layout.Dims.Length / first);
        int planes = (first + lanes - 1) / lanes;
        int plane = Of.Length / planes;
        for (int p = 0; p < planes; p++)
        for (int i = 0; i < inner * lanes; i++)
            Of[p * plane + i] = p * lanes + i % lanes < first ? Place.Element : Place.Lane;
    }
}
