using ModelGen.Benchmarks.Onnx;
using ModelGen.Generator.Graphs;
using ModelGen.Generator.Tests.Definition;
using ModelGen.Safetensors;

namespace ModelGen.Benchmarks;

/// <summary>A compiled network, the graph it was compiled from, and a way to load it.</summary>
/// <param name="Class">The network's class, which has a method <c>Define</c>.</param>
/// <param name="CreateWeights">Initial weights from a seed.</param>
/// <param name="LoadWith">An instance with the weights of a safetensors file.</param>
/// <param name="Describe">What the compiler says of it.</param>
internal sealed record PeerNetwork(Type Class, Func<int, WeightStore> CreateWeights,
    Func<string, WeightLoadOptions, ICompiledNetwork> LoadWith, Func<NetworkSummary> Describe)
{
    private const int Seed = 1;

    /// <summary>By name on the command line.</summary>
    public static IReadOnlyDictionary<string, Func<PeerNetwork>> All { get; } =
        new OrderedDictionary<string, Func<PeerNetwork>>(StringComparer.Ordinal)
    {
        ["lenet5"] = () =>
            new(typeof(LeNet5), LeNet5.CreateWeights, (path, options) => new LeNet5(LeNet5.LoadWeights(path, options)),
                () => LeNet5.Summary),
        ["alexnet"] = () =>
            new(typeof(AlexNet), AlexNet.CreateWeights, (path, options) => new AlexNet(AlexNet.LoadWeights(path, options)),
                () => AlexNet.Summary),
        ["alexnet-original"] = () =>
            new(typeof(AlexNetOriginal), AlexNetOriginal.CreateWeights,
                (path, options) => new AlexNetOriginal(AlexNetOriginal.LoadWeights(path, options)), () => AlexNetOriginal.Summary),
        ["vgg16"] = () =>
            new(typeof(Vgg16), Vgg16.CreateWeights, (path, options) => new Vgg16(Vgg16.LoadWeights(path, options)), () => Vgg16.Summary),
        ["googlenet"] = () =>
            new(typeof(GoogLeNet), GoogLeNet.CreateWeights, (path, options) => new GoogLeNet(GoogLeNet.LoadWeights(path, options)),
                () => GoogLeNet.Summary),
        ["resnet18"] = () =>
            new(typeof(ResNet18), ResNet18.CreateWeights, (path, options) => new ResNet18(ResNet18.LoadWeights(path, options)),
                () => ResNet18.Summary),
        ["resnet50"] = () =>
            new(typeof(ResNet50), ResNet50.CreateWeights, (path, options) => new ResNet50(ResNet50.LoadWeights(path, options)),
                () => ResNet50.Summary),
        ["resnet152"] = () =>
            new(typeof(ResNet152), ResNet152.CreateWeights, (path, options) => new ResNet152(ResNet152.LoadWeights(path, options)),
                () => ResNet152.Summary),
        ["densenet121"] = () =>
            new(typeof(DenseNet121), DenseNet121.CreateWeights, (path, options) => new DenseNet121(DenseNet121.LoadWeights(path, options)),
                () => DenseNet121.Summary),
        ["inceptionv3"] = () =>
            new(typeof(InceptionV3), InceptionV3.CreateWeights, (path, options) => new InceptionV3(InceptionV3.LoadWeights(path, options)),
                () => InceptionV3.Summary),
        ["mobilenet"] = () =>
            new(typeof(MobileNet), MobileNet.CreateWeights, (path, options) => new MobileNet(MobileNet.LoadWeights(path, options)),
                () => MobileNet.Summary),
        ["squeezenet"] = () =>
            new(typeof(SqueezeNet), SqueezeNet.CreateWeights, (path, options) => new SqueezeNet(SqueezeNet.LoadWeights(path, options)),
                () => SqueezeNet.Summary),
    };

    private Graph? _graph;

    /// <summary>As declared.</summary>
    public Graph Graph => _graph ??= GraphRecorder.Record(Class);

    public NetworkSummary Summary => Describe();

    /// <summary>An instance for inference alone, loaded on some threads, with the weights of a safetensors file.</summary>
    public ICompiledNetwork Load(string path, int threads = 1) => LoadWith(path, new() { KeepParameters = false, Parallelism = threads });

    public int InputLength => (int)Graph.Inputs.Single().Shape.Length;

    public int[] OutputShape => [1, .. Graph[Graph.Outputs.Single().Value].Shape.Dimensions];

    public int OutputLength => OutputShape.Aggregate(1, (product, size) => product * size);

    /// <summary>Writes the same weights as a safetensors file for ModelGen and, with the graph, as an ONNX file for the peer.</summary>
    /// <remarks>
    /// They are the initial ones, which keep activations in range from layer to layer, but what starts as all ones or zeros (biases and the
    /// parameters and statistics of normalisation) varies around that: a constant would hide mistakes.
    /// </remarks>
    public OnnxModel Write(string safetensorsPath, string onnxPath)
    {
        WeightStore weights = CreateWeights(Seed);
        var values = new Dictionary<string, float[]>(StringComparer.Ordinal);
        var random = new Random(Seed);
        foreach (ParameterInfo parameter in weights.Parameters)
        {
            float[] copy = weights[parameter.Name].ToArray();
            values.Add(parameter.Name, copy);
            for (int i = 0; i < copy.Length && parameter.Initializer != ParameterInitializer.Uniform; i++)
            {
                copy[i] += (random.NextSingle() * 0.2f) - 0.1f;
            }
        }

        SafetensorsWriter.Write(safetensorsPath, [.. weights.Parameters.Select(parameter =>
            new SafetensorsTensor(parameter.Name, [.. parameter.Shape.Select(size => (long)size)], values[parameter.Name]))]);
        OnnxModel model = OnnxExporter.Export(Graph, name => values[name]);
        OnnxFile.Write(onnxPath, model);
        return model with { Constants = [] };
    }
}
