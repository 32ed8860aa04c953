namespace ModelGen.Data;

/// <summary>The principal components of the colours of a set of images.</summary>
/// <remarks>
/// Source: A. Krizhevsky, I. Sutskever, G. Hinton, <i>ImageNet classification with deep convolutional neural networks</i>, 2012, section
/// 4.1.
/// </remarks>
public sealed class RgbPrincipalComponents
{
    private readonly double[] values;
    private readonly double[,] vectors;

    private RgbPrincipalComponents(double[] values, double[,] vectors) => (this.values, this.vectors) = (values, vectors);

    /// <summary>The eigenvalues of the covariance of red, green and blue, where a byte of 255 is 1; the largest first.</summary>
    public IReadOnlyList<double> Eigenvalues => values;

    /// <summary>One value of an eigenvector of length 1.</summary>
    /// <param name="component">0 to 2, in the order of <see cref="Eigenvalues"/>.</param>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    public double Eigenvector(int component, int channel) => vectors[component, channel];

    /// <summary>Computes the components over all pixels of all images.</summary>
    /// <param name="images">At least one image, of 3 channels.</param>
    /// <exception cref="ArgumentException">There are no images, or they have not 3 channels.</exception>
    public static RgbPrincipalComponents Of(LabeledImages images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Channels != 3 || images.Count == 0)
            throw new ArgumentException(
                MessageText.Invariant($"Expected images of 3 channels, got {images.Count} of {images.Channels}."), nameof(images));
        var (mean, _) = images.ChannelStatistics();
        long plane = (long)images.Height * images.Width;
        var covariance = new double[3, 3];
        for (int i = 0; i < images.Count; i++)
            for (long p = 0; p < plane; p++)
            {
                long at = i * 3 * plane + p;
                double r = images.Value(at) - mean[0], g = images.Value(at + plane) - mean[1], b = images.Value(at + 2 * plane) - mean[2];
                covariance[0, 0] += r * r;
                covariance[0, 1] += r * g;
                covariance[0, 2] += r * b;
                covariance[1, 1] += g * g;
                covariance[1, 2] += g * b;
                covariance[2, 2] += b * b;
            }
        for (int row = 0; row < 3; row++)
            for (int column = row; column < 3; column++)
                covariance[column, row] = covariance[row, column] /= images.Count * (double)plane;
        return Decompose(covariance);
    }

    // Jacobi's method: rotations that make one element off the diagonal 0 each (Golub and Van Loan, Matrix computations, 8.5). Only
    // operations that IEEE 754 fixes to the last bit.
    private static RgbPrincipalComponents Decompose(double[,] a)
    {
        double[,] v = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        for (int sweep = 0; sweep < 30; sweep++)
            for (int p = 0; p < 2; p++)
                for (int q = p + 1; q < 3; q++)
                {
                    if (a[p, q] == 0)
                        continue;
                    double tau = (a[q, q] - a[p, p]) / (2 * a[p, q]);
                    double t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + tau * tau));
                    double c = 1 / Math.Sqrt(1 + t * t), s = t * c;
                    for (int k = 0; k < 3; k++)
                        (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
                    for (int k = 0; k < 3; k++)
                    {
                        (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
                        (v[p, k], v[q, k]) = (c * v[p, k] - s * v[q, k], s * v[p, k] + c * v[q, k]);
                    }
                }

        int[] order = [0, 1, 2];
        Array.Sort(order, (i, j) => a[i, i] != a[j, j] ? a[j, j].CompareTo(a[i, i]) : i.CompareTo(j));
        var (values, vectors) = (new double[3], new double[3, 3]);
        for (int i = 0; i < 3; i++)
        {
            values[i] = Math.Max(0, a[order[i], order[i]]);
            for (int k = 0; k < 3; k++)
                vectors[i, k] = v[order[i], k];
        }
        return new RgbPrincipalComponents(values, vectors);
    }
}
