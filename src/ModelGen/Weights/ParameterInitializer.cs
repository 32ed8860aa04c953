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
}
