using System.Numerics;
using System.Runtime.Intrinsics;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Ops;
using ModelGen.Runtime;

namespace ModelGen.Tests.Reference;

/// <summary>
/// What sums of absolute values become in Winograd's algorithm, whose products cancel each other where they are not the convolution's:
/// Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A with the absolute values of all matrices, or with the squares of what is added up. The matrices are those of
/// the runtime, found by transforming unit vectors.
/// </summary>
internal sealed class WinogradSizes
{
    private static readonly Dictionary<WinogradForm, WinogradSizes> Absolute = All(Math.Abs, value => value, Math.Abs);

    // Of sums the squares of their terms, which have signs before.
    private static readonly Dictionary<WinogradForm, WinogradSizes> Squares =
        All(entry => entry, value => value * value, entry => entry * entry);

    // Rows are points; columns are inputs, taps and results of one dimension.
    private readonly double[,] _inputs, _taps, _results;
    private readonly Func<double, double> _ofSpread, _ofValue, _ofGather;

    private WinogradSizes(
        (double[,] Inputs, double[,] Taps, double[,] Results) form, Func<double, double> ofSpread, Func<double, double> ofValue,
        Func<double, double> ofGather)
    {
        (_inputs, _taps, _results) = form;
        (_ofSpread, _ofValue, _ofGather) = (ofSpread, ofValue, ofGather);
    }

    private int Points => _inputs.GetLength(0);

    /// <summary>For each result of a convolution of images and filters.</summary>
    public static double[] OfResults(WinogradForm tile, ErrorCall call, double[] x, double[] filters, bool squares)
    {
        WinogradSizes form = (squares ? Squares : Absolute)[tile];
        int channels = call.ShapeOf(1)[1], outChannels = call.ShapeOf(1)[0];
        double[][] transformed = [.. Enumerable.Range(0, outChannels * channels).Select(i => form.Filter(tile, filters, i))];
        var y = new Image(new double[call.Batch * call.Node.Shape.Length], call.Node.Shape);
        form.ForEachTile(tile, call, new Image(x, call.ShapeOf(0)), y, (n, ty, tx, patches) =>
        {
            for (int o = 0; o < outChannels; o++)
            {
                double[] products = new double[form.Points * form.Points];
                for (int c = 0; c < channels; c++)
                for (int p = 0; p < products.Length; p++)
                    products[p] += patches[c][p] * transformed[o * channels + c][p];
                for (int i = 0; i < tile.Size && ty + i < y.Height; i++)
                for (int j = 0; j < tile.Size && tx + j < y.Width; j++)
                    y[n, o, ty + i, tx + j] = form.Gather(products, form._results, i, j);
            }
        });
        return y.Elements;
    }

    /// <summary>For each tap of the gradient with respect to filters, of images and gradients.</summary>
    public static double[] OfFilters(WinogradForm tile, ErrorCall call, double[] x, double[] gradient, bool squares)
    {
        WinogradSizes form = (squares ? Squares : Absolute)[tile];
        Shape filters = call.Node.Shape;
        var dy = new Image(gradient, call.ShapeOf(1));
        double[][] sums = [.. Enumerable.Range(0, filters[0] * filters[1]).Select(_ => new double[form.Points * form.Points])];
        form.ForEachTile(tile, call, new Image(x, call.ShapeOf(0)), dy, (n, ty, tx, patches) =>
        {
            for (int o = 0; o < filters[0]; o++)
            {
                double[] points = form.Spread(form._results, tile.Size, (i, j) => ty + i < dy.Height && tx + j < dy.Width
                    ? dy[n, o, ty + i, tx + j] : 0);
                for (int c = 0; c < filters[1]; c++)
                for (int p = 0; p < points.Length; p++)
                    sums[o * filters[1] + c][p] += patches[c][p] * points[p];
            }
        });
        return [.. sums.SelectMany(s => from ky in Enumerable.Range(0, tile.Taps) from kx in Enumerable.Range(0, tile.Taps)
            select form.Gather(s, form._taps, ky, kx))];
    }

    private void ForEachTile(WinogradForm tile, ErrorCall call, Image x, Image y, Action<int, int, int, double[][]> use)
    {
        Sliding window = Sliding.Of(call.Attributes, tile.Taps, tile.Taps);
        for (int n = 0; n < call.Batch; n++)
        for (int ty = 0; ty < y.Height; ty += tile.Size)
        for (int tx = 0; tx < y.Width; tx += tile.Size)
        {
            (int sample, int top, int left) = (n, window.Row(ty, 0), window.Column(tx, 0));
            use(n, ty, tx, [.. Enumerable.Range(0, x.Channels).Select(c =>
                Spread(_inputs, _inputs.GetLength(1), (i, j) => x.Has(top + i, left + j) ? x[sample, c, top + i, left + j] : 0))]);
        }
    }

    private double[] Filter(WinogradForm tile, double[] filters, int number) =>
        Spread(_taps, tile.Taps, (ky, kx) => filters[(number * tile.Taps + ky) * tile.Taps + kx]);

    // M·values·Mᵀ
    private double[] Spread(double[,] matrix, int size, Func<int, int, double> values)
    {
        double[,] half = new double[Points, size];
        for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
        {
            double value = values(i, j);
            for (int p = 0; p < Points; p++)
                half[p, j] += _ofSpread(matrix[p, i]) * value;
        }
        double[] points = new double[Points * Points];
        for (int p = 0; p < Points; p++)
        for (int q = 0; q < Points; q++)
        {
            double sum = 0;
            for (int j = 0; j < size; j++)
                sum += half[p, j] * _ofSpread(matrix[q, j]);
            points[p * Points + q] = _ofValue(sum);
        }
        return points;
    }

    // One element of Mᵀ·points·M
    private double Gather(double[] points, double[,] matrix, int i, int j)
    {
        double sum = 0;
        for (int p = 0; p < Points; p++)
        for (int q = 0; q < Points; q++)
            sum += _ofGather(matrix[p, i]) * _ofGather(matrix[q, j]) * points[p * Points + q];
        return sum;
    }

    private static Dictionary<WinogradForm, WinogradSizes> All(Func<double, double> ofSpread, Func<double, double> ofValue,
        Func<double, double> ofGather) => new()
    {
        [new WinogradForm(4, 3)] = new(Matrices<WinogradF4x3>(), ofSpread, ofValue, ofGather),
        [new WinogradForm(2, 3)] = new(Matrices<WinogradF2x3>(), ofSpread, ofValue, ofGather),
        [new WinogradForm(2, 5)] = new(Matrices<WinogradF2x5>(), ofSpread, ofValue, ofGather),
        [new WinogradForm(2, 3, 2)] = new(Matrices<WinogradF2x3By2>(), ofSpread, ofValue, ofGather),
    };

    private static (double[,] Inputs, double[,] Taps, double[,] Results) Matrices<T>()
        where T : struct, IWinogradTile
    {
        const int Lanes = 4;
        double[,] inputs = new double[T.Patch, T.Patch], taps = new double[T.Patch, T.Taps], results = new double[T.Patch, T.Size];
        for (int unit = 0; unit < T.Patch; unit++)
        {
            float[] from = new float[T.Patch * Lanes], points = new float[T.Patch * Lanes];
            from[unit * Lanes] = 1;
            T.InputPoints<Simd128, Vector128<float>>(ref from[0], Lanes, ref points[0], Lanes);
            for (int p = 0; p < T.Patch; p++)
                inputs[p, unit] = points[p * Lanes];
            T.Results<Simd128, Vector128<float>>(ref from[0], Lanes, out Vector128<float> y0, out Vector128<float> y1,
                out Vector128<float> y2, out Vector128<float> y3);
            Vector128<float>[] all = [y0, y1, y2, y3];
            for (int i = 0; i < T.Size; i++)
                results[unit, i] = all[i][0];
        }
        for (int unit = 0; unit < T.Taps; unit++)
        {
            var from = new Vector<double>[T.Taps];
            var points = new Vector<double>[T.Filters];
            from[unit] = Vector<double>.One;
            T.FilterPoints(ref from[0], ref points[0], 1);
            // With strides the last points share a filter's.
            for (int p = 0; p < T.Patch; p++)
                taps[p, unit] = points[Math.Min(p, T.Filters - 1)][0];
        }
        return (inputs, taps, results);
    }
}
