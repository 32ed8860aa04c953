namespace ModelGen.Tests.Runtime;

/// <summary>Floats at any misalignment with sentinels on both sides: a kernel that writes outside its buffer is found out.</summary>
internal sealed class Guarded
{
    private const int Margin = 64;
    // A NaN: reading it into a result shows, too. A quiet one, because optimised builds may quiet a signalling one when they fold
    // constants.
    private const uint Sentinel = 0x7FEBCDEF;
    private readonly float[] _memory;
    private readonly int _start;

    public Guarded(int length, int misalignment = 0)
    {
        Length = length;
        _start = Margin + misalignment;
        _memory = new float[_start + length + Margin];
        Array.Fill(_memory, BitConverter.UInt32BitsToSingle(Sentinel));
    }

    public Guarded(ReadOnlySpan<float> values, int misalignment = 0) : this(values.Length, misalignment) => values.CopyTo(Span);

    public int Length { get; }
    public ref float First => ref _memory[_start];
    public Span<float> Span => _memory.AsSpan(_start, Length);
    public float this[int index] => _memory[_start + index];

    public void AssertGuards()
    {
        for (int i = 0; i < _memory.Length; i++)
        {
            if (i < _start || i >= _start + Length)
                Assert.True(BitConverter.SingleToUInt32Bits(_memory[i]) == Sentinel, $"wrote at {i - _start} of a buffer of {Length}");
        }
    }

    /// <summary>Values of every kind: ordinary, huge, tiny, denormal, ±0, ±∞ and NaN.</summary>
    public static float[] Wild(int length, int seed)
    {
        float[] special = [0f, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, 1e-40f,
            float.MaxValue];
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = random.Next(5) == 0 ? special[random.Next(special.Length)] : (float)(random.NextDouble() * 12 - 6);
        return values;
    }

    /// <summary>Ordinary values, normally distributed.</summary>
    public static float[] Normal(int length, int seed, double mean = 0, double deviation = 1)
    {
        var random = new Random(seed);
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)(mean + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }
}
