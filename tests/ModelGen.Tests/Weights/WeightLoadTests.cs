using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Weights;

/// <summary>Filters that are packed, transformed, folded and packed, and read as they are; partial blocks.</summary>
[Network]
[Trainable(BatchSize = 1, Loss = Loss.CrossEntropy)]
internal sealed partial class Loaded
{
    private static Tensor Define([Shape(3, 24, 24)] Tensor image)
    {
        Tensor x = image.Conv2d(20, 3, padding: 1, name: "stem").BatchNorm2d(name: "stembn").Relu();
        x = x.Conv2d(20, 3, padding: 1, groups: 4, name: "grouped").Tanh();
        x = x.Conv2d(20, 3, padding: 1, groups: 20, name: "depthwise").BatchNorm2d(name: "depthwisebn").Relu();
        x = x.Conv2d(72, 1, name: "wide").BatchNorm2d(name: "widebn").Relu();
        x = x.Conv2d(72, 3, padding: 1, name: "winograd").BatchNorm2d(name: "winogradbn").Relu();
        return x.MaxPool2d(2).Flatten().Linear(10, name: "fc");
    }
}

public sealed class WeightLoadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private readonly float[] _expected;
    private readonly Loaded.Weights _weights = Loaded.CreateWeights(seed: 5);

    public WeightLoadTests()
    {
        // Rounded to 16 bits, so that files of either type hold the same values; and no constants.
        foreach (ParameterInfo parameter in _weights.Parameters)
        {
            Span<float> values = _weights.Mutable(parameter.Name);
            for (int i = 0; i < values.Length; i++)
                values[i] = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(values[i] + i % 7 * 0.01f) & 0xFFFF0000);
        }
        _weights.Pack();
        _expected = Forward(_weights);
        _path = _folder.File("weights");
        _weights.Save(_path);
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, bool> Ways
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            foreach (string file in (string[])["F32", "BF16", "odd address"])
            {
                foreach (int parallelism in (int[])[1, 2, 5, 64])
                {
                    data.Add(file, parallelism, false);
                    data.Add(file, parallelism, true);
                }
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public void EveryWayGivesTheSameBits(string file, int parallelism, bool keep)
    {
        string path = file == "F32" ? _path : _folder.Write(file, file == "BF16" ? AsBrainFloats() : AtOddAddress());
        foreach (IParallelScheduler? scheduler in (IParallelScheduler?[])[null, new Backwards(parallelism)])
        {
            foreach (SafetensorsAccess access in Enum.GetValues<SafetensorsAccess>())
                Check(Loaded.LoadWeights(path,
                    new() { Parallelism = parallelism, Scheduler = scheduler, KeepParameters = keep, Access = access }));
        }

        void Check(Loaded.Weights loaded)
        {
            Assert.Equal(Bits(_weights.Packed), Bits(loaded.Packed));
            Assert.Equal(_expected, Forward(loaded));
            Assert.Equal(keep, loaded.KeepsParameters);
            Assert.Equal(keep ? Loaded.Summary.ParameterBytes : Loaded.Summary.ReadParameterBytes, loaded.AllValues.Length * sizeof(float));
            if (keep)
                Assert.Equal(_weights.AllValues.ToArray(), loaded.AllValues.ToArray());
        }
    }

    [Fact]
    public void WhatWasNotKeptCannotBeReadSavedOrTrained()
    {
        Loaded.Weights loaded = Loaded.LoadWeights(_path, new() { KeepParameters = false });
        // The grouped convolution reads its filters in PyTorch's order.
        Assert.Equal(_weights["grouped.weight"].ToArray(), loaded["grouped.weight"].ToArray());
        const string expected =
            "Network 'Loaded': parameter 'stem.weight' was packed and not kept; load the weights with KeepParameters = true to read or "
                + "save it.";
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => _ = loaded["stem.weight"].Length).Message);
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => loaded.Save(_folder.File("saved"))).Message);
        Assert.False(File.Exists(_folder.File("saved")));
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => new Loaded.Trainer(loaded, new Sgd(0.1f))).Message);
    }

    [Fact]
    public void TheSummarySaysWhatWeightsTake()
    {
        NetworkSummary summary = Loaded.Summary;
        Assert.Equal(_weights.Packed.Count * sizeof(float), summary.PackedBytes);
        Assert.Equal(0, summary.LoadScratchBytes);
        Assert.InRange(summary.ReadParameterBytes, _weights["grouped.weight"].Length * sizeof(float), summary.ParameterBytes / 10);
        Assert.Contains(FormattableString.Invariant(
            $"Weights:    {summary.ParameterBytes + summary.PackedBytes:N0} bytes, {summary.PackedBytes:N0} of them packed; {summary.PackedBytes + summary.ReadParameterBytes:N0} without KeepParameters\n"),
            summary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASchedulerMustDoAllParts()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Loaded.LoadWeights(_path, new() { Scheduler = new Lazy(3) }));
        Assert.Equal("Loaded: Lazy.Run must call its work once with each of 0 to 2, 3 calls; it did not call it with 0.", e.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightLoadOptions { Parallelism = 0 });
    }

    [Fact]
    public void NonFiniteValuesAreErrorsWhereTheyAreNotWanted()
    {
        _weights.Mutable("fc.bias")[3] = float.NaN;
        _weights.Save(_path);
        Assert.Throws<NonFiniteWeightException>(() => Loaded.LoadWeights(_path, new() { RejectNonFinite = true, KeepParameters = false }));
        Loaded.LoadWeights(_path);
    }

    private static float[] Forward(Loaded.Weights weights)
    {
        float[] output = new float[Loaded.OutputLength];
        new Loaded(weights).Forward([.. Enumerable.Range(0, Loaded.InputLength).Select(i => MathF.Sin(i))], output);
        return output;
    }

    private static uint[] Bits(ArraySegment<float> values) => MemoryMarshal.Cast<float, uint>(values).ToArray();

    // One space more at the end of the header.
    private byte[] AtOddAddress()
    {
        byte[] bytes = File.ReadAllBytes(_path);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return SafetensorsBytes.Build([.. bytes.AsSpan(8, header), (byte)' '], bytes[(8 + header)..]);
    }

    private byte[] AsBrainFloats()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        (var header, var data) = (new StringBuilder("{"), new List<byte>());
        foreach (SafetensorsEntry entry in file.Tensors)
        {
            int begin = data.Count;
            byte[] values = file.ReadRaw(entry.Name).ToArray();
            for (int i = 2; i < values.Length; i += 4)
                data.AddRange(values.AsSpan(i, 2));
            header.Append(FormattableString.Invariant(
                $"{(begin == 0 ? "" : ",")}\"{entry.Name}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(",", entry.Shape)}],\"data_offsets\":[{begin},{data.Count}]}}"));
        }
        return SafetensorsBytes.Build(header.Append('}').ToString(), [.. data]);
    }

    private sealed class Backwards(int parallelism) : IParallelScheduler
    {
        public int Parallelism => parallelism;

        public void Run(Action<int> work)
        {
            for (int part = parallelism - 1; part >= 0; part--)
                work(part);
        }
    }

    private sealed class Lazy(int parallelism) : IParallelScheduler
    {
        public int Parallelism => parallelism;

        public void Run(Action<int> work)
        {
            for (int part = 1; part < parallelism; part++)
                work(part);
        }
    }
}
