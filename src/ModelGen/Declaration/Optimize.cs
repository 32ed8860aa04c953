namespace ModelGen;

/// <summary>
/// What kernels of inference are chosen for. A layer that says how it is computed, as <c>Conv2d</c> can with <see cref="ConvAlgorithm"/>,
/// is computed that way whatever this says.
/// </summary>
public enum Optimize
{
    /// <summary>
    /// The fastest kernels. 3×3 and 5×5 convolutions may use Winograd's algorithm: its filters take 1.4 times (F(2×2, 5×5)), 1.8 times
    /// (F(2×2, 3×3)) or 4 times (F(4×4, 3×3)) the memory of the layer's own, it needs memory for transformed patches in the arena, and
    /// F(4×4, 3×3) rounds two to three times as much as direct sums do: with 256 channels 1.5e-6 of the results instead of 0.8e-6 (root
    /// mean squares). F(2×2, 3×3), whose sums are shorter, rounds no more than they do. An infinity, NaN or number above 1e37 in the input
    /// may make whole tiles of results not finite where direct sums are: see <see cref="ConvAlgorithm.Winograd2"/>.
    /// </summary>
    Speed,

    /// <summary>
    /// The least memory: no kernel that stores weights in a larger form than their own, and none that needs memory beside inputs and
    /// results, so no Winograd. What remains are channels rounded up to multiples of 16, in weights and activations, for kernels with
    /// vectors of channels. For devices with little memory, or where weights are read from memory in each call.
    /// </summary>
    Memory,

    /// <summary>
    /// The arithmetic that the layers define: every convolution and fully connected layer is sums of products of inputs with weights in
    /// float, as they stand; no Winograd, whose transforms round too. Batch normalisation is still folded into the convolution before it.
    /// Results are infinite or NaN where these sums are, and nowhere else.
    /// </summary>
    Exact,
}
