namespace ModelGen.Images.Jpeg;

/// <summary>
/// The inverse discrete cosine transform of a block of 8×8 coefficients, in integers, rounded as libjpeg's accurate one ("islow") rounds,
/// so that decoded pixels
/// are those of Pillow, torchvision and OpenCV.
/// </summary>
/// <remarks>
/// Source: C. Loeffler, A. Ligtenberg, G. Moschytz, <i>Practical fast 1-D DCT algorithms with 11 multiplications</i>, 1989. Constants have
/// 13 bits after the point, and what goes
/// from columns to rows has 2.
/// </remarks>
internal static unsafe class InverseDct
{
    private const int ConstantBits = 13, BetweenBits = 2;

    // Sums of cosines of multiples of π/16 times √2, in 13 bits.
    private const int C0298631336 = 2446, C0390180644 = 3196, C0541196100 = 4433, C0765366865 = 6270, C0899976223 = 7373,
        C1175875602 = 9633,
        C1501321110 = 12299, C1847759065 = 15137, C1961570560 = 16069, C2053119869 = 16819, C2562915447 = 20995, C3072711026 = 25172;

    /// <summary>Transforms one block.</summary>
    /// <param name="pixels">Where its first pixel goes.</param>
    /// <param name="stride">From one row of pixels to the next.</param>
    /// <param name="coefficients">64 dequantised coefficients, row by row.</param>
    public static void Transform(byte* pixels, int stride, short* coefficients)
    {
        int* between = stackalloc int[64];
        int* line = stackalloc int[8];
        for (int x = 0; x < 8; x++)
        {
            short* column = coefficients + x;
            if (IsFlat(column))
            {
                for (int y = 0; y < 8; y++)
                    between[y * 8 + x] = column[0] << BetweenBits;
                continue;
            }
            for (int y = 0; y < 8; y++)
                line[y] = column[y * 8];
            TransformLine(line, ConstantBits - BetweenBits);
            for (int y = 0; y < 8; y++)
                between[y * 8 + x] = line[y];
        }
        for (int y = 0; y < 8; y++, pixels += stride)
        {
            // Three bits more are the factor 8 of a transform of two dimensions.
            int* row = between + y * 8;
            TransformLine(row, ConstantBits + BetweenBits + 3);
            for (int x = 0; x < 8; x++)
                pixels[x] = (byte)Math.Clamp(row[x] + 128, 0, 255);
        }
    }

    private static bool IsFlat(short* column) =>
        column[8] == 0 && column[16] == 0 && column[24] == 0 && column[32] == 0 && column[40] == 0 && column[48] == 0 && column[56] == 0;

    private static void TransformLine(int* line, int shift)
    {
        int half = 1 << shift - 1;
        // Even coefficients.
        int rotated = (line[2] + line[6]) * C0541196100;
        int low = rotated - line[6] * C1847759065, high = rotated + line[2] * C0765366865;
        int sum = (line[0] + line[4] << ConstantBits) + half, difference = (line[0] - line[4] << ConstantBits) + half;
        int even0 = sum + high, even3 = sum - high, even1 = difference + low, even2 = difference - low;

        // Odd coefficients.
        int c7 = line[7], c5 = line[5], c3 = line[3], c1 = line[1];
        int all = (c7 + c3 + c5 + c1) * C1175875602;
        int outer = -(c7 + c1) * C0899976223, inner = -(c5 + c3) * C2562915447;
        int first = all - (c7 + c3) * C1961570560, second = all - (c5 + c1) * C0390180644;
        int odd3 = c7 * C0298631336 + outer + first, odd2 = c5 * C2053119869 + inner + second;
        int odd1 = c3 * C3072711026 + inner + first, odd0 = c1 * C1501321110 + outer + second;

        line[0] = even0 + odd0 >> shift;
        line[7] = even0 - odd0 >> shift;
        line[1] = even1 + odd1 >> shift;
        line[6] = even1 - odd1 >> shift;
        line[2] = even2 + odd2 >> shift;
        line[5] = even2 - odd2 >> shift;
        line[3] = even3 + odd3 >> shift;
        line[4] = even3 - odd3 >> shift;
    }
}
