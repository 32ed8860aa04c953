using ModelGen.Safetensors;
using static ModelGen.Tests.Weights.SafetensorsBytes;

namespace ModelGen.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_what_a_header_says()
    {
        string path = _folder.Write("a.safetensors", Build(
            """{"__metadata__":{"format":"pt","note":"ü\n"},"b":{"dtype":"I64","shape":[1],"data_offsets":[24,32]},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}   """,
            [.. Singles(0, 1, 2, 3, 4, -5.5f), 1, 2, 3, 4, 5, 6, 7, 8]));
        using var file = SafetensorsFile.Open(path);

        Assert.Equal(path, file.Path);
        Assert.Equal(["a", "b"], file.Tensors.Select(t => t.Name));
        Assert.True(file.TryGet("a", out var a));
        Assert.Equal((SafetensorsDtype.F32, 0L, 24L, 6L), (a.Dtype, a.Begin, a.End, a.ElementCount));
        Assert.Equal([2L, 3L], a.Shape);
        Assert.Equal("a F32 [2, 3]", a.ToString());
        Assert.Equal(2, file.Metadata.Count);
        Assert.Equal("ü\n", file.Metadata["note"]);
        Assert.False(file.TryGet("c", out _));

        var values = new float[6];
        file.Read("a", values);
        Assert.Equal([0, 1, 2, 3, 4, -5.5f], values);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], file.ReadRaw("b").ToArray());
    }

    [Fact]
    public void Data_may_lie_at_any_address()
    {
        // The format does not oblige writers to pad the header.
        for (int pad = 0; pad < 8; pad++)
        {
            string path = _folder.Write("unaligned",
                Build("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[2],"data_offsets":[2,10]}}"""
                    + new string(' ', pad), [0x00, 0x3C, .. Singles(1.5f, -2)]));
            using var file = SafetensorsFile.Open(path);
            var half = new float[1];
            var singles = new float[2];
            file.Read("a", half);
            file.Read("b", singles);
            Assert.Equal([1], half);
            Assert.Equal([1.5f, -2], singles);
        }
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("{}   ", 0)]
    [InlineData("{\"__metadata__\":null}", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4)]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"c":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}""", 4)]
    [InlineData("""{"a":{"data_offsets":[0,2],"shape":[2],"dtype":"BOOL","later":{"x":[[[1]]]}}}""", 2)]
    [InlineData("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}""", 1)]
    [InlineData("""{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}""", 3)]
    public void Accepts_what_the_reference_accepts(string json, int dataLength)
    {
        using var file = SafetensorsFile.Open(_folder.Write("ok", Build(json, new byte[dataLength])));
        Assert.Equal(dataLength, file.Tensors.Sum(t => t.End - t.Begin));
    }

    [Fact]
    public void Knows_every_dtype_and_its_size()
    {
        (string Name, int Bytes)[] dtypes =
        [
            ("BOOL", 1), ("U8", 1), ("I8", 1), ("F8_E5M2", 1), ("F8_E4M3", 1), ("F8_E8M0", 1), ("I16", 2), ("U16", 2), ("F16", 2),
            ("BF16", 2),
            ("I32", 4), ("U32", 4), ("F32", 4), ("C64", 8), ("F64", 8), ("I64", 8), ("U64", 8),
        ];
        foreach (var (name, bytes) in dtypes)
        {
            string json = $$$"""{"t":{"dtype":"{{{name}}}","shape":[3],"data_offsets":[0,{{{3 * bytes}}}]}}""";
            using var file = SafetensorsFile.Open(_folder.Write(name, Build(json, new byte[3 * bytes])));
            Assert.Equal(name, file.Tensors[0].Dtype.ToString());
            Assert.Equal(3 * bytes, file.ReadRaw("t").Length);
            if (name is "F32" or "F16" or "BF16")
            {
                file.Read("t", new float[3]);
                continue;
            }
            var e = Assert.Throws<NotSupportedException>(() => file.Read("t", new float[3]));
            Assert.Contains("'t'", e.Message, StringComparison.Ordinal);
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
        // F4 and the two F6 are in the test above; a new member of the enum must come here or there.
        Assert.Equal(dtypes.Length + 3, Enum.GetValues<SafetensorsDtype>().Length);
    }

    [Fact]
    public void Errors_of_the_caller_name_tensor_expected_and_actual()
    {
        string path = _folder.Write("a", Build("""{"conv1.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", Singles(1, 2)));
        var file = SafetensorsFile.Open(path);
        var values = new float[3];
        var length = Assert.Throws<ArgumentException>(() => file.Read("conv1.weight", values));
        Assert.Contains("'conv1.weight'", length.Message, StringComparison.Ordinal);
        Assert.Contains("room for 2 elements, shape [2], actual 3", length.Message, StringComparison.Ordinal);
        Assert.Equal([0, 0, 0], values);

        var missing = Assert.Throws<KeyNotFoundException>(() => file.Read("conv1.wieght", values));
        Assert.Contains("no tensor 'conv1.wieght'; nearest of its 1: 'conv1.weight'", missing.Message, StringComparison.Ordinal);

        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("conv1.weight", new float[2]));
        Assert.Throws<ObjectDisposedException>(() => file.ReadRaw("conv1.weight"));
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(_folder.File("none")));
        Assert.Throws<UnauthorizedAccessException>(() => SafetensorsFile.Open(_folder.Path));
    }

    [Fact]
    public void A_refused_file_is_not_kept_open()
    {
        string path = _folder.Write("a", Build("{}", [1]));
        Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path));
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(11, exclusive.Length);
    }
}
