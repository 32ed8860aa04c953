using System.IO.Compression;
using System.Runtime.InteropServices;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Weights;

/// <summary>Weights that come from a stream or from memory are those of the file, with its checks and its messages.</summary>
public sealed class WeightSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Loaded.Weights _weights = Loaded.CreateWeights(seed: 6);
    private readonly string _path;
    private readonly byte[] _content;

    public WeightSourcesTests()
    {
        _path = _folder.File("weights");
        _weights.Save(_path);
        _content = File.ReadAllBytes(_path);
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, bool> Ways
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            foreach (string source in (string[])["path", "memory", "odd memory", "file stream", "resource", "drip", "zip"])
            {
                data.Add(source, 1, true);
                data.Add(source, 3, false);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public void EverySourceGivesTheSameBits(string source, int parallelism, bool keep)
    {
        var told = new Told();
        Loaded.Weights loaded = Load(source, _content,
            new() { Parallelism = parallelism, KeepParameters = keep, RejectNonFinite = true, Progress = told });
        Assert.Equal(Bits(_weights.Packed), Bits(loaded.Packed));
        Assert.Equal(keep, loaded.KeepsParameters);
        Assert.Equal(_weights.AllValues[..loaded.AllValues.Length].ToArray(), loaded.AllValues.ToArray());
        Assert.Equal(told.Shares.Order(), told.Shares);
        Assert.Equal(1, told.Shares[^1]);
        Assert.InRange(told.Shares.Count, 2, 200);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("resource")]
    [InlineData("drip")]
    public void SkippedParametersGetFirstValues(string source)
    {
        Loaded.Weights fresh = Loaded.CreateWeights(seed: 9), loaded = Load(source, _content, new() { Skip = "fc.*", Seed = 9 });
        Assert.Equal(fresh["fc.weight"].ToArray(), loaded["fc.weight"].ToArray());
        Assert.Equal(_weights["wide.weight"].ToArray(), loaded["wide.weight"].ToArray());
        Loaded.Weights expected = Loaded.LoadWeights(_path, skip: "fc.*", seed: 9);
        Assert.Equal(Bits(expected.Packed), Bits(loaded.Packed));
        Assert.Equal(Bits(expected.Packed),
            Bits(Loaded.LoadWeights(_path, new() { Skip = "fc.*", Seed = 9, KeepParameters = false }).Packed));
    }

    /// <summary>Of a file that ends anywhere, the same is said, whatever brings it.</summary>
    [Fact]
    public void WhatIsCutShortIsRefusedInTheSameWords()
    {
        int header = (int)BitConverter.ToUInt64(_content, 0);
        foreach (int length in (int[])[1, 7, 8, 9, 8 + header / 2, 8 + header, 8 + header + 1, _content.Length / 2, _content.Length - 4,
            _content.Length - 1])
        {
            byte[] cut = _content[..length];
            string expected = Assert.Throws<InvalidSafetensorsException>(() => Load("path", cut, new())).Message;
            foreach (string source in (string[])["memory", "file stream", "resource", "drip", "zip"])
            {
                var e = Assert.Throws<InvalidSafetensorsException>(() => Load(source, cut, new() { SourceName = _path }));
                Assert.Equal(expected, e.Message);
            }
        }
    }

    [Fact]
    public void WhatGoesOnIsRefused()
    {
        byte[] longer = [.. _content, 0, 0];
        foreach (string source in (string[])["path", "memory", "resource", "drip", "zip"])
            Assert.Contains("goes on after the last tensor",
                Assert.Throws<InvalidSafetensorsException>(() => Load(source, longer, new())).Problem, StringComparison.Ordinal);
        // Also where the last tensor is not read.
        var e = Assert.Throws<InvalidSafetensorsException>(() => Load("drip", longer, new() { Skip = "*" }));
        Assert.Equal(FormattableString.Invariant($"at least {_weights.ParameterBytes() + 1}"), e.Actual);
        Load("drip", _content, new() { Skip = "*" });
    }

    [Theory]
    [InlineData("memory", "memory")]
    [InlineData("drip", "stream")]
    public void MessagesNameTheSource(string source, string name)
    {
        byte[] other = File.ReadAllBytes(Save(Other()));
        var e = Assert.Throws<WeightsMismatchException>(() => Load(source, other, new()));
        Assert.Equal(name, e.Path);
        Assert.StartsWith($"Weights file '{name}' does not fit network 'Loaded'", e.Message, StringComparison.Ordinal);
        Assert.Equal("digits", Assert.Throws<WeightsMismatchException>(() => Load(source, other, new() { SourceName = "digits" })).Path);
        string inFile = Assert.Throws<WeightsMismatchException>(() => Load("path", other, new())).Message;
        Assert.Equal(inFile, e.Message.Replace($"'{name}'", $"'{_path}'", StringComparison.Ordinal));
    }

    [Fact]
    public void NonFiniteValuesAreToldAsInAFile()
    {
        Loaded.Weights bad = Loaded.CreateWeights(seed: 6);
        bad.Mutable("fc.bias")[3] = float.NaN;
        bad.Mutable("wide.weight")[70] = float.PositiveInfinity;
        byte[] content = File.ReadAllBytes(Save(bad));
        string expected = Assert.Throws<NonFiniteWeightException>(() => Load("path", content, new() { RejectNonFinite = true })).Message;
        Assert.Contains("'wide.weight'", expected, StringComparison.Ordinal);
        foreach (string source in (string[])["memory", "resource", "drip"])
            Assert.Equal(expected, Assert.Throws<NonFiniteWeightException>(() =>
                Load(source, content, new() { RejectNonFinite = true, SourceName = _path })).Message);
    }

    [Theory]
    [InlineData("path")]
    [InlineData("memory")]
    [InlineData("drip")]
    public void LoadingStopsWhenItIsTold(string source)
    {
        using var stop = new CancellationTokenSource();
        var told = new Told { Then = share => { if (share > 0.3) stop.Cancel(); } };
        foreach (bool keep in (bool[])[true, false])
        {
            Assert.ThrowsAny<OperationCanceledException>(() =>
                Load(source, _content, new() { Progress = told, Cancellation = stop.Token, KeepParameters = keep,
                    Access = SafetensorsAccess.Mapped }));
        }
        Assert.All(told.Shares, s => Assert.InRange(s, 0, 0.9));
    }

    [Fact]
    public void AStreamIsReadFromWhereItStandsAndStaysOpen()
    {
        var stream = new MemoryStream([1, 2, 3, .. _content]) { Position = 3 };
        Loaded.LoadWeights(stream);
        Assert.Equal(stream.Length, stream.Position);
        Assert.True(stream.CanRead);
        Assert.Throws<ArgumentNullException>("stream", () => Loaded.LoadWeights((Stream)null!));
        Assert.Throws<InvalidSafetensorsException>(() => Loaded.LoadWeights(ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public void TensorsAreReadFromMemoryAndStreams()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path), memory = SafetensorsFile.Open(_content, "m"),
            stream = SafetensorsFile.Open(new Drip(_content), "s");
        Assert.Equal(["m", "s"], [memory.Path, stream.Path]);
        foreach (SafetensorsFile other in (SafetensorsFile[])[memory, stream])
        {
            Assert.Equal(file.Tensors.Select(t => t.Name), other.Tensors.Select(t => t.Name));
            foreach (SafetensorsEntry tensor in file.Tensors)
                Assert.Equal(file.ReadRaw(tensor.Name).ToArray(), other.ReadRaw(tensor.Name).ToArray());
        }
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.ReadRaw("fc.bias").Length);
    }

    /// <summary>A stream may end anywhere, whatever its header claims: no memory but for what is there.</summary>
    [Fact]
    public void AClaimedHeaderIsNotAllocated()
    {
        byte[] claim = SafetensorsBytes.Prefix(100_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<InvalidSafetensorsException>(() => Loaded.LoadWeights(new Drip(claim)));
        Assert.Contains("ends inside the header", e.Problem, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before - Loaded.Summary.ParameterBytes - Loaded.Summary.PackedBytes, 0,
            1_000_000);
    }

    [Fact]
    public void WithoutThreadsATeamIsTheCallingThread()
    {
        using var team = new WorkerTeam(4, hasThreads: false);
        Assert.Equal(1, team.Parallelism);
        var parts = new List<(int Part, int Thread)>();
        team.Run(part => parts.Add((part, Environment.CurrentManagedThreadId)));
        Assert.Equal([(0, Environment.CurrentManagedThreadId)], parts);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0, hasThreads: false));
    }

    private unsafe Loaded.Weights Load(string source, byte[] content, WeightLoadOptions options)
    {
        switch (source)
        {
            case "path":
                File.WriteAllBytes(_path, content);
                return Loaded.LoadWeights(_path, options);
            case "memory":
                return Loaded.LoadWeights(content, options);
            case "odd memory":
                return Loaded.LoadWeights(((byte[])[0, .. content]).AsMemory(1), options);
            case "file stream":
                File.WriteAllBytes(_path, content);
                using (FileStream stream = File.OpenRead(_path))
                    return Loaded.LoadWeights(stream, options);
            case "resource":
                // What an embedded resource is.
                fixed (byte* first = content)
                    return Loaded.LoadWeights(new UnmanagedMemoryStream(first, content.Length), options);
            case "zip":
                var archive = new MemoryStream();
                using (var writer = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
                {
                    using Stream entry = writer.CreateEntry("weights").Open();
                    entry.Write(content);
                }
                using (var reader = new ZipArchive(archive, ZipArchiveMode.Read))
                using (Stream entry = reader.GetEntry("weights")!.Open())
                    return Loaded.LoadWeights(entry, options);
            default:
                return Loaded.LoadWeights(new Drip(content), options);
        }
    }

    private static LoadedOther.Weights Other() => LoadedOther.CreateWeights(1);

    private string Save(WeightStore weights)
    {
        string path = _folder.File("other");
        weights.Save(path);
        return path;
    }

    private static uint[] Bits(ArraySegment<float> values) => MemoryMarshal.Cast<float, uint>(values).ToArray();

    private sealed class Told : IProgress<double>
    {
        public List<double> Shares { get; } = [];

        public Action<double>? Then { get; init; }

        public void Report(double value)
        {
            Shares.Add(value);
            Then?.Invoke(value);
        }
    }

    // What comes over a network: no length, no seeking, and as much at a time as has come.
    private sealed class Drip(byte[] content) : Stream
    {
        private int _position;
        private int _call;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(Math.Min(buffer.Length, _call++ % 3 == 0 ? 5 : 4_001), content.Length - _position);
            content.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

[Network, Input(4), Linear(3)]
internal sealed partial class LoadedOther;

internal static class ParameterSizes
{
    public static long ParameterBytes(this WeightStore weights) => weights.Parameters.Sum(p => (long)p.Length * sizeof(float));
}
