using System.Runtime.CompilerServices;

namespace ModelGen;

/// <summary>One parameter of a network: its <c>state_dict</c> key, its shape, and where its values lie in the network's memory.</summary>
/// <remarks>
/// Immutable. Generated code holds one static table of these per network; values are row-major in PyTorch's layout (OIHW for Conv2d).
/// </remarks>
public sealed class ParameterInfo
{
    private readonly float _mean, _standardDeviation = 1, _lower = -2, _upper = 2, _gain = 1, _value;

    /// <summary>Describes one parameter.</summary>
    /// <param name="name">Its <c>state_dict</c> key, such as <c>layer1.0.conv1.weight</c>; not empty.</param>
    /// <param name="shape">Its dimensions, outermost first; copied. Empty for a scalar. Each at least 0.</param>
    /// <param name="offset">Index of its first value in the network's memory, in floats.</param>
    /// <param name="initializer">How it gets its first values.</param>
    /// <param name="bound">For <see cref="ParameterInitializer.Uniform"/>: the half width of the interval; finite, at least 0. Otherwise
    /// unused.</param>
    /// <param name="trainable">False for state that training updates by other means than gradients: <c>running_mean</c>,
    /// <c>running_var</c>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A dimension or the offset is negative, the bound is negative or not finite, or the last value would lie beyond index 2^31 - 1.
    /// </exception>
    public ParameterInfo(
        string name, ReadOnlySpan<int> shape, int offset, ParameterInitializer initializer, float bound = 0, bool trainable = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        // No message gets the value as an argument: the framework would append it in the user's culture.
        long length = 1;
        string who = $"Parameter {MessageText.Quote(name)}:";
        foreach (int dimension in shape)
        {
            if (dimension < 0)
                throw new ArgumentOutOfRangeException(
                    nameof(shape), MessageText.Invariant($"{who} expected dimensions of at least 0, actual {dimension}."));
            // Each factor is below 2^31 and the product so far at most 2^31, so 64 bits cannot overflow before the check.
            length *= dimension;
            if (length > int.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(shape),
                    MessageText.Invariant(
                        $"{who} expected at most {int.MaxValue} values, actual shape {MessageText.Shape(shape.ToArray())}."));
        }
        if (offset < 0 || offset > int.MaxValue - length)
            throw new ArgumentOutOfRangeException(nameof(offset),
                MessageText.Invariant($"{who} expected an offset from 0 to {int.MaxValue - length}, actual {offset}."));
        if (!float.IsFinite(bound) || bound < 0)
            throw new ArgumentOutOfRangeException(
                nameof(bound), MessageText.Invariant($"{who} expected a finite bound of at least 0, actual {bound}."));

        Name = name;
        Shape = Array.AsReadOnly(shape.ToArray());
        Length = (int)length;
        Offset = offset;
        Initializer = initializer;
        Bound = bound;
        Trainable = trainable;
    }

    /// <summary>The <c>state_dict</c> key: <c>layer1.0.conv1.weight</c>, <c>bn1.running_mean</c>.</summary>
    public string Name { get; }

    /// <summary>The dimensions, outermost first: <c>[6, 1, 5, 5]</c>.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>How many values it has: the product of <see cref="Shape"/>.</summary>
    public int Length { get; }

    /// <summary>Index of its first value in the network's memory, in floats.</summary>
    public int Offset { get; }

    /// <summary>How it gets its first values.</summary>
    public ParameterInitializer Initializer { get; }

    /// <summary>Half width of the interval of <see cref="ParameterInitializer.Uniform"/>.</summary>
    public float Bound { get; }

    /// <summary>Mean of <see cref="ParameterInitializer.Normal"/> and <see cref="ParameterInitializer.TruncatedNormal"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public float Mean
    {
        get => _mean;
        init => _mean = Checked(value, float.IsFinite(value), "a finite mean");
    }

    /// <summary>
    /// Standard deviation of <see cref="ParameterInitializer.Normal"/>, and of what <see cref="ParameterInitializer.TruncatedNormal"/>
    /// truncates; 1 unless given.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number above 0.</exception>
    public float StandardDeviation
    {
        get => _standardDeviation;
        init => _standardDeviation = Checked(value, float.IsFinite(value) && value > 0, "a finite standard deviation above 0");
    }

    /// <summary>The least that <see cref="ParameterInitializer.TruncatedNormal"/> gives; −2 unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public float Lower
    {
        get => _lower;
        init => _lower = Checked(value, float.IsFinite(value), "a finite lower limit");
    }

    /// <summary>The most that <see cref="ParameterInitializer.TruncatedNormal"/> gives, not below <see cref="Lower"/>; 2 unless
    /// given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public float Upper
    {
        get => _upper;
        init => _upper = Checked(value, float.IsFinite(value), "a finite upper limit");
    }

    /// <summary>Factor of <see cref="ParameterInitializer.Orthogonal"/>; 1 unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public float Gain
    {
        get => _gain;
        init => _gain = Checked(value, float.IsFinite(value), "a finite gain");
    }

    /// <summary>What <see cref="ParameterInitializer.Constant"/> gives.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public float Value
    {
        get => _value;
        init => _value = Checked(value, float.IsFinite(value), "a finite value");
    }

    /// <summary>Whether an optimizer updates it by its gradient.</summary>
    public bool Trainable { get; }

    /// <summary>Name and shape: <c>conv1.weight [6, 1, 5, 5]</c>.</summary>
    public override string ToString() => Name + " " + MessageText.Shape(Shape);

    private float Checked(float value, bool isRight, string expected, [CallerMemberName] string property = "") => isRight ? value
        : throw new ArgumentOutOfRangeException(property,
            MessageText.Invariant($"Parameter {MessageText.Quote(Name)}: expected {expected}, actual {value}."));
}
