using ModelGen.Data;
using StbImageSharp;

namespace ModelGen.Images.Jpeg;

/// <summary>
/// Decodes JPEG images: markers and entropy-coded data by StbImageSharp, which gives coefficients to <see cref="InverseDct"/>; upsampling
/// and colours here, with libjpeg's rounding.
/// For one thread at a time; one object decodes any number of images, without managed memory but for errors.
/// </summary>
#pragma warning disable CA1001 // A view of memory holds nothing that could be disposed of.
internal sealed unsafe class JpegDecoder
#pragma warning restore CA1001
{
    private readonly MemoryView view = new();
    private readonly StbImage.stbi__jpeg decoder = new();
    private byte[] lines = [];

    /// <summary>Prepares a decoder.</summary>
    public JpegDecoder()
    {
        decoder.s = new StbImage.stbi__context(view);
        StbImage.stbi__setup_jpeg(decoder);
        decoder.idct_block_kernel = InverseDct.Transform;
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="content">The file that <paramref name="header"/> is of.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="name">What to call the file in errors.</param>
    /// <param name="pixels">Receives height × width × the channels of the header's size.</param>
    /// <exception cref="InvalidImageException">The entropy-coded data are damaged.</exception>
    public void Decode(ReadOnlySpan<byte> content, in JpegHeader header, string name, Span<byte> pixels)
    {
        fixed (byte* data = content)
        {
            view.Open(data, content.Length);
            try
            {
                if (!DecodePlanes() || view.RanOut)
                    throw new InvalidImageException(name, "JPEG data", "valid Huffman codes up to the end of the image", "damaged ones");
                WriteRows(header, pixels);
            }
            finally
            {
                StbImage.stbi__cleanup_jpeg(decoder);
            }
        }
    }

    private bool DecodePlanes()
    {
        for (int i = 0; i < 4; i++)
            decoder.img_comp[i] = default;
        decoder.s.img_n = 0;
        decoder.restart_interval = 0;
        if (StbImage.stbi__decode_jpeg_header(decoder, StbImage.STBI__SCAN_load) == 0)
            return false;
        Clear();
        for (byte marker = StbImage.stbi__get_marker(decoder); marker != 0xD9; marker = StbImage.stbi__get_marker(decoder))
        {
            if (marker != 0xDA)
            {
                if (StbImage.stbi__process_marker(decoder, marker) == 0)
                    return false;
                continue;
            }
            if (StbImage.stbi__process_scan_header(decoder) == 0 || StbImage.stbi__parse_entropy_coded_data(decoder) == 0)
                return false;
            if (decoder.marker == 0xFF)
                decoder.marker = StbImage.stbi__skip_jpeg_junk_at_end(decoder);
            // The header has counted them: one that is left means that blocks are.
            if (decoder.marker is >= 0xD0 and <= 0xD7)
                return false;
        }
        StbImage.stbi__jpeg_finish(decoder);
        return true;
    }

    // What damaged data leave out shall be gray, and not what the memory held before.
    private void Clear()
    {
        for (int i = 0; i < decoder.s.img_n; i++)
        {
            ref var component = ref decoder.img_comp[i];
            new Span<byte>(component.data, component.w2 * component.h2).Fill(128);
            if (component.coeff != null)
                new Span<short>(component.coeff, component.w2 * component.h2).Clear();
        }
    }

    private void WriteRows(in JpegHeader header, Span<byte> pixels)
    {
        int width = header.Width, count = decoder.s.img_n, channels = header.Size.Channels;
        // Upsampling writes whole samples, up to 4 pixels each.
        int lineBytes = width + 4;
        if (lines.Length < count * lineBytes)
            lines = new byte[count * lineBytes];
        byte** rows = stackalloc byte*[4];
        fixed (byte* line = lines)
            for (int y = 0; y < header.Height; y++)
            {
                for (int i = 0; i < count; i++)
                {
                    ref var component = ref decoder.img_comp[i];
                    rows[i] = ChromaUpsampling.Row(component.data, component.w2, component.x, component.y,
                        decoder.img_h_max / component.h, decoder.img_v_max / component.v, y, line + i * lineBytes);
                }
                var target = pixels.Slice(y * width * channels, width * channels);
                if (channels == 1)
                    new ReadOnlySpan<byte>(rows[0], width).CopyTo(target);
                else
                    JpegColor.ToRgb(header.ColorSpace, rows[0], rows[1], rows[2], rows[3], width, target);
            }
    }
}
