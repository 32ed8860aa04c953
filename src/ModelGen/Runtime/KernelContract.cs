namespace ModelGen.Runtime;

/// <summary>Numbers that the compiler and the library must agree on: this file is compiled into both.</summary>
internal static class KernelContract
{
    /// <summary>Channels of a block, in activations and weights: one vector of 512 bits, two of 256, four of 128.</summary>
    public const int Block = 16;

    /// <summary>Bytes on whose multiples arenas and packed weights start: a line of the cache.</summary>
    public const int AlignmentInBytes = 64;

    /// <summary>
    /// Floats behind every arena and every packed parameter that kernels may read, and that arenas may be written in:
    /// a vector that starts inside may end outside.
    /// </summary>
    public const int SpareFloats = 512;

    /// <summary>
    /// Bytes that callers give beyond <c>ArenaBytes</c>: spare floats, and what lies before the first multiple of the alignment.
    /// </summary>
    public const int BytesBesideArena = SpareFloats * sizeof(float) + AlignmentInBytes;

    /// <summary>Floats between the points of Winograd's algorithm, so that they do not all fall into the same set of the cache.</summary>
    public const int WinogradGap = 16;

    /// <summary>Inputs of a fully connected layer whose gradients are one unit of work, which threads divide.</summary>
    public const int LinearGradientChunk = 128;

    /// <summary>The most inputs and outputs of a network that can use several threads.</summary>
    public const int MostArguments = 8;
}
