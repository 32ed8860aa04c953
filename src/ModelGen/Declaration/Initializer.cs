namespace ModelGen;

/// <summary>
/// How the weights of a layer start; see <c>CreateWeights</c>. A seed gives the same bits on every platform. Biases start at 0 but for
/// <see cref="LeCun"/>. With the layer's <c>InitGain</c> bounds and deviations that follow from a layer's size are multiplied.
/// </summary>
public enum Initializer
{
    /// <summary><see cref="He"/> before a ReLU, <see cref="Xavier"/> otherwise.</summary>
    Auto,

    /// <summary>U[−√(6/fan_in), √(6/fan_in)] (He et al. 2015, Delving deep into rectifiers, §2.2).</summary>
    He,

    /// <summary>
    /// U[−√(6/(fan_in+fan_out)), …] (Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward networks, §4.2.1).
    /// </summary>
    Xavier,

    /// <summary>U[−1/√fan_in, 1/√fan_in], for biases too (LeCun et al. 1998, Efficient BackProp, §4.6); PyTorch's default.</summary>
    LeCun,

    /// <summary>Normal with deviation √(2/fan_in) (He et al. 2015, §2.2); as <c>torch.nn.init.kaiming_normal_</c> for ReLU.</summary>
    HeNormal,

    /// <summary>
    /// Normal with deviation √(2/(fan_in+fan_out)) (Glorot and Bengio 2010, §4.2.1); as <c>torch.nn.init.xavier_normal_</c>.
    /// </summary>
    XavierNormal,

    /// <summary>
    /// Normal with mean <c>InitMean</c> and deviation <c>InitStd</c>, 0 and 1 unless given; as <c>torch.nn.init.normal_</c>.
    /// </summary>
    Normal,

    /// <summary>
    /// The same, of which only what lies from <c>InitLower</c> to <c>InitUpper</c> occurs, −2 to 2 unless given; as
    /// <c>torch.nn.init.trunc_normal_</c>.
    /// </summary>
    TruncatedNormal,

    /// <summary>
    /// A random matrix with orthonormal rows or columns, whichever are fewer, of the outputs against all else (Saxe et al. 2014, Exact
    /// solutions to the nonlinear dynamics of learning in deep linear networks); as <c>torch.nn.init.orthogonal_</c>. It takes
    /// min(rows, columns)·rows·columns multiplications.
    /// </summary>
    Orthogonal,

    /// <summary>All <c>InitValue</c>, 0 unless given; as <c>torch.nn.init.constant_</c>.</summary>
    Constant,
}
