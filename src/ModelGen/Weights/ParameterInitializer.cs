namespace ModelGen;

/// <summary>How a parameter gets its first values.</summary>
public enum ParameterInitializer
{
    /// <summary>All 0: biases and running means of normalisation layers.</summary>
    Zeros,

    /// <summary>All 1: scales and running variances of normalisation layers.</summary>
    Ones,

    /// <summary>Uniform in [-bound, +bound): weights and biases of Conv2d and Linear, where PyTorch's bound is 1/√fan-in.</summary>
    Uniform,

    /// <summary>
    /// Normal, of <see cref="ParameterInfo.Mean"/> and <see cref="ParameterInfo.StandardDeviation"/>; as <c>torch.nn.init.normal_</c>.
    /// </summary>
    Normal,

    /// <summary>
    /// The same, of which only what lies from <see cref="ParameterInfo.Lower"/> to <see cref="ParameterInfo.Upper"/> occurs; as
    /// <c>torch.nn.init.trunc_normal_</c>.
    /// </summary>
    TruncatedNormal,

    /// <summary>
    /// A random matrix, uniform among those with orthonormal rows or columns, whichever are fewer, times <see cref="ParameterInfo.Gain"/>;
    /// the first dimension against all others. As <c>torch.nn.init.orthogonal_</c>.
    /// </summary>
    Orthogonal,

    /// <summary>All <see cref="ParameterInfo.Value"/>; as <c>torch.nn.init.constant_</c>.</summary>
    Constant,
}
