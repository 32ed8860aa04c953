namespace ModelGen;

/// <summary>
/// How a fully connected layer's weights are stored for <c>Forward</c>. Whatever it is, weights are loaded, saved and trained in float, and
/// sums are float.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Naming", "CA1720:Identifier contains type name", Justification = "What the format is called in the field.")]
public enum WeightStorage
{
    /// <summary>For a layer, as the network says; for a network, <see cref="Float32"/>.</summary>
    Auto,

    /// <summary>Single precision, as they are.</summary>
    Float32,

    /// <summary>
    /// Rounded, once, to bfloat16: the nearest number with 8 bits of significand, of two as near the even one, so each weight is off by at
    /// most 1/256 of itself (2⁻⁸·|w|; on average much less); a result is off by at most 2⁻⁸·Σ|w·x|. Exponents are those of float; what is
    /// nearest to a number beyond the largest is infinity, NaN stays NaN. Half the bytes are fetched in each call, which such layers wait
    /// for when they are large.
    /// </summary>
    BFloat16,
}
