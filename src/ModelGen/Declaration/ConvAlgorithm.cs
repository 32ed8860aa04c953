namespace ModelGen;

/// <summary>How inference computes a convolution.</summary>
public enum ConvAlgorithm
{
    /// <summary>As the compiler sees fit for what the network is optimized for (see <see cref="Optimize"/>).</summary>
    Auto,

    /// <summary>Sums of products of pixels with weights. Results are infinite or NaN where these sums are, and nowhere else.</summary>
    Direct,

    /// <summary>
    /// Winograd's F(2×2, 3×3), 16 multiplications in place of 36, or F(2×2, 5×5), 36 in place of 100 (Lavin and Gray 2016,
    /// Fast algorithms for convolutional neural networks, §4.1). Needs a 3×3 kernel with stride 1 or 2, or a 5×5 kernel with stride 1;
    /// dilation 1 and one group.
    /// </summary>
    /// <remarks>
    /// Its transforms add up inputs with different signs, so an infinity or NaN in the input may make all results of the tiles that read it
    /// NaN or infinite, where direct sums give finite ones; other tiles are not touched. A tile is 2×2 results (4×4 with
    /// <see cref="Winograd4"/>) in all output channels, before pooling. They also overflow earlier. Results are finite as long as no input
    /// and no weight exceeds 1e37 in magnitude and input channels · largest input · largest weight is at most 1e34. The same holds for the
    /// gradients of images in training, of that of the result. Where inputs may be larger, use <see cref="Direct"/> or
    /// <see cref="Optimize.Exact"/>.
    /// </remarks>
    Winograd2,

    /// <summary>
    /// Winograd's F(4×4, 3×3): 36 multiplications in place of 144, with filters four times as large and two to three times the rounding
    /// (Lavin and Gray 2016, §4.3). Needs a 3×3 kernel with stride 1; dilation 1 and one group. What <see cref="Winograd2"/> says of
    /// infinities, NaN and overflow holds for its tiles of 4×4.
    /// </summary>
    Winograd4,
}
