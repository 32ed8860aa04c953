namespace ModelGen.Tests.Weights;

/// <summary>
/// First values that were computed to 40 digits by a program of another language from the definition: FNV-1a and SplitMix64, the inverse of
/// the normal distribution function, Gram and Schmidt.
/// </summary>
internal static class InitialBits
{
    private static readonly (ParameterInfo Parameter, int Seed, uint[] Bits)[] Rows =
    [
        (new("conv1.weight", [6], 0, ParameterInitializer.Normal), 0,
            [0xbe7d4c51, 0x3fd31600, 0x3f14bd99, 0x3e80dd26, 0xbf0caf59, 0xbfac58a7]),
        (new("conv1.weight", [6], 0, ParameterInitializer.Normal) { Mean = 0.5f, StandardDeviation = 0.02f }, 42,
            [0x3efcafa3, 0x3ef82761, 0x3f03aa8b, 0x3ef130ac, 0x3ef892f9, 0x3efd8e36]),
        (new("fc.weight", [6], 0, ParameterInitializer.Normal) { Mean = -3, StandardDeviation = 2 }, -1,
            [0x40867d94, 0xbfa5a349, 0xc093aa6d, 0xbe5cf1d8, 0xc083537c, 0xc0323dac]),
        (new("conv1.weight", [6], 0, ParameterInitializer.TruncatedNormal), 0,
            [0xbe718d2b, 0x3fbcd8a6, 0x3f0d3884, 0x3e75c480, 0xbf05a6b3, 0xbf9e857b]),
        // The limits are above the mean, and far below it.
        (new("w", [6], 0, ParameterInitializer.TruncatedNormal) { Mean = 1, Lower = 3, Upper = 4 }, 3,
            [0x40480791, 0x404455f8, 0x4071b6bd, 0x404659f1, 0x404b0b77, 0x40456891]),
        (new("w", [6], 0, ParameterInitializer.TruncatedNormal) { Lower = -9, Upper = -8 }, 3,
            [0xc100a4b8, 0xc10057a4, 0xc10544ce, 0xc1008169, 0xc100e56e, 0xc1006dc9]),
        (new("w", [3, 5], 0, ParameterInitializer.Orthogonal), 1,
            [0xbf378284, 0x3e023de4, 0xbd8fc494, 0x3e69bd44, 0xbf2481a7, 0xbf047f57, 0xbdce5d0c, 0x3efd561a, 0x3ea0fc2b, 0x3f1d73bc,
                0xbe4f669f, 0x3f4a80a2, 0xbed34fa0, 0xbe21373d, 0x3ebe4ae2]),
        (new("w", [5, 3], 0, ParameterInitializer.Orthogonal), 1,
            [0xbf378284, 0xbf047f57, 0xbe4f669f, 0x3e023de4, 0xbdce5d0c, 0x3f4a80a2, 0xbd8fc494, 0x3efd561a, 0xbed34fa0, 0x3e69bd44,
                0x3ea0fc2b, 0xbe21373d, 0xbf2481a7, 0x3f1d73bc, 0x3ebe4ae2]),
        (new("w", [2, 1, 3, 3], 0, ParameterInitializer.Orthogonal), 1,
            [0xbeed37d6, 0x3da85c24, 0xbd39d843, 0x3e1712fe, 0xbed4a729, 0xbf24870e, 0xbbff2aa1, 0x3e906dc4, 0x3e993bac, 0xbd4c3ea7,
                0xbed73491, 0x3f3c4c44, 0xbd141a13, 0xbe9d3f86, 0x3e9238cb, 0x3dded9b8, 0x3d8ad562, 0x3e965145]),
        (new("w", [2], 0, ParameterInitializer.Constant) { Value = -0.25f }, 1, [0xbe800000, 0xbe800000]),
    ];

    // A hash of all bits of a matrix, computed likewise, whose sums have whole vectors and a rest.
    private const ulong HashOfAMatrix = 0x331d52725cf1479b;

    /// <summary>Prints what differs; see <see cref="InitialBitsTests"/>.</summary>
    public static int Execute()
    {
        Console.WriteLine("engine " + Harness.Program.Engine);
        foreach ((ParameterInfo parameter, int seed, uint[] bits) in Rows)
        {
            uint[] actual = [.. Values(parameter, seed).Select(BitConverter.SingleToUInt32Bits)];
            if (!actual.SequenceEqual(bits))
                Console.WriteLine($"failure {parameter.Initializer} {parameter}: {string.Join(", ", actual.Select(b => $"0x{b:x8}"))}");
        }
        ulong hash = Values(new ParameterInfo("w", [37, 53], 0, ParameterInitializer.Orthogonal), 1)
            .Aggregate(17ul, (h, v) => unchecked(h * 31 + BitConverter.SingleToUInt32Bits(v)));
        if (hash != HashOfAMatrix)
            Console.WriteLine($"failure of a matrix: 0x{hash:x16}");
        Console.WriteLine("done");
        return 0;
    }

    /// <summary>A parameter's first values.</summary>
    public static float[] Values(ParameterInfo parameter, int seed)
    {
        var values = new float[parameter.Length];
        WeightInitialization.Fill(parameter, seed, values);
        return values;
    }
}
