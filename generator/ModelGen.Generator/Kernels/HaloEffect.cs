namespace ModelGen.Generator.Kernels;

/// <summary>
/// What a kernel leaves in the halo of its result. Whether the halo must be cleared behind it follows from that and from where the result
/// lies.
/// </summary>
internal enum HaloEffect
{
    /// <summary>Anything.</summary>
    Spoils,

    /// <summary>What was there before: it writes pixels alone, neither halo nor gaps.</summary>
    Keeps,

    /// <summary>
    /// Zeros, where the halos of its inputs are zero: a loop over the whole memory of values that lie as the result does, with a function
    /// that takes zeros to zero.
    /// </summary>
    MapsZeros,

    /// <summary>Zeros.</summary>
    Clears,
}

/// <summary>What follows from a <see cref="HaloEffect"/>.</summary>
internal static class HaloEffects
{
    /// <summary>
    /// Whether the halo is zero behind the kernel. All values are left with halos of zeros, so that a result in the memory of an input of
    /// its layout finds zeros there.
    /// </summary>
    /// <param name="inPlace">Whether the result takes the memory of an input that lies as it does.</param>
    public static bool LeavesZeros(this HaloEffect effect, bool inPlace) => effect switch
    {
        HaloEffect.Spoils => false,
        HaloEffect.Keeps => inPlace,
        _ => true,
    };
}
