using ModelGen.Generator.Graphs;
using ModelGen.Generator.Scheduling;

namespace ModelGen.Generator.Ops;

/// <summary>
/// A sliding window over the two dimensions of an image: the geometry shared by convolution and pooling, and its one shape rule,
/// out = ⌊(in + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 (Dumoulin and Visin 2016, A guide to convolution arithmetic, §2.4).
/// </summary>
internal readonly record struct Window(int KernelHeight, int KernelWidth, int StrideY, int StrideX, Halo Padding, int DilationY, int DilationX)
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

    /// <summary>The widest window whose taps generated code may write one by one; a row of 512 would be megabytes of text, and no faster than a loop.</summary>
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
                $"{label}: the padded input {axis} {length} + {before} + {after} = {padded} is more than the {Require.LargestLength} supported");
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
            $"{label}: the last {unread} of {length} {what} are never read: ({length} + {before + after} - {span}) / {stride} + 1 = {exact} is rounded down to {rest / stride + 1}; "
            + $"a padding or crop that makes ({length} + padding - {span}) a multiple of {stride} reads all");
    }
}

/// <summary>Checks that several operators share.</summary>
internal static class Require
{
    /// <summary>Most elements of a tensor, and longest dimension.</summary>
    public const int LargestLength = 1 << 30;

    public static void Image(OperatorCall call, int input = 0)
    {
        Shape shape = call.Inputs[input].Shape;
        if (shape.Rank != 3)
        {
            throw new ShapeException(ProblemIds.NeedsImage,
                $"{call.Label} needs channels×height×width per sample, got {shape}; put it before Flatten");
        }
    }

    public static void SameShapes(OperatorCall call)
    {
        for (int i = 1; i < call.Inputs.Count; i++)
        {
            if (call.Inputs[i].Shape != call.Inputs[0].Shape)
            {
                throw new ShapeException(ProblemIds.ShapesDiffer,
                    $"{call.Label} needs inputs of one shape, got {string.Join(" and ", call.Inputs.Select(t => t.Shape.ToString()))}");
            }
        }
    }

    public static void InputCount(OperatorCall call, int fewest, int most)
    {
        if (call.Inputs.Count < fewest || call.Inputs.Count > most)
        {
            string expected = fewest == most ? $"{fewest}" : $"{fewest} to {most}";
            throw new ShapeException(ProblemIds.InputCount, $"{call.Label} takes {expected} inputs, got {call.Inputs.Count}");
        }
    }

    /// <summary>Sizes stay below what a .NET array can index, and are refused by name before anything overflows.</summary>
    public static TensorType Size(OperatorCall call, TensorType type)
    {
        long length;
        try
        {
            length = type.Shape.Length;
        }
        catch (OverflowException)
        {
            length = long.MaxValue;
        }
        return length <= LargestLength
            ? type
            : throw new ShapeException(ProblemIds.TooLarge, $"{call.Label} would make a tensor of {type.Shape} elements; at most {LargestLength} are supported");
    }
}

/// <summary>Ids of everything that can be wrong with a network; docs/diagnostics has a page for each.</summary>
internal static class ProblemIds
{
    public const string NotPartial = "MG0001";
    public const string NoInput = "MG0002";
    public const string UnknownFrom = "MG0003";
    public const string UnusedLayer = "MG0004";
    public const string InvalidArgument = "MG0005";
    public const string DuplicateName = "MG0006";
    public const string SeveralDeclarations = "MG0007";
    public const string UnsupportedClass = "MG0008";
    public const string NoLayers = "MG0009";
    public const string NotANetwork = "MG0010";
    public const string LanguageVersion = "MG0011";
    public const string NotKnownYet = "MG0012";
    public const string KernelTooLarge = "MG0101";
    public const string NeedsFeatures = "MG0102";
    public const string Groups = "MG0103";
    public const string ShapesDiffer = "MG0104";
    public const string NeedsImage = "MG0105";
    public const string UnreadInput = "MG0106";
    public const string InputCount = "MG0107";
    public const string TooLarge = "MG0108";
    public const string PaddingTooLarge = "MG0109";
    public const string LossShape = "MG0110";
    public const string Algorithm = "MG0111";
    public const string NotUnderstood = "MG0201";
    public const string NoSource = "MG0202";
    public const string RunsAway = "MG0203";
    public const string Fails = "MG0204";
    public const string InvalidDefine = "MG0205";
    public const string TwoForms = "MG0206";
    public const string InvalidJson = "MG0301";
    public const string UnknownKey = "MG0302";
    public const string WrongValue = "MG0303";
    public const string UnknownOperator = "MG0304";
    public const string UnknownBlock = "MG0305";
    public const string Expression = "MG0306";
    public const string Runaway = "MG0307";
    public const string InvalidName = "MG0308";
    public const string DuplicateClass = "MG0309";
    public const string Internal = "MG9999";
}
