using ModelGen.Safetensors;

namespace ModelGen.Tool;

/// <summary>What the values of a tensor are like.</summary>
/// <param name="Minimum">The least finite value; NaN where there is none.</param>
/// <param name="Maximum">The largest finite value.</param>
/// <param name="Mean">The mean of the finite values.</param>
/// <param name="Deviation">Their standard deviation, of the population.</param>
/// <param name="Zeros">How many are 0.</param>
/// <param name="NonFinite">How many are NaN or infinite.</param>
internal sealed record TensorStatistics(double Minimum, double Maximum, double Mean, double Deviation, long Zeros, long NonFinite)
{
    /// <summary>Reads a tensor of F32, F16 or BF16; null for other types.</summary>
    public static TensorStatistics? Of(SafetensorsFile file, SafetensorsEntry entry) =>
        FloatsOf(file, entry) is { } values ? Of(values) : null;

    /// <summary>The values of F32, F16 or BF16; null for other types.</summary>
    public static float[]? FloatsOf(SafetensorsFile file, SafetensorsEntry entry)
    {
        if (entry.Dtype is not (SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16))
            return null;
        if (entry.ElementCount > Array.MaxLength)
            throw new ToolException($"{file.Path}: {entry.Name}: expected at most {Array.MaxLength} elements, found {entry.ElementCount}");
        var values = new float[entry.ElementCount];
        file.Read(entry.Name, values);
        return values;
    }

    private static TensorStatistics Of(float[] values)
    {
        double minimum = double.NaN, maximum = double.NaN, sum = 0, squares = 0;
        long zeros = 0, finite = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                continue;
            finite++;
            zeros += value == 0 ? 1 : 0;
            sum += value;
            minimum = finite == 1 ? value : Math.Min(minimum, value);
            maximum = finite == 1 ? value : Math.Max(maximum, value);
        }
        double mean = sum / finite;
        foreach (float value in values)
            if (float.IsFinite(value))
                squares += (value - mean) * (value - mean);
        return new TensorStatistics(minimum, maximum, mean, Math.Sqrt(squares / finite), zeros, values.Length - finite);
    }
}
