namespace ModelGen;

/// <summary>How alike two embeddings are.</summary>
public static class Similarity
{
    /// <summary>
    /// The cosine of the angle between two vectors, −1 to 1: x·y / max(|x|·|y|, ε); 0 where one of them is 0. As
    /// torch.nn.functional.cosine_similarity; sums are in double.
    /// </summary>
    /// <param name="x">A vector, such as the features of a face.</param>
    /// <param name="y">Another, of the same length.</param>
    /// <param name="epsilon">Keeps the quotient finite; above 0.</param>
    /// <exception cref="ArgumentException">The lengths differ, or ε is not above 0.</exception>
    public static float Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float epsilon = 1e-8f)
    {
        if (x.Length != y.Length)
            throw new ArgumentException(
                MessageText.Invariant($"Vectors that are compared have one length; got {x.Length} and {y.Length}."), nameof(y));
        if (!(epsilon > 0))
            throw new ArgumentOutOfRangeException(nameof(epsilon), MessageText.Invariant($"Epsilon must be above 0, got {epsilon}."));
        double product = 0, ofX = 0, ofY = 0;
        for (int i = 0; i < x.Length; i++)
        {
            product += (double)x[i] * y[i];
            ofX += (double)x[i] * x[i];
            ofY += (double)y[i] * y[i];
        }
        return (float)(product / Math.Max(Math.Sqrt(ofX) * Math.Sqrt(ofY), epsilon));
    }
}
