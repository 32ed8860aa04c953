namespace ModelGen;

/// <summary>
/// Marks a partial class that is a network, compiled at build time: its layers are written as attributes in source order, or it has a static method
/// <c>Define</c> that calls them (see <see cref="Tensor"/>), which can have branches, loops and blocks.
/// <code>
/// [Network, Input(1, 28, 28)]
/// [Conv2d(6, 5, Padding = 2), Tanh, AvgPool2d(2)]
/// [Flatten, Linear(10)]
/// public sealed partial class Digits;
/// </code>
/// </summary>
/// <remarks>
/// The class may be nested in other partial types and may have members of its own. It must not be generic, static, abstract, file-local or a record.
/// All layers stand on one declaration of the class, since the order of several would be undefined.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class NetworkAttribute : Attribute
{
    /// <summary>
    /// The most samples of one call of <c>Forward</c>, at least 1. Kernels and memory are planned for this many; a call may have fewer, and <c>ArenaBytes</c> grows with it.
    /// </summary>
    public int Batch { get; set; } = 1;

    /// <summary>
    /// Whether the network gets a method <c>Profile</c>, which is <c>Forward</c> with a clock between its steps, and <c>Summary.Steps</c>, which says what they are.
    /// </summary>
    public bool Profile { get; set; }

    /// <summary>What inference and training are compiled for; <see cref="ModelGen.Optimize.Speed"/> unless given.</summary>
    public Optimize Optimize { get; set; }

    /// <summary>How fully connected layers store their weights for inference, unless they say it themselves; float unless given.</summary>
    public WeightStorage WeightStorage { get; set; }
}

/// <summary>
/// How a fully connected layer's weights are stored for <c>Forward</c>. Whatever it is, weights are loaded, saved and trained in float, and sums are float.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "What the format is called in the field.")]
public enum WeightStorage
{
    /// <summary>For a layer, as the network says; for a network, <see cref="Float32"/>.</summary>
    Auto,

    /// <summary>Single precision, as they are.</summary>
    Float32,

    /// <summary>
    /// Rounded, once, to bfloat16: the nearest number with 8 bits of significand, of two as near the even one, so each weight is off by at most 1/256 of itself (2⁻⁸·|w|; on average much less); a result is off
    /// by at most 2⁻⁸·Σ|w·x|. Exponents are those of float; what is nearest to a number beyond the largest is infinity, NaN stays NaN. Half the bytes are fetched in each call, which such layers wait for when they are large.
    /// </summary>
    BFloat16,
}

/// <summary>
/// What kernels of inference are chosen for. A layer that says how it is computed, as <c>Conv2d</c> can with <see cref="ConvAlgorithm"/>, is computed that way whatever this says.
/// </summary>
public enum Optimize
{
    /// <summary>
    /// The fastest kernels. 3×3 and 5×5 convolutions may use Winograd's algorithm: its filters take 1.4 times (F(2×2, 5×5)), 1.8 times (F(2×2, 3×3)) or 4 times (F(4×4, 3×3)) the memory of the layer's
    /// own, it needs memory for transformed patches in the arena, and F(4×4, 3×3) rounds two to three times as much as direct sums do: with 256 channels 1.5e-6 of the results instead of 0.8e-6 (root mean squares). F(2×2, 3×3),
    /// whose sums are shorter, rounds no more than they do. An infinity, NaN or number above 1e37 in the input may make whole tiles of results not finite where direct sums are: see <see cref="ConvAlgorithm.Winograd2"/>.
    /// </summary>
    Speed,

    /// <summary>
    /// The least memory: no kernel that stores weights in a larger form than their own, and none that needs memory beside inputs and results, so no Winograd. What remains are channels rounded up to
    /// multiples of 16, in weights and activations, for kernels with vectors of channels. For devices with little memory, or where weights are read from memory in each call.
    /// </summary>
    Memory,

    /// <summary>
    /// The arithmetic that the layers define: every convolution and fully connected layer is sums of products of inputs with weights in float, as they stand; no Winograd, whose transforms
    /// round too. Batch normalisation is still folded into the convolution before it. Results are infinite or NaN where these sums are, and nowhere else.
    /// </summary>
    Exact,
}

/// <summary>How inference computes a convolution.</summary>
public enum ConvAlgorithm
{
    /// <summary>As the compiler sees fit for what the network is optimized for (see <see cref="Optimize"/>).</summary>
    Auto,

    /// <summary>Sums of products of pixels with weights. Results are infinite or NaN where these sums are, and nowhere else.</summary>
    Direct,

    /// <summary>
    /// Winograd's F(2×2, 3×3), 16 multiplications in place of 36, or F(2×2, 5×5), 36 in place of 100. Needs a 3×3 or 5×5 kernel, stride 1, dilation 1 and one group (Lavin and Gray 2016, Fast algorithms for
    /// convolutional neural networks, §4.1); 3×3 with stride 2 has a form too.
    /// </summary>
    /// <remarks>
    /// Its transforms add up inputs with different signs, so an infinity or NaN in the input may make all results of the tiles that read it NaN or infinite, where direct sums give finite ones; other tiles
    /// are not touched. A tile is 2×2 results (4×4 with <see cref="Winograd4"/>) in all output channels, before pooling. They also overflow earlier. Results are finite as long as no input and no weight exceeds
    /// 1e37 in magnitude and input channels · largest input · largest weight is at most 1e34. The same holds for the gradients of images in training, of that of the result.
    /// Where inputs may be larger, use <see cref="Direct"/> or <see cref="Optimize.Exact"/>.
    /// </remarks>
    Winograd2,

    /// <summary>
    /// Winograd's F(4×4, 3×3): 36 multiplications in place of 144, with filters four times as large and two to three times the rounding. Needs a 3×3 kernel, stride 1, dilation 1 and one group (Lavin and Gray 2016,
    /// §4.3). What <see cref="Winograd2"/> says of infinities, NaN and overflow holds for its tiles of 4×4.
    /// </summary>
    Winograd4,
}

/// <summary>The shape of one sample: <c>Input(channels, height, width)</c> for images, <c>Input(features)</c> for vectors; the batch is not part of it.</summary>
/// <param name="shape">One or three sizes, each at least 1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class InputAttribute(params int[] shape) : Attribute
{
    /// <summary>Channels, height and width, or the number of features.</summary>
    public int[] Shape { get; } = shape;
}

/// <summary>
/// Asks for a <c>Trainer</c> too: forward, loss, backward and update in one plan, of the output named <c>output</c>, which is the last layer's result where there are no others.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TrainableAttribute : Attribute
{
    /// <summary>The most samples of one step, at least 1; memory is planned for this many, and a last batch may have fewer.</summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>What training makes small.</summary>
    public Loss Loss { get; set; } = Loss.CrossEntropy;

    /// <summary>
    /// Share of the target that is spread evenly over all classes, at least 0 and less than 1 (Szegedy et al. 2016, Rethinking the inception
    /// architecture for computer vision, §7).
    /// </summary>
    /// <remarks>Of <see cref="Loss.CrossEntropy"/>.</remarks>
    public double LabelSmoothing { get; set; }

    /// <summary>Of <see cref="Loss.Huber"/>: the difference, above 0, at which the parabola becomes a line.</summary>
    public double HuberDelta { get; set; } = 1;

    /// <summary>Of <see cref="Loss.Hinge"/>: how far above the other scores the label's should be; finite.</summary>
    public double HingeMargin { get; set; } = 1;

    /// <summary>Of <see cref="Loss.Hinge"/>: 1, or 2 for the squared hinge.</summary>
    public int HingePower { get; set; } = 1;

    /// <summary>What updates the parameters; its settings are the trainer's, and may change between steps.</summary>
    public Optimizer Optimizer { get; set; } = Optimizer.Sgd;

    /// <summary>
    /// Whether gradients can be scaled down to a norm, <c>MaxGradientNorm</c> of the optimizer. Then all gradients have to be there before the first update, which takes as much memory as the trained
    /// parameters do.
    /// </summary>
    public bool ClipGradients { get; set; }

    /// <summary>
    /// Whether a step looks, before it changes anything, whether what it is going to write is finite, and throws a <see cref="NonFiniteUpdateException"/> otherwise. Then all gradients have to be there before
    /// the first update, which takes as much memory as the trained parameters do, and parameters and gradients are read twice. Without it the same is found while parameters are updated, and the trainer can
    /// only go on from a checkpoint. Trainers that clip gradients, and accumulate none, have all gradients there and look anyway.
    /// </summary>
    public bool CheckUpdates { get; set; }

    /// <summary>
    /// Whether the trainer has a method <c>Accumulate</c>, so that a step can be on more samples than fit into memory. The sums of gradients take as much memory as the trained parameters do.
    /// </summary>
    public bool AccumulateGradients { get; set; }

    /// <summary>
    /// Whether a step forgets most activations and computes them again when the backward pass comes to them (activation checkpointing): the same bits in less memory, for up to a third more time. Which
    /// ones is chosen when the network is compiled. Files that hold a trainer's state, also called checkpoints, have nothing to do with it.
    /// </summary>
    public bool Checkpoint { get; set; }

    /// <summary>
    /// Of networks with several outputs: the weight of each output's loss beside <c>output</c>'s, which has 1; the auxiliary classifiers of GoogLeNet have 0.3, that of Inception v3 0.4. All learn the same
    /// labels or targets. 0 leaves the other outputs out of training.
    /// </summary>
    public double AuxiliaryWeight { get; set; }

    /// <summary>
    /// Names of parameters that keep their values, with <c>*</c> for any characters, separated by commas: <c>"features.*, fc1.weight"</c>. What only they need is not computed. A batch
    /// normalisation whose weight and bias are frozen keeps its running averages too and normalises by them; dropout stays.
    /// </summary>
    public string? Freeze { get; set; }
}

/// <summary>What updates parameters. Each has a class of its name with its settings.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent, with one value kept for each parameter; <see cref="ModelGen.Sgd"/>.</summary>
    Sgd,

    /// <summary>With two values kept for each parameter; <see cref="ModelGen.Adam"/>.</summary>
    Adam,

    /// <summary>With two values kept for each parameter; <see cref="ModelGen.AdamW"/>.</summary>
    AdamW,

    /// <summary>With three values kept for each parameter; <see cref="ModelGen.RmsProp"/>.</summary>
    RmsProp,
}

/// <summary>What training makes small: a mean over the batch.</summary>
public enum Loss
{
    /// <summary>Of classes: −log softmax(scores)[label]; as <c>torch.nn.CrossEntropyLoss</c>.</summary>
    CrossEntropy,

    /// <summary>Of classes: Σ max(0, margin − score[label] + score[i])^power / classes over the other classes i; as <c>torch.nn.MultiMarginLoss</c>.</summary>
    Hinge,

    /// <summary>(output − target)², over all elements; as <c>torch.nn.MSELoss</c>.</summary>
    MeanSquaredError,

    /// <summary>|output − target|, over all elements; as <c>torch.nn.L1Loss</c>.</summary>
    MeanAbsoluteError,

    /// <summary>d²/2 where |d| ≤ delta, d being output − target, and delta·(|d| − delta/2) elsewhere, over all elements; as <c>torch.nn.HuberLoss</c>.</summary>
    Huber,

    /// <summary>−target·log σ(output) − (1 − target)·log(1 − σ(output)), targets being 0 to 1, over all elements; as <c>torch.nn.BCEWithLogitsLoss</c>.</summary>
    BinaryCrossEntropyWithLogits,
}

/// <summary>What the padding of a convolution holds.</summary>
public enum PaddingMode
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The edge, repeated.</summary>
    Replicate,

    /// <summary>The inside, mirrored at the edge, which itself is not repeated.</summary>
    Reflect,
}

/// <summary>How the weights of a layer start; see <c>CreateWeights</c>. All are uniform, so that a seed gives the same weights on every platform.</summary>
public enum Initializer
{
    /// <summary><see cref="He"/> before a ReLU, <see cref="Xavier"/> otherwise.</summary>
    Auto,

    /// <summary>U[−√(6/fan_in), √(6/fan_in)] (He et al. 2015, Delving deep into rectifiers, §2.2).</summary>
    He,

    /// <summary>U[−√(6/(fan_in+fan_out)), …] (Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward networks, §4.2.1).</summary>
    Xavier,

    /// <summary>U[−1/√fan_in, 1/√fan_in], for biases too (LeCun et al. 1998, Efficient BackProp, §4.6); PyTorch's default.</summary>
    LeCun,
}

/// <summary>What all layers have. Layers follow each other in source order; each reads the result of the one before unless it says otherwise.</summary>
public abstract class LayerAttribute : Attribute
{
    private protected LayerAttribute()
    {
    }

    /// <summary>
    /// Name of the layer, which begins its parameters' names: <c>conv1</c> has <c>conv1.weight</c>. Letters, digits and underscores, in parts joined by
    /// points. Unless given it is the kind of layer with a running number for each kind: <c>conv1</c>, <c>conv2</c>, <c>fc1</c>.
    /// </summary>
    public string? Name { get; set; }
}

/// <summary>What layers that read one value have.</summary>
public abstract class SingleInputLayerAttribute : LayerAttribute
{
    private protected SingleInputLayerAttribute()
    {
    }

    /// <summary>Name of the earlier layer whose result this one reads, or <c>input</c> for the network's input; the layer before unless given.</summary>
    public string? From { get; set; }
}
