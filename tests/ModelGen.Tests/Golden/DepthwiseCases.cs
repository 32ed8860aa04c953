using System.Globalization;
using ModelGen.Generator.Diagnostics;
using ModelGen.Generator.Differentiation;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Model;
using ModelGen.Generator.Ops;
using ModelGen.Tests.Harness;

namespace ModelGen.Tests.Golden;

/// <summary>
/// Depthwise convolutions in blocks, against plain loops in double precision: images 1 to 40 wide with 2 to 40 channels, kernels of 1 to 7,
/// strides, dilations and padding on each side as they come, up to windows that lie beside the image altogether. Every fourth has
/// gradients. The case's number is the seed.
/// </summary>
internal static class DepthwiseCases
{
    private const string Prefix = "depthwise_";
    private const int Count = 40;

    public static IEnumerable<string> Ids => Enumerable.Range(0, Count).Select(i => $"{Prefix}{i:D3}");

    public static bool IsId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);

    public static GraphFunction[] Functions(string id) => HasGradients(id) ? [Forward(id), Gradient(id)] : [Forward(id)];

    private static GraphFunction Forward(string id) => new(id + "_forward", Declare(Seed(id), isActivated: true), 2, ParameterUse.Constant);

    private static GraphFunction Gradient(string id) => new(id + "_gradient", Differentiate.VectorJacobian(
        Declare(Seed(id), isActivated: false), ValueNames.Output, n => n.Is(OpNames.Input)
            || (n.Is(OpNames.Parameter) && Initializers.IsTrainable(n))), 2, ParameterUse.Changing);

    private static bool HasGradients(string id) => Seed(id) % 4 == 0;

    public static IEnumerable<string> Failures(string id, GeneratedLibrary library) =>
        Functions(id).SelectMany(f => GraphCheck.OfReference(f, 1 + Seed(id) / 4 % 2, Seed(id)).Failures(library)
            .Select(failure => $"{failure}\n{f.Graph}"));

    // Batch normalisation has kernels for blocks alone, so blocks it is, however few channels there are.
    private static Graph Declare(int seed, bool isActivated)
    {
        var random = new Random(seed);
        // Each width comes once, and so does each number of channels.
        (int width, int channels) = (seed % 40 + 1, Math.Max(2, (seed * 23 + 5) % 40 + 1));
        while (true)
        {
            var builder = new GraphBuilder("depthwise");
            int x = builder.Input("input", TensorType.Sample(channels, random.Next(1, 12), width));
            int weight = builder.Parameter("filters", TensorType.Fixed(channels, 1, random.Next(1, 8), random.Next(1, 8)),
                AttributeMap.Empty);
            int[] inputs = random.Next(2) == 0 ? [x, weight]
                : [x, weight, builder.Parameter("bias", TensorType.Fixed(channels), AttributeMap.Empty)];
            int most = random.Next(4) == 0 ? 9 : 4;
            AttributeMap attributes = AttributeMap.Of(
                ("groups", channels), ("stride", Pair(1, 4)), ("dilation", random.Next(3) == 0 ? Pair(1, 4) : Pair(1, 2)),
                ("padding", new[] { random.Next(most), random.Next(most), random.Next(most), random.Next(most) }));
            Activation[] activations = [Activation.None, Activation.Relu, Activation.Relu6, Activation.Tanh];
            Activation activation = isActivated ? activations[seed % 4] : Activation.None;
            try
            {
                x = builder.Add(
                    OpNames.Conv2d, inputs, attributes, "",
                    activation == Activation.None ? null : ConvolutionPlan.Direct with { Activation = activation });
            }
            catch (ShapeException)
            {
                // The window is larger than the padded image.
                continue;
            }
            Operator norm = OperatorTable.Get(OpNames.BatchNorm2d);
            builder.Output(ValueNames.Output, norm.BuildLayer(builder, [x], norm.WithDefaults(AttributeMap.Empty, forLayer: true), "norm"));
            return builder.Build();
        }

        AttributeValue Pair(int from, int to) => new[] { random.Next(from, to), random.Next(from, to) };
    }

    private static int Seed(string id) => int.Parse(id[Prefix.Length..], CultureInfo.InvariantCulture);
}
