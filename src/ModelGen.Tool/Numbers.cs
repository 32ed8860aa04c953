using System.Globalization;

namespace ModelGen.Tool;

/// <summary>Numbers in tables, the same in every culture.</summary>
internal static class Numbers
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Shape(IReadOnlyList<long> shape) => shape.Count == 0 ? "scalar" : string.Join('×', shape);
}
