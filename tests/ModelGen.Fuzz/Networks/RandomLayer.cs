using System.Globalization;
using ModelGen.Generator.Language;
using ModelGen.Generator.Ops;

namespace ModelGen.Fuzz.Networks;

/// <summary>Layers with random arguments: mostly ones that fit, and some that nobody would write.</summary>
internal static class RandomLayer
{
    private static readonly string[] Extremes =
        ["0", "-1", "-2147483648", "2147483647", "65536", "46341", "1000000", "512", "99999", "32768"];

    private static readonly Operator[] Operators = [.. OperatorTable.Layers];

    private static readonly string[] OfImages = ["Conv2d", "Conv2d", "Relu", "Relu6", "MaxPool2d", "AvgPool2d", "BatchNorm2d", "Dropout",
        "LocalResponseNorm", "GlobalAvgPool2d", "Flatten"];

    private static readonly string[] OfFeatures = ["Linear", "Linear", "Relu", "Tanh", "Sigmoid", "Dropout", "Softmax"];

    /// <summary>An operator that users write, mostly one that takes what is there.</summary>
    /// <param name="isFlat">Whether these are features; becomes true behind <c>Flatten</c>.</param>
    public static Operator Pick(Random random, ref bool isFlat)
    {
        if (random.Next(12) == 0)
            return Operators[random.Next(Operators.Length)];
        string[] names = isFlat ? OfFeatures : OfImages;
        Operator op = OperatorTable.Get(names[random.Next(names.Length)]);
        isFlat |= op.Name == "Flatten";
        return op;
    }

    /// <summary>
    /// One of the arguments that may be given, with a value as C# and JSON both write it: a number, true, a word in quotation marks, or
    /// several numbers.
    /// </summary>
    public static IEnumerable<(AttributeSpec Spec, string[] Values)> Arguments(Random random, Operator op)
    {
        foreach (AttributeSpec spec in op.Attributes)
        {
            bool isGiven = LayerSyntax.IsRequired(spec) || random.Next(4) == 0;
            // Now and then one is missing.
            if (!isGiven || random.Next(300) == 0)
                continue;
            int count = spec.Kind switch
            {
                AttributeKind.Pair => random.Next(3) == 0 ? 2 : 1,
                AttributeKind.Ints => random.Next(5),
                AttributeKind.Border => random.Next(4) switch { 0 => 4, 1 => 2, _ => 1 },
                _ => 1,
            };
            yield return (spec, [.. Enumerable.Range(0, count).Select(_ => Value(random, spec))]);
        }
    }

    /// <summary>An integer that may be anything.</summary>
    public static string Extreme(Random random) => Extremes[random.Next(Extremes.Length)];

    private static string Value(Random random, AttributeSpec spec)
    {
        if (random.Next(150) == 0)
            return Extreme(random);
        return spec.Kind switch
        {
            AttributeKind.Bool => random.Next(2) == 0 ? "true" : "false",
            AttributeKind.Float =>
                random.Next(12) switch { 0 => "1e308", 1 => "-1.5", 2 => "1e-320",
                    _ => random.NextDouble().ToString("R", CultureInfo.InvariantCulture) },
            AttributeKind.Word => "\"" + spec.Words[random.Next(spec.Words.Count)] + "\"",
            _ => random.Next(1, random.Next(8) == 0 ? 40 : 4).ToString(CultureInfo.InvariantCulture),
        };
    }
}
