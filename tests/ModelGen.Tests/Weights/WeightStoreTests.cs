using ModelGen.Runtime;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Weights;

/// <summary>A store as generated code declares it, with the protected members made visible.</summary>
internal sealed class SmallWeights : WeightStore
{
    // Offsets leave gaps, as alignment does.
    static readonly ParameterInfo[] s_parameters =
    [
        new("conv1.weight", [2, 1, 2, 2], offset: 0, ParameterInitializer.Uniform, bound: 0.5f),
        new("conv1.bias", [2], offset: 16, ParameterInitializer.Uniform, bound: 0.5f),
        new("bn1.weight", [2], offset: 32, ParameterInitializer.Ones),
        new("bn1.bias", [2], offset: 34, ParameterInitializer.Zeros),
        new("bn1.running_mean", [2], offset: 36, ParameterInitializer.Zeros, trainable: false),
        new("bn1.running_var", [2], offset: 38, ParameterInitializer.Ones, trainable: false),
    ];

    public SmallWeights(ParameterInfo[]? parameters = null, int lengthInFloats = 48)
        : base("SmallNet", parameters ?? s_parameters, lengthInFloats) { }

    public static SmallWeights Create(int seed)
    {
        var weights = new SmallWeights();
        weights.Initialize(seed);
        return weights;
    }

    public void Load(string path, bool rejectNonFinite = false) =>
        base.Load(WeightSource.Of(path), new WeightLoadOptions { RejectNonFinite = rejectNonFinite });

    public new void CopyFrom(WeightStore source) => base.CopyFrom(source);

    public new void Initialize(int seed) => base.Initialize(seed);

    /// <summary>What a file must hold, to be changed by a test before writing it.</summary>
    public List<SafetensorsTensor> Tensors() => Parameters
        .Select(p => new SafetensorsTensor(p.Name, p.Shape.Select(d => (long)d).ToArray(), this[p.Name].ToArray())).ToList();
}

public sealed class WeightStoreTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_parameter_is_a_window_into_one_memory()
    {
        var weights = new SmallWeights();
        Assert.Equal(48, weights.AllValues.Length);
        Assert.Equal(8, weights["conv1.weight"].Length);
        weights.Mutable("conv1.bias")[1] = 7;
        Assert.Equal(7, weights.AllValues[17]);
        weights.Values[33] = 8;
        Assert.Equal([0, 8], weights["bn1.weight"].ToArray());
        Assert.Equal("conv1.weight [2, 1, 2, 2]", weights.Parameters[0].ToString());
        Assert.Equal([true, true, true, true, false, false], weights.Parameters.Select(p => p.Trainable));
    }

    [Fact]
    public void An_unknown_name_gets_the_nearest_ones()
    {
        var e = Assert.Throws<KeyNotFoundException>(() => new SmallWeights()["conv1.wieght"].Length);
        Assert.Contains("'SmallNet' has no parameter 'conv1.wieght'; nearest of its 6: 'conv1.weight', ", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Save_and_load_keep_every_bit()
    {
        var saved = SmallWeights.Create(1);
        saved.Mutable("bn1.bias")[0] = float.NaN;
        saved.Mutable("bn1.bias")[1] = -0f;
        saved.Mutable("bn1.running_var")[0] = float.Epsilon;
        saved.Save(_folder.File("a"));
        var loaded = new SmallWeights();
        loaded.Load(_folder.File("a"));
        Assert.Equal(Bits(saved), Bits(loaded));
        loaded.Save(_folder.File("b"));
        Assert.Equal(File.ReadAllBytes(_folder.File("a")), File.ReadAllBytes(_folder.File("b")));
    }

    [Fact]
    public void Half_width_files_load_too()
    {
        byte[] header =
            [.. """{"conv1.weight":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"conv1.bias":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]}}"""u8];
        string path = _folder.Write("h", SafetensorsBytes.Build(header, [0x00, 0x3C, 0x00, 0xC0, 0x40, 0x40]));
        var weights = new SmallWeights([new("conv1.weight", [2], 0, ParameterInitializer.Zeros),
            new("conv1.bias", [1], 2, ParameterInitializer.Zeros)], 3);
        weights.Load(path);
        Assert.Equal([1, -2, 3], weights.AllValues.ToArray());
    }

    [Fact]
    public void PyTorchs_batch_counters_are_ignored()
    {
        byte[] header =
            [.. """{"bn1.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"""u8];
        string path = _folder.Write("n", SafetensorsBytes.Build(header, [.. new byte[8], .. SafetensorsBytes.Singles(5)]));
        var weights = new SmallWeights([new("w", [1], 0, ParameterInitializer.Zeros)], 1);
        weights.Load(path);
        Assert.Equal([5], weights.AllValues.ToArray());
    }

    [Fact]
    public void One_exception_lists_all_that_does_not_fit()
    {
        var tensors = SmallWeights.Create(1).Tensors();
        tensors[0] = tensors[0] with { Name = "m.conv1.weight" };
        tensors[2] = tensors[2] with { Name = "bn1.wieght" };
        tensors[3] = new("bn1.bias", [1, 2], new float[2]);
        tensors.Add(new("fc.weight", [3], new float[3]));
        string path = _folder.File("m");
        SafetensorsWriter.Write(path, tensors);

        var weights = SmallWeights.Create(2);
        var before = weights.AllValues.ToArray();
        var e = Assert.Throws<WeightsMismatchException>(() => weights.Load(path));
        Assert.Equal(before, weights.AllValues.ToArray());
        Assert.Equal(["conv1.weight", "bn1.weight"], e.Missing);
        Assert.Equal(["bn1.wieght", "fc.weight", "m.conv1.weight"], e.Unexpected);
        Assert.Equal(["bn1.bias"], e.WrongShape);
        Assert.Empty(e.WrongDtype);
        Assert.Equal(("SmallNet", path), (e.NetworkName, e.Path));
        Assert.Equal($"""
            Weights file '{path}' does not fit network 'SmallNet': 6 parameters expected, 7 tensors in the file.
              2 missing in the file:
                'conv1.weight': expected shape [2, 1, 2, 2], actual none; nearest in the file: 'm.conv1.weight'
                'bn1.weight': expected shape [2], actual none; nearest in the file: 'bn1.wieght'
              3 unexpected in the file:
                'bn1.wieght': expected none, actual shape [2]; nearest in the network: 'bn1.weight'
                'fc.weight': expected none, actual shape [3]; nearest in the network: 'bn1.weight'
                'm.conv1.weight': expected none, actual shape [2, 1, 2, 2]; nearest in the network: 'conv1.weight'
              1 of another shape:
                'bn1.bias': expected shape [2], actual [1, 2]
            """.ReplaceLineEndings("\n"), e.Message);
    }

    [Fact]
    public void The_nearest_name_is_one_that_found_no_partner()
    {
        // fc2 is nearer to fc1, but fc1 is in both.
        SafetensorsWriter.Write(_folder.File("f"), [new("fc1.weight", [1], new float[1]), new("fc2.weight", [1], new float[1])]);
        var weights = new SmallWeights([new("fc1.weight", [1], 0, ParameterInitializer.Zeros),
            new("fc222.weight", [1], 1, ParameterInitializer.Zeros)]);
        var e = Assert.Throws<WeightsMismatchException>(() => weights.Load(_folder.File("f")));
        Assert.Contains("'fc2.weight': expected none, actual shape [1]; nearest in the network: 'fc222.weight'", e.Message,
            StringComparison.Ordinal);
        Assert.Contains("'fc222.weight': expected shape [1], actual none; nearest in the file: 'fc2.weight'", e.Message,
            StringComparison.Ordinal);

        // With nothing missing, a matched name is better than none.
        var fitting = new SmallWeights([new("fc1.weight", [1], 0, ParameterInitializer.Zeros)]);
        Assert.Contains("nearest in the network: 'fc1.weight'",
            Assert.Throws<WeightsMismatchException>(() => fitting.Load(_folder.File("f"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Suggestions_for_a_hostile_file_end_with_their_budget()
    {
        string[] candidates = [new('x', 257), .. Enumerable.Range(0, 100).Select(i => new string((char)('a' + i % 3), 100))];
        var nearest = new NearestName(budget: 20_000);
        Assert.NotNull(nearest.Of(new string('z', 100), candidates));
        Assert.Null(nearest.Of(new string('z', 100), candidates));
        Assert.Null(nearest.Of("aaaa", candidates));
        // Too long to be compared, even with itself.
        Assert.Null(new NearestName().Of(candidates[0], candidates[..1]));
    }

    [Fact]
    public void A_dtype_that_is_no_float_is_a_mismatch()
    {
        byte[] header = [.. """{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"""u8];
        string path = _folder.Write("d", SafetensorsBytes.Build(header, new byte[8]));
        var weights = new SmallWeights([new("w", [1], 0, ParameterInitializer.Zeros)], 1);
        var e = Assert.Throws<WeightsMismatchException>(() => weights.Load(path));
        Assert.Equal(["w"], e.WrongDtype);
        Assert.Contains("'w': expected F32, F16 or BF16, actual F64", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Values_that_are_not_finite_are_rejected_when_asked(float value, string text)
    {
        var saved = SmallWeights.Create(1);
        saved.Mutable("conv1.weight")[6] = value;
        string path = _folder.File("n");
        saved.Save(path);

        var weights = SmallWeights.Create(2);
        var before = weights.AllValues.ToArray();
        var e = Assert.Throws<NonFiniteWeightException>(() => weights.Load(path, rejectNonFinite: true));
        Assert.Equal(before, weights.AllValues.ToArray());
        Assert.Equal(("SmallNet", path, "conv1.weight", 6L, value), (e.NetworkName, e.Path, e.ParameterName, e.Index, e.Value));
        Assert.Contains(
            $"'{path}' holds {text} in parameter 'conv1.weight' of network 'SmallNet' at index 6, position [1, 0, 1, 0] of shape [2, 1, 2, "
                + $"2] (expected finite values, actual {text})", e.Message, StringComparison.Ordinal);

        weights.Load(path);
        Assert.Equal(value, weights["conv1.weight"][6]);
    }

    [Fact]
    public void A_value_far_into_a_tensor_is_found()
    {
        var big = new ParameterInfo[] { new("w", [3, 700], 0, ParameterInitializer.Ones) };
        var saved = new SmallWeights(big, 2100);
        saved.Initialize(0);
        saved.Mutable("w")[2099] = float.NaN;
        saved.Save(_folder.File("w"));
        var e = Assert.Throws<NonFiniteWeightException>(() => new SmallWeights(big, 2100).Load(_folder.File("w"), rejectNonFinite: true));
        Assert.Equal(2099, e.Index);
    }

    [Fact]
    public void Every_exception_of_a_bad_file_is_an_IOException()
    {
        Assert.ThrowsAny<IOException>(() => new SmallWeights().Load(_folder.File("none")));
        Assert.ThrowsAny<IOException>(() => new SmallWeights().Load(_folder.Write("bad", [1])));
        Assert.ThrowsAny<IOException>(() => new SmallWeights().Load(_folder.Write("other", SafetensorsBytes.Build("{}"))));
    }

    [Fact]
    public void Copies_from_the_same_parameters_at_other_offsets()
    {
        var source = SmallWeights.Create(3);
        var packed = new SmallWeights(source.Parameters.Reverse()
            .Select((p, i) => new ParameterInfo(p.Name, p.Shape.ToArray(), i * 8, p.Initializer)).ToArray());
        packed.CopyFrom(source);
        foreach (var parameter in source.Parameters) Assert.Equal(source[parameter.Name].ToArray(), packed[parameter.Name].ToArray());

        var other = new SmallWeights([new("w", [1], 0, ParameterInitializer.Zeros)]);
        Assert.Contains("expected 1 parameters, actual 6", Assert.Throws<ArgumentException>(() => other.CopyFrom(source)).Message,
            StringComparison.Ordinal);
        var shaped = new SmallWeights(source.Parameters.Select(p => p.Name == "bn1.bias"
            ? new ParameterInfo(p.Name, [1], p.Offset, p.Initializer) : p).ToArray());
        Assert.Contains("'bn1.bias' of shape [1], actual [2]", Assert.Throws<ArgumentException>(() => shaped.CopyFrom(source)).Message,
            StringComparison.Ordinal);
        Assert.All(shaped.AllValues.ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_table_that_contradicts_itself_is_refused()
    {
        static void Refused(string message, params ParameterInfo[] parameters)
        {
            var e = Assert.Throws<ArgumentException>(() => new SmallWeights(parameters, 4));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
        static ParameterInfo At(string name, int length, int offset) => new(name, [length], offset, ParameterInitializer.Zeros);
        Refused("'a' twice", At("a", 1, 0), At("a", 1, 1));
        Refused("'b' at offset 2 or later, after the one before it, actual 1", At("b", 2, 1), At("a", 2, 0));
        Refused("room for 5 floats, actual 4", At("a", 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => At("a", -1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => At("a", 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => At("a", 2, int.MaxValue - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterInfo("a", [65536, 65536], 0, ParameterInitializer.Zeros));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterInfo("a", [1], 0, ParameterInitializer.Uniform, float.NaN));
    }

    static int[] Bits(WeightStore weights) => weights.AllValues.ToArray().Select(BitConverter.SingleToInt32Bits).ToArray();
}
