namespace ModelGen.Detection;

/// <summary>
/// One axis of a region: at which places of the feature map each bin samples, and between which two pixels with which shares.
/// </summary>
/// <remarks>
/// Samples lie inside a bin at equal distances. Those more than a pixel outside the map count as zeros, so only the others are kept: as
/// they are at least half a pixel apart where their number follows from the region's size, a table of fixed size holds them.
/// </remarks>
internal sealed class RoiAxis
{
    private readonly int _size, _bins, _samplingRatio;
    private readonly int[] _first, _low, _high;
    private readonly float[] _share;

    /// <param name="size">Pixels of the map.</param>
    /// <param name="bins">Bins of a region.</param>
    /// <param name="samplingRatio">Samples of a bin; 0 for as many as it has pixels, rounded up.</param>
    public RoiAxis(int size, int bins, int samplingRatio)
    {
        (_size, _bins, _samplingRatio) = (size, bins, samplingRatio);
        int most = samplingRatio > 0 ? checked(bins * samplingRatio) : checked(bins + 2 * (size + 2));
        _first = new int[bins + 1];
        (_low, _high, _share) = (new int[most], new int[most], new float[most]);
    }

    /// <summary>Samples of a bin, with those outside.</summary>
    public int PerBin { get; private set; }

    /// <summary>Where the samples of a bin begin; those of the last one end at <c>First[bins]</c>.</summary>
    public ReadOnlySpan<int> First => _first;

    /// <summary>The pixel before each sample.</summary>
    public ReadOnlySpan<int> Low => _low;

    /// <summary>And the one behind it, which may be the same.</summary>
    public ReadOnlySpan<int> High => _high;

    /// <summary>The share of the one behind.</summary>
    public ReadOnlySpan<float> Share => _share;

    /// <summary>Lays the samples of a region.</summary>
    public void Lay(float start, float length)
    {
        float bin = length / _bins;
        PerBin = _samplingRatio > 0 ? _samplingRatio : (int)Math.Clamp(MathF.Ceiling(length / _bins), 0, int.MaxValue / 2);
        int at = 0;
        for (int b = 0; b < _bins; b++)
        {
            _first[b] = at;
            (int from, int to) = Inside(start + b * bin, bin);
            for (int i = from; i < to; i++)
            {
                float place = start + b * bin + (i + 0.5f) * bin / PerBin;
                if (place < -1 || place > _size || float.IsNaN(place))
                    continue;
                place = Math.Max(place, 0);
                int low = (int)place;
                if (low >= _size - 1)
                    (_low[at], _high[at], _share[at]) = (_size - 1, _size - 1, 0);
                else
                    (_low[at], _high[at], _share[at]) = (low, low + 1, place - low);
                at++;
            }
        }
        _first[_bins] = at;
    }

    // Which of a bin's samples may lie on the map, with one to spare at each end: a region may be far larger than the map.
    private (int From, int To) Inside(float start, float bin)
    {
        if (PerBin < 16 || bin <= 0)
            return (0, PerBin);
        double distance = (double)bin / PerBin;
        double from = Math.Floor((-1 - start) / distance - 0.5) - 1, to = Math.Ceiling((_size - start) / distance - 0.5) + 2;
        return double.IsNaN(from) || double.IsNaN(to) ? (0, 0) : ((int)Math.Clamp(from, 0, PerBin), (int)Math.Clamp(to, 0, PerBin));
    }
}
