namespace ModelGen.Images.Jpeg;

/// <summary>What the components of a JPEG image stand for.</summary>
internal enum JpegColorSpace
{
    /// <summary>One component.</summary>
    Gray,

    /// <summary>Luma and two differences of colour (JFIF, Adobe's transform 1).</summary>
    YCbCr,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Inks, stored as 255 minus their amount, as Adobe's programs do.</summary>
    Cmyk,

    /// <summary>Inks whose first three are stored as <see cref="YCbCr"/> (Adobe's transform 2).</summary>
    Ycck,
}

/// <summary>Rows of components to rows of red, green, blue, rounded as libjpeg does, and inks as Pillow does.</summary>
/// <remarks>Source: ITU-T T.871 (JFIF), section 7: R = Y + 1.402 Cr, G = Y − 0.344136 Cb − 0.714136 Cr, B = Y + 1.772 Cb, with 16 bits
/// after the point.</remarks>
internal static unsafe class JpegColor
{
    private const int Half = 1 << 15;
    private const int RedOfCr = 91881, BlueOfCb = 116130, GreenOfCr = 46802, GreenOfCb = 22554;

    /// <summary>One row of <paramref name="width"/> pixels: three bytes for each.</summary>
    public static void ToRgb(JpegColorSpace space, byte* c0, byte* c1, byte* c2, byte* c3, int width, Span<byte> rgb)
    {
        fixed (byte* first = rgb[..(width * 3)])
        {
            if (space is JpegColorSpace.YCbCr or JpegColorSpace.Ycck)
                FromLuma(c0, c1, c2, width, first);
            else
                for (int x = 0; x < width; x++)
                    (first[3 * x], first[3 * x + 1], first[3 * x + 2]) = (c0[x], c1[x], c2[x]);
            // Adobe's inks are stored as what is left of white, and the first three of YCCK as 255 minus that.
            byte turn = space == JpegColorSpace.Cmyk ? (byte)255 : (byte)0;
            if (space >= JpegColorSpace.Cmyk)
                for (int i = 0; i < 3 * width; i++)
                    first[i] = Ink(first[i] ^ turn, c3[i / 3]);
        }
    }

    private static void FromLuma(byte* lumas, byte* blues, byte* reds, int width, byte* rgb)
    {
        for (int x = 0; x < width; x++, rgb += 3)
        {
            int luma = lumas[x], cb = blues[x] - 128, cr = reds[x] - 128;
            rgb[0] = Clamp(luma + (RedOfCr * cr + Half >> 16));
            rgb[1] = Clamp(luma + (Half - GreenOfCb * cb - GreenOfCr * cr >> 16));
            rgb[2] = Clamp(luma + (BlueOfCb * cb + Half >> 16));
        }
    }

    // What is left of white under an ink and black: white − black − ink × (white − black), all of 255, as Pillow rounds.
    private static byte Ink(int ink, int light)
    {
        int product = ink * light + 128;
        return Clamp(light - ((product >> 8) + product >> 8));
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);
}
