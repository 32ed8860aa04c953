using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace ModelGen.Runtime;

/// <summary>
/// Finds values that are not finite, once a loss is not. Each method returns what it found as part of a message, null if nothing.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class NonFinite
{
    private const int Block = KernelContract.Block;

    /// <summary>In what the caller gave: <paramref name="length"/> floats for each sample.</summary>
    public static string? InInput(ReadOnlySpan<float> values, int length, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return MessageText.Invariant($"'{name}' holds {values[i]} in sample {i / length}, at index {i % length} of it");
        }
        return null;
    }

    /// <summary>In the parameters, in their order.</summary>
    public static string? InParameters(WeightStore weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (ParameterInfo parameter in weights.Parameters)
        {
            ReadOnlySpan<float> values = weights[parameter.Name];
            for (int i = 0; i < values.Length; i++)
            {
                if (!float.IsFinite(values[i]))
                    return MessageText.Invariant($"parameter {MessageText.Quote(parameter.Name)} holds {values[i]} at index {i}");
            }
        }
        return null;
    }

    /// <summary>In what a step has just written. Lanes that belong to no channel may hold anything.</summary>
    public static string? InResult(ref float arena, in StepResult result, int samples)
    {
        int all = result.IsPerSample ? samples : 1;
        for (int s = 0; s < all; s++)
        {
            ref float first = ref Unsafe.Add(ref arena, result.Offset + (nint)s * result.Length);
            for (int i = 0; i < result.Length; i++)
            {
                float value = Unsafe.Add(ref first, i);
                if (float.IsFinite(value) || (result.Channels > 0 && i / result.BlockStride * Block + i % Block >= result.Channels))
                    continue;
                string sample = result.IsPerSample ? MessageText.Invariant($" for sample {s}") : "";
                return MessageText.Invariant($"the first value that is not finite is {value} in the result of {result.Name}{sample}");
            }
        }
        return null;
    }

    /// <summary>The message when every value is finite and only their sum is not.</summary>
    public const string Nowhere = "all values before it are finite";
}
