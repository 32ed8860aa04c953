using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ModelGen.Safetensors;
using static ModelGen.Tests.Weights.SafetensorsBytes;

namespace ModelGen.Tests.Weights;

public sealed class SafetensorsWriterTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    byte[] Written(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsWriter.Write(_folder.File("w"), tensors, metadata);
        return File.ReadAllBytes(_folder.File("w"));
    }

    [Fact]
    public void Bytes_are_those_of_the_reference()
    {
        byte[] expected =
        [
            128, 0, 0, 0, 0, 0, 0, 0,
            // 127 characters of JSON and 1 space.
            .. Encoding.ASCII.GetBytes(
                """{"bn.bias":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"conv.weight":{"dtype":"F32","shape":[1,2,1],"data_offsets":[4,12]}}""".PadRight(128)),
            0x00, 0x00, 0x80, 0x3F, // 1
            0x00, 0x00, 0x00, 0xC0, // -2
            0x00, 0x00, 0xC0, 0x7F, // NaN
        ];
        Assert.Equal(expected, Written([new("conv.weight", [1, 2, 1], new[] { -2, BitConverter.UInt32BitsToSingle(0x7FC00000) }),
            new("bn.bias", [], new[] { 1f })]));
    }

    [Fact]
    public void An_empty_file_is_an_empty_object() =>
        Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], Written([]));

    [Fact]
    public void Metadata_comes_first_and_sorted()
    {
        var metadata = new Dictionary<string, string> { ["z"] = "1", ["a"] = "2" };
        string json = """{"__metadata__":{"a":"2","z":"1"},"t":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""";
        Assert.Equal(Build(json.PadRight((json.Length + 7) / 8 * 8)), Written([new("t", [0], default)], metadata));
        Assert.Equal([24, 0, 0, 0, 0, 0, 0, 0, .. "{\"__metadata__\":{}}     "u8], Written([], new Dictionary<string, string>()));
    }

    [Fact]
    public void Strings_are_escaped_as_the_reference_does()
    {
        string name = "\"\\/\b\f\n\r\t\0\u001f\u007f<>&'+ü\u2028😀";
        string json =
            "{\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f<>&'+ü\u2028😀\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        byte[] padded = [.. utf8, .. Enumerable.Repeat((byte)' ', (8 - utf8.Length % 8) % 8)];
        Assert.Equal(Build(padded, Singles(3)), Written([new(name, [1], new[] { 3f })]));
        using var file = SafetensorsFile.Open(_folder.File("w"));
        Assert.True(file.TryGet(name, out _));
    }

    [Fact]
    public void Names_are_sorted_by_their_UTF8_bytes()
    {
        // In UTF-16 the pair of 😀 begins with D83D and would come before U+FB01; in UTF-8 it is F0 against EF.
        string[] sorted = ["A", "a", "a.", "a.b", "a0", "aa", "\uFB01", "😀"];
        SafetensorsWriter.Write(_folder.File("s"),
            sorted.Reverse().Select((n, i) => new SafetensorsTensor(n, [1], new[] { (float)i })).ToList());
        using var file = SafetensorsFile.Open(_folder.File("s"));
        Assert.Equal(sorted, file.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Large_tensors_are_written_whole()
    {
        // Beyond the writer's own buffer, and not a multiple of it.
        var data = Enumerable.Range(0, 100_003).Select(i => (float)i).ToArray();
        SafetensorsWriter.Write(_folder.File("l"), [new("t", [data.Length], data)]);
        using var file = SafetensorsFile.Open(_folder.File("l"));
        var read = new float[data.Length];
        file.Read("t", read);
        Assert.Equal(data, read);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var name = Gen.OneOf(
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get).Where(IsText),
            Gen.Elements("layer1.0.conv1.weight", "größe", "重み", "😀", "\"", "\\", "\n", "\u0001", "", "dtype", "shape", "a/b", "I", "ı",
                "İ"));
        var shape = Gen.Choose(0, 4).SelectMany(rank => Gen.ArrayOf(Gen.Choose(0, 5).Select(d => (long)d), rank));
        // Any bit pattern: NaN payloads, infinities and denormals must survive.
        var tensor = name.SelectMany(n => shape.SelectMany(s =>
            Gen.ArrayOf(ArbMap.Default.GeneratorFor<int>().Select(i => BitConverter.Int32BitsToSingle(i * 0x01000193)),
                (int)s.Aggregate(1L, (a, b) => a * b))
                .Select(data => new SafetensorsTensor(n, s, data))));
        var tensors = Gen.ListOf(tensor).Select(list => list.DistinctBy(t => t.Name).ToList());
        Prop.ForAll(tensors.ToArbitrary(), written =>
        {
            var metadata = written.Take(2).ToDictionary(t => t.Name, t => t.Name + "\t");
            SafetensorsWriter.Write(_folder.File("p"), written, metadata);
            using var file = SafetensorsFile.Open(_folder.File("p"));
            Assert.Equal(0, (new FileInfo(_folder.File("p")).Length - file.Tensors.Sum(t => t.End - t.Begin)) % 8);
            Assert.Equal(written.Count, file.Tensors.Count);
            Assert.Equal(metadata, file.Metadata.ToDictionary());
            foreach (var tensor in written)
            {
                Assert.True(file.TryGet(tensor.Name, out var entry));
                Assert.Equal(tensor.Shape, entry.Shape);
                var data = new float[tensor.Data.Length];
                file.Read(tensor.Name, data);
                Assert.Equal(tensor.Data.ToArray().Select(BitConverter.SingleToInt32Bits), data.Select(BitConverter.SingleToInt32Bits));
            }
        }).QuickCheckThrowOnFailure();
    }

    static bool IsText(string s)
    {
        try { return new UTF8Encoding(false, true).GetByteCount(s) >= 0 && s != "__metadata__"; }
        catch (EncoderFallbackException) { return false; }
    }

    [Fact]
    public void Bad_arguments_touch_no_file()
    {
        string path = _folder.Write("old", [1, 2, 3]);
        void Refused(string message, params SafetensorsTensor[] tensors)
        {
            var e = Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, tensors));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
        Refused("'t': expected each name once, actual twice", new("t", [0], default), new("t", [0], default));
        Refused("'t': expected as many elements as shape [2, 3] has, actual 5", new SafetensorsTensor("t", [2, 3], new float[5]));
        Refused("shape [-1, -1] has, actual 1", new SafetensorsTensor("t", [-1, -1], new float[1]));
        Refused("shape [4294967296, 4294967296] has, actual 0", new SafetensorsTensor("t", [1L << 32, 1L << 32], default));
        Refused("shape [4294967296, 4294967296, 0] has, actual 0", new SafetensorsTensor("t", [1L << 32, 1L << 32, 0], default));
        Refused("'__metadata__'", new SafetensorsTensor("__metadata__", [0], default));
        Refused("an unpaired one at character 1", new SafetensorsTensor("a\ud800", [0], default));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    /// <summary>Memory whose length is known but whose content cannot be had: fails in the middle of writing.</summary>
    sealed class FailingMemory(int length) : MemoryManager<float>
    {
        public override Memory<float> Memory => CreateMemory(length);
        public override Span<float> GetSpan() => throw new IOException("simulated");
        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();
        public override void Unpin() { }
        protected override void Dispose(bool disposing) { }
    }

    [Fact]
    public void A_failure_in_the_middle_leaves_the_old_file_alone()
    {
        string path = _folder.Write("model.safetensors", [1, 2, 3]);
        using IMemoryOwner<float> failing = new FailingMemory(10);
        SafetensorsTensor[] tensors = [new("a", [50_000], new float[50_000]), new("b", [10], failing.Memory)];
        var e = Assert.Throws<IOException>(() => SafetensorsWriter.Write(path, tensors));
        Assert.Equal($"Cannot write '{path}': simulated What was there before is as it was.", e.Message);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_failure_to_rename_leaves_no_temporary_file()
    {
        string taken = Directory.CreateDirectory(_folder.File("taken")).FullName;
        Assert.ThrowsAny<SystemException>(() => SafetensorsWriter.Write(taken, []));
        Assert.Equal([taken], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Throws<DirectoryNotFoundException>(() => SafetensorsWriter.Write(_folder.File("none/x"), []));
    }

    [Fact]
    public void A_mapped_file_keeps_its_content_when_replaced()
    {
        if (OperatingSystem.IsWindows()) return; // Windows refuses to replace a mapped file.
        string path = _folder.File("m");
        SafetensorsWriter.Write(path, [new("t", [1], new[] { 1f })]);
        using var old = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(path, [new("t", [1], new[] { 2f })]);
        using var replaced = SafetensorsFile.Open(path);
        var value = new float[1];
        old.Read("t", value);
        Assert.Equal([1], value);
        replaced.Read("t", value);
        Assert.Equal([2], value);
    }

    /// <summary>A disk that is full after so many bytes.</summary>
    private sealed class FullDisk(FileStream file, long capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int fits = (int)Math.Min(buffer.Length, capacity - file.Position);
            file.Write(buffer[..fits]);
            if (fits < buffer.Length)
                throw new IOException("No space left on device");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(150)]
    public void AFullDiskLeavesTheOldFile(int capacity)
    {
        string path = _folder.File("full");
        SafetensorsWriter.Write(path, [new("t", [1], new[] { 1f })]);
        byte[] old = File.ReadAllBytes(path);
        var e = Assert.Throws<IOException>(() =>
            SafetensorsWriter.Write(path, [new("t", [100], new float[100])], null, file => new FullDisk(file, capacity)));
        Assert.Contains($"Cannot write '{path}': No space left on device", e.Message, StringComparison.Ordinal);
        Assert.Equal(old, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
        SafetensorsWriter.Write(path, [new("t", [100], new float[100])], null, file => new FullDisk(file, 1_000));
        Assert.True(new FileInfo(path).Length > 400);
    }
}
