using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Graphs;

namespace ModelGen.Generator.Ops;

/// <summary>
/// A sliding window over the two dimensions of an image: the geometry shared by convolution and pooling, and its one shape rule,
/// out = ⌊(in + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 (Dumoulin and Visin 2016, A guide to convolution arithmetic, §2.4).
/// </summary>
internal readonly record struct Window(int KernelHeight, int KernelWidth, int StrideY, int StrideX, Halo Padding,
    int DilationY, int DilationX)
{
    public static Window Of(AttributeMap attributes, int kernelHeight, int kernelWidth)
    {
        var stride = attributes.Ints("stride");
        var padding = attributes.Ints("padding");
        var dilation = attributes.TryGet("dilation", out AttributeValue d) ? d.Ints : [1, 1];
        Halo border = padding.Count == 4
            ? new Halo(padding[0], padding[1], padding[2], padding[3])
            : new Halo(padding[0], padding[1], padding[0], padding[1]);
        return new Window(kernelHeight, kernelWidth, stride[0], stride[1], border, dilation[0], dilation[1]);
    }

    public static Window Of(AttributeMap attributes)
    {
        var kernel = attributes.Ints("kernelSize");
        return Of(attributes, kernel[0], kernel[1]);
    }

    /// <summary>Rows that the kernel spans, dilation included.</summary>
    public int SpanY => DilationY * (KernelHeight - 1) + 1;

    public int SpanX => DilationX * (KernelWidth - 1) + 1;

    public int Taps => KernelHeight * KernelWidth;

    /// <summary>
    /// The widest window whose taps generated code may write one by one; a row of 512 would be megabytes of text, and no faster than a
    /// loop.
    /// </summary>
    public const int MostColumns = 32;

    /// <summary>Whether generated code has to go over the taps in loops.</summary>
    public bool IsLarge => KernelWidth > MostColumns || Taps > MostColumns * MostColumns;

    /// <summary>The kernel's size for readers: 3×3.</summary>
    public string Size => FormattableString.Invariant($"{KernelHeight}×{KernelWidth}");

    public (int Height, int Width) OutputSize(string label, Shape input, bool ceilMode = false) =>
        (OutputLength(label, "height", input[1], KernelHeight, DilationY, StrideY, Padding.Top, Padding.Bottom, ceilMode),
         OutputLength(label, "width", input[2], KernelWidth, DilationX, StrideX, Padding.Left, Padding.Right, ceilMode));

    /// <summary>Warns of rows and columns of the input (not of its padding) that no window reaches.</summary>
    public IEnumerable<Problem> UnreadWarnings(string label, Shape input, bool ceilMode = false)
    {
        if (ceilMode)
            yield break;
        if (Unread(label, "rows", input[1], SpanY, StrideY, Padding.Top, Padding.Bottom) is Problem rows)
            yield return rows;
        if (Unread(label, "columns", input[2], SpanX, StrideX, Padding.Left, Padding.Right) is Problem columns)
            yield return columns;
    }

    private static int OutputLength(
        string label, string axis, int length, int kernel, int dilation, int stride, int before, int after, bool ceilMode)
    {
        // In 64 bits: sizes that users write may be as large as an int. Once this has passed, every sum and span fits an int.
        long span = (long)dilation * (kernel - 1) + 1;
        long padded = (long)length + before + after;
        if (padded > Require.LargestLength)
        {
            throw new ShapeException(ProblemIds.TooLarge,
                $"{label}: the padded input {axis} {length} + {before} + {after} = {padded} is more than the {Require.LargestLength} "
                    + "supported");
        }
        // With ceilMode a last window may hang over, be it the only one, by less than a stride.
        long over = ceilMode ? stride - 1 : 0;
        if (padded + over < span)
        {
            string spans = dilation == 1 ? $"kernel {kernel}" : $"kernel {kernel} with dilation {dilation} spans {span}, which";
            string arithmetic = before + after == 0 ? $"{length}" : $"{length} + {before} + {after} = {padded}";
            string rounding = over == 0 ? "" : $" and the {over} that ceilMode with stride {stride} lets it hang over";
            throw new ShapeException(ProblemIds.KernelTooLarge,
                $"{label}: {spans} is larger than the padded input {axis} {arithmetic}{rounding}; "
                + $"use a kernel of at most {(padded + over - 1) / dilation + 1} or a padding that adds {span - padded - over} more");
        }
        long output = (padded + over - span) / stride + 1;
        // It must begin inside the input or its padding before (PyTorch, pooling_output_shape).
        if (ceilMode && (output - 1) * stride >= (long)length + before)
            output--;
        return (int)output;
    }

    private static Problem? Unread(string label, string what, int length, int span, int stride, int before, int after)
    {
        // A window shorter than its step leaves out what is between the windows too: a shortcut that takes every second pixel means to.
        if (span < stride)
            return null;
        int rest = length + before + after - span;
        int unread = rest % stride - after;
        if (rest < 0 || unread <= 0)
            return null;
        string exact = ((double)rest / stride + 1).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
        return new Problem(ProblemIds.UnreadInput,
            $"{label}: the last {unread} of {length} {what} are never read: ({length} + {before + after} - {span}) / {stride} + 1 = "
                + $"{exact} is rounded down to {rest / stride + 1}; "
            + $"a padding or crop that makes ({length} + padding - {span}) a multiple of {stride} reads all");
    }
}
