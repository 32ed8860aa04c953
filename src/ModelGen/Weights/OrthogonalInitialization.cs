using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelGen;

/// <summary>
/// A random matrix with orthonormal rows or columns, uniform among all (Haar): the Q of the QR decomposition of a normal matrix, R having a
/// positive diagonal. Saxe, McClelland and Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear networks.
/// </summary>
/// <remarks>
/// By Gram and Schmidt, each vector twice (Giraud and Langou 2005: twice is enough), in double. Sums have eight lanes, which are added up
/// in one order whatever the vectors' width, so that the bits are the same on every platform.
/// </remarks>
internal static class OrthogonalInitialization
{
    /// <summary>Fills a matrix of <paramref name="rows"/> rows.</summary>
    public static void Fill(ulong start, int rows, float gain, Span<float> values)
    {
        if (values.IsEmpty)
            return;
        int columns = values.Length / rows;
        (int count, int length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = new double[count][];
        for (int v = 0; v < count; v++)
        {
            double[] vector = vectors[v] = new double[length];
            for (int i = 0; i < length; i++)
                vector[i] = NormalInitialization.At(start, (long)v * length + i);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int other = 0; other < v; other++)
                    Subtract(vector, vectors[other], Dot(vector, vectors[other]));
            }
            double scale = 1 / Math.Sqrt(Dot(vector, vector));
            for (int i = 0; i < length; i++)
                vector[i] *= scale;
        }
        // The vectors are rows where those are the fewer, and columns otherwise.
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                values[r * columns + c] = (float)(gain * (rows <= columns ? vectors[r][c] : vectors[c][r]));
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        Vector256<double> even = default, odd = default;
        ref double x = ref MemoryMarshal.GetArrayDataReference(a), y = ref MemoryMarshal.GetArrayDataReference(b);
        int i = 0;
        for (; i <= a.Length - 8; i += 8)
        {
            even += Vector256.LoadUnsafe(ref x, (nuint)i) * Vector256.LoadUnsafe(ref y, (nuint)i);
            odd += Vector256.LoadUnsafe(ref x, (nuint)i + 4) * Vector256.LoadUnsafe(ref y, (nuint)i + 4);
        }
        Vector256<double> lanes = even + odd;
        double sum = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Subtract(double[] from, double[] other, double factor)
    {
        ref double x = ref MemoryMarshal.GetArrayDataReference(from), y = ref MemoryMarshal.GetArrayDataReference(other);
        int i = 0;
        for (; i <= from.Length - 4; i += 4)
            (Vector256.LoadUnsafe(ref x, (nuint)i) - Vector256.LoadUnsafe(ref y, (nuint)i) * Vector256.Create(factor))
                .StoreUnsafe(ref x, (nuint)i);
        for (; i < from.Length; i++)
            from[i] -= other[i] * factor;
    }
}
