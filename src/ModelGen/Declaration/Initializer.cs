namespace ModelGen;

/// <summary>
/// How the weights of a layer start; see <c>CreateWeights</c>. All are uniform, so that a seed gives the same weights on every platform.
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
}
