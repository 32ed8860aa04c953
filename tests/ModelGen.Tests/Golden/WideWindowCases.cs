using System.Globalization;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Layouts;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Golden;

/// <summary>
/// Windows of so many columns or taps that generated code goes over them in loops, against plain loops in double precision: pools and
/// convolutions, depthwise ones too, of planes and of blocks, within the image and over its edges. Every third has gradients. The case's
/// number is the seed.
/// </summary>
internal static class WideWindowCases
{
    private const string Prefix = "wide_window_";
    private const int Count = 36;

    public static IEnumerable<string> Ids => Enumerable.Range(0, Count).Select(i => $"{Prefix}{i:D2}");

    public static bool IsId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    public static GraphFunction[] Functions(string id)
    {
        Graph graph = Declare(Seed(id));
        var forward = new GraphFunction(id + "_forward", graph, 2, ParameterUse.Constant);
        if (Seed(id) % 3 > 0)
            return [forward];
        Graph gradient = Differentiate.VectorJacobian(graph, ValueNames.Output, n => n.Is(OpNames.Input) || Initializers.IsTrainable(n));
        return [forward, new GraphFunction(id + "_gradient", gradient, 2, ParameterUse.Changing)];
    }

    public static IEnumerable<string> Failures(string id, GeneratedLibrary library) => Functions(id)
        .SelectMany(f => GraphCheck.OfReference(f, 1 + Seed(id) / 5 % 2, Seed(id)).Failures(library)
            .Select(failure => $"{failure}\n{f.Graph}"));

    private static int Seed(string id) => int.Parse(id[Prefix.Length..], CultureInfo.InvariantCulture);

    private static Graph Declare(int seed)
    {
        var random = new Random(seed);
        (int kernelHeight, int kernelWidth) = random.Next(4) == 0
            ? (random.Next(33, 40), 32)
            : (random.Next(1, 4), random.Next(33, 60));
        bool isInside = seed / 4 % 2 == 0;
        int[] padding = isInside ? [0, 0] : [Math.Min(kernelHeight / 2, random.Next(3)), random.Next(1, 9)];
        int channels = seed / 8 % 2 == 0 ? random.Next(1, 4) : random.Next(16, 35);
        int[] stride = [random.Next(1, 3), random.Next(1, 4)];
        var builder = new GraphBuilder("wide");
        int x = builder.Input("input", TensorType.Sample(channels, kernelHeight + random.Next(3), kernelWidth + random.Next(1, 25)));
        // Batch normalisation has kernels for blocks alone; a convolution with few results takes and leaves planes.
        bool isOfBlocks = channels >= Layout.Block;
        x = isOfBlocks
            ? Layer(OpNames.BatchNorm2d, "before")
            : Layer(OpNames.Conv2d, "before", ("outChannels", channels), ("kernelSize", new[] { 1, 1 }));
        AttributeValue kernel = new[] { kernelHeight, kernelWidth };
        int[] border = [padding[0], padding[1], padding[0], padding[1]];
        x = (seed % 4) switch
        {
            0 => Layer("MaxPool2d", "pool", ("kernelSize", kernel), ("stride", stride), ("padding", padding)),
            1 => Layer(
                "AvgPool2d", "pool", ("kernelSize", kernel), ("stride", stride), ("padding", padding),
                ("countIncludePad", random.Next(2) == 0)),
            2 => Layer(
                OpNames.Conv2d, "depthwise", ("outChannels", channels), ("kernelSize", kernel), ("stride", stride), ("padding", border),
                ("groups", channels)),
            _ => Layer(
                OpNames.Conv2d, "conv", ("outChannels", random.Next(1, 20)), ("kernelSize", kernel), ("stride", stride),
                ("padding", border)),
        };
        builder.Output(ValueNames.Output, isOfBlocks ? Layer(OpNames.BatchNorm2d, "behind") : x);
        return builder.Build();

        int Layer(string name, string layer, params (string, AttributeValue)[] attributes)
        {
            Operator op = OperatorTable.Get(name);
            return op.BuildLayer(builder, [x], op.WithDefaults(AttributeMap.Of(attributes), forLayer: true), layer);
        }
    }
}
