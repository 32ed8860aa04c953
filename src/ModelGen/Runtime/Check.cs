using System.ComponentModel;
using System.Globalization;

namespace ModelGen.Runtime;

/// <summary>Checks at the door of generated methods.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Check
{
    /// <exception cref="ArgumentException">The span is not as long as the network needs.</exception>
    public static void Length(int actual, int expected, string network, string argument)
    {
        if (actual != expected)
            Throw(actual, expected, network, argument);
    }

    /// <summary>Results are written while inputs are still read.</summary>
    /// <exception cref="ArgumentException">The spans share memory.</exception>
    public static void Apart(ReadOnlySpan<float> one, ReadOnlySpan<float> other, string network, string argument, string output)
    {
        if (one.Overlaps(other))
            throw new ArgumentException(
                $"{network}: '{output}' must not share memory with '{argument}', which is still read or written when the first results "
                    + $"are there.", output);
    }

    /// <exception cref="InvalidOperationException">The optimizer is to clip gradients, for which the network was not compiled.</exception>
    public static void DoesNotClip(GradientDescent optimizer, string network)
    {
        if (optimizer.MaxGradientNorm < float.PositiveInfinity)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{network}: MaxGradientNorm is {optimizer.MaxGradientNorm}, but the network was compiled without clipping; write "
                    + $"[Trainable(ClipGradients = true)]."));
        }
    }

    /// <exception cref="InvalidOperationException">So many samples have been accumulated that no more can be.</exception>
    public static void Accumulated(int before, int samples, string network)
    {
        if (before > TrainerState.MostAccumulated - samples)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{network}: {before:N0} samples have been accumulated, and {samples} more would be over the "
                    + $"{TrainerState.MostAccumulated:N0} that one step can be on; take a Step."));
        }
    }

    /// <exception cref="ArgumentException">There are no samples, or more than the method takes.</exception>
    public static void Samples(int actual, int most, string network, string argument, string method)
    {
        if (actual < 1 || actual > most)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{network}: {method} takes {SamplesTaken(most, method)}, got {actual} in '{argument}'."),
                        argument);
        }
    }

    /// <summary>The number of samples that a span holds.</summary>
    /// <param name="actual">Floats of the span.</param>
    /// <param name="length">Floats of one sample.</param>
    /// <param name="batch">The most samples.</param>
    /// <param name="network">What the message calls the network.</param>
    /// <param name="argument">What the message calls the span.</param>
    /// <param name="method">Who takes them.</param>
    /// <param name="elements">What the message calls the span's elements.</param>
    /// <exception cref="ArgumentException">They are not 1 to <paramref name="batch"/> whole samples.</exception>
    public static int SamplesOf(
        int actual, int length, int batch, string network, string argument, string method = "Forward", string elements = "floats")
    {
        int samples = actual / length;
        if (samples < 1 || samples > batch || samples * length != actual)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                        $"{network}: {method}: '{argument}' must hold {SamplesTaken(batch, method)} of {length} {elements} each, got "
                            + $"{actual} {elements}."), argument);
        }
        return samples;
    }

    // Evaluation takes whatever a span can hold, which is nobody's limit.
    private static string SamplesTaken(int most, string method) => method == "Evaluate"
        ? MessageText.Invariant($"1 or more samples (up to {most:N0})")
        : MessageText.Invariant($"1 to {most} samples");

    /// <summary>Checks the length of a span that takes the time of each step.</summary>
    /// <param name="actual">Elements of the span.</param>
    /// <param name="steps">Steps of the plan.</param>
    /// <param name="network">What the message calls the network.</param>
    /// <param name="argument">What the message calls the span.</param>
    /// <param name="of">What lists the steps.</param>
    /// <exception cref="ArgumentException">They differ.</exception>
    public static void Steps(int actual, int steps, string network, string argument, string of = "Summary.Steps")
    {
        if (actual != steps)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{network}: '{argument}' must hold {steps} times, one for each of {of}, got {actual}."),
                        argument);
        }
    }

    private static void Throw(int actual, int expected, string network, string argument) => throw new ArgumentException(
        string.Create(CultureInfo.InvariantCulture, $"{network}: '{argument}' must hold {expected} floats, got {actual}."), argument);
}
