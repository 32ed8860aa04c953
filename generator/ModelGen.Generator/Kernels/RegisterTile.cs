using ModelGen.Generator.Machine;

namespace ModelGen.Generator.Kernels;

/// <summary>
/// A stretch of a loop that is cut into pieces of (nearly) equal size: <paramref name="Count"/> pieces of <paramref name="Size"/>, from
/// <paramref name="Start"/>.
/// </summary>
internal readonly record struct Stretch(int Start, int Size, int Count)
{
    public int End => Start + Size * Count;

    /// <summary>
    /// Cuts <paramref name="total"/> into pieces of at most <paramref name="largest"/>, as evenly as possible, so that no short piece is
    /// left over: 14 by at most 6 is 5 + 5 + 4. At most two sizes result.
    /// </summary>
    public static IReadOnlyList<Stretch> Cut(int total, int largest) => Cut(total, largest, out _);

    /// <param name="several">Whether there are two sizes, so that two loop bodies stand side by side.</param>
    public static IReadOnlyList<Stretch> Cut(int total, int largest, out bool several)
    {
        int pieces = (total + largest - 1) / largest;
        int size = (total + pieces - 1) / pieces;
        int full = pieces - (size * pieces - total);
        var cut = new List<Stretch> { new(0, size, full) };
        if (full < pieces)
            cut.Add(new Stretch(size * full, size - 1, pieces - full));
        several = cut.Count > 1;
        return cut;
    }
}

/// <summary>
/// The register tile of a kernel: accumulators for <paramref name="Outer"/> broadcast operands times <paramref name="Vectors"/> vectors. In
/// a convolution the broadcasts are pixels and the vectors output channels, or the other way round.
/// </summary>
internal readonly record struct RegisterTile(int Outer, int Vectors)
{
    /// <summary>
    /// Chooses the tile with the fewest cycles for the whole loop. A step of a tile costs its multiply-adds or its loads, whichever are
    /// more (a core with one 512-bit multiply-add a cycle does one load a cycle, one with two does two), and never less than what hides the
    /// latency of a multiply-add.
    /// </summary>
    /// <param name="outer">Broadcast operands in all, pixels of a row for instance.</param>
    /// <param name="vectors">Vectors in all.</param>
    /// <param name="allowed">Which numbers of vectors a tile may have.</param>
    public static RegisterTile Choose(InstructionSet set, int outer, int vectors, Func<int, bool> allowed)
    {
        RegisterTile best = new(1, 1);
        double bestCost = double.MaxValue;
        for (int q = 1; q <= vectors; q++)
        {
            if (!allowed(q))
                continue;
            for (int p = 1; p <= outer; p++)
            {
                if (p * q + q + 1 > set.Registers)
                    break;
                double cost = 0;
                foreach (Stretch across in Stretch.Cut(outer, p))
                {
                    foreach (Stretch down in Stretch.Cut(vectors, q))
                        cost += across.Count * (double)down.Count * Math.Max(
                            Processor.MultiplyAddsUnderWay, Math.Max(across.Size * down.Size, across.Size + down.Size));
                }
                // Between equals, the one that reads fewer weights: larger tiles over pixels.
                cost -= p * 1e-3;
                if (cost < bestCost)
                    (best, bestCost) = (new RegisterTile(p, q), cost);
            }
        }
        return best;
    }
}
