using System.ComponentModel;

namespace ModelGen.Runtime;

/// <summary>How threads divide a kernel's units.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Units
{
    /// <summary>
    /// The first of <paramref name="start"/>, <paramref name="start"/> + <paramref name="step"/>, … that is not before
    /// <paramref name="firstUnit"/>.
    /// </summary>
    /// <param name="start">The first unit of the first tile.</param>
    /// <param name="step">Units of a tile.</param>
    /// <param name="firstUnit">The first unit that is wanted.</param>
    public static int First(int start, int step, int firstUnit) =>
        firstUnit <= start ? start : start + (firstUnit - start + step - 1) / step * step;

    /// <summary>
    /// How many of <paramref name="count"/> to take at a time, at most <paramref name="most"/>, so that all times have nearly equally many.
    /// </summary>
    public static int Evenly(int count, int most)
    {
        int times = (count + most - 1) / most;
        return times <= 1 ? most : (count + times - 1) / times;
    }

    /// <summary>The first unit of a part, and the one after its last; parts differ by one unit at most.</summary>
    /// <param name="part">Which part, 0 to <paramref name="parts"/> − 1.</param>
    /// <param name="parts">How many parts there are.</param>
    /// <param name="units">How many units there are.</param>
    internal static (int First, int End) OfPart(int part, int parts, int units) =>
        ((int)((long)part * units / parts), (int)((part + 1L) * units / parts));
}
