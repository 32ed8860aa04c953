using ModelGen.Safetensors;
using static ModelGen.Tests.Weights.SafetensorsBytes;

namespace ModelGen.Tests.Weights;

/// <summary>
/// Damaged and hostile files: each is refused by the one exception type, and its message names file, expected and actual.
/// </summary>
public sealed class HostileSafetensorsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    sealed record Case(string Name, byte[] Content, string Problem, string Expected, string Actual);

    static byte[] One(string tensor, int dataLength = 4) => Build($$"""{"t":{{tensor}}}""", new byte[dataLength]);

    static string F32(string shape, string offsets) => $$"""{"dtype":"F32","shape":{{shape}},"data_offsets":{{offsets}}}""";

    static readonly Case[] s_cases =
    [
        // The prefix.
        new("empty file", [], "there is nothing to read", "a file on disk", "actual an empty file, a pipe or a device"),
        new("7 bytes", new byte[7], "inside the header length", "at least 8 bytes", "actual 7"),
        new("header bomb", Prefix(ulong.MaxValue), "header is too long", "at most 100000000 bytes", "actual 18446744073709551615"),
        new("header negative", Prefix(1UL << 63), "header is too long", "at most 100000000 bytes", "actual 9223372036854775808"),
        new("header one over the limit", Prefix(100_000_001), "header is too long", "at most 100000000 bytes", "actual 100000001"),
        new("header at the limit, absent", Prefix(100_000_000), "ends inside the header", "100000000 bytes", "actual 0 bytes left"),
        new("header cut", [.. Prefix(10), .. "{}"u8], "ends inside the header", "a header of 10 bytes", "actual 2 bytes left"),
        new("header of no bytes", Prefix(0), "not a JSON object", "'{'", "an empty header"),

        // The JSON.
        new("header starts with a space", Build(" {}"), "not a JSON object", "'{'", "byte 0x20"),
        new("header with byte order mark", Build([0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}']), "not a JSON object", "'{'", "byte 0xef"),
        new("header is an array", Build("[]"), "not a JSON object", "'{'", "byte 0x5b"),
        new("bad UTF-8", Build([.. "{\"a"u8, 0xC3, 0x28, .. "\":1}"u8]), "not text", "valid UTF-8", "header byte 3"),
        new("UTF-8 surrogate", Build([.. "{\""u8, 0xED, 0xA0, 0x80, .. "\":1}"u8]), "not text", "valid UTF-8", "header byte 2"),
        new("cut JSON", Build("""{"t":{"dtype":"""), "not valid JSON", "one JSON object", "BytePositionInLine"),
        new("comment", Build("{/**/}"), "not valid JSON", "one JSON object", "actual '/'"),
        new("trailing comma", Build("""{"__metadata__":{},}"""), "not valid JSON", "one JSON object", "trailing comma"),
        new("zero padding", Build("{}\0\0"), "not valid JSON", "one JSON object", "0x00"),
        new("second object", Build("{}{}"), "not valid JSON", "one JSON object", "'{'"),
        new("deep nesting", Build("""{"t":{"x":""" + new string('[', 100_000)), "not valid JSON", "one JSON object", "depth"),
        new("unpaired surrogate in a name", Build("""{"\ud800":{}}"""), "not text", "paired surrogates", "header byte 1"),
        new("unpaired surrogate in a tensor's key", One("""{"\ud800":0,"dtype":"F32"}"""), "not text", "paired surrogates", "unpaired"),
        new("escaped key twice", One("""{"\u0064type":"F32","dtype":"F32"}"""), "twice in tensor 't'", "each key once", "'dtype' twice"),
        new("unpaired surrogate in a dtype", One("""{"dtype":"\udc00"}"""), "not text", "paired surrogates", "unpaired"),

        // Keys.
        new("tensor twice",
            Build("""{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"""),
            "twice in the header", "each key once", "'t' twice"),
        new("tensor twice, one escaped",
            Build("""{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0074":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"""),
            "twice in the header", "each key once", "'t' twice"),
        new("metadata twice", Build("""{"__metadata__":{},"__metadata__":{}}"""), "twice in the header", "each key once",
            "'__metadata__' twice"),
        new("metadata key twice", Build("""{"__metadata__":{"k":"1","k":"2"}}"""), "twice in '__metadata__'", "each key once", "'k' twice"),
        new("dtype twice", One("""{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}"""), "twice in tensor 't'",
            "each key once", "'dtype' twice"),
        new("shape twice", One("""{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}"""), "twice in tensor 't'", "each key once",
            "'shape' twice"),
        new("offsets twice", One("""{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}"""), "twice in tensor 't'",
            "each key once", "'data_offsets' twice"),
        new("unknown key twice", One("""{"x":1,"x":2,"dtype":"F32","shape":[1],"data_offsets":[0,4]}"""), "twice in tensor 't'",
            "each key once", "'x' twice"),
        new("no dtype", One("""{"shape":[1],"data_offsets":[0,4]}"""), "tensor 't' lacks a key", "'dtype'", "none"),
        new("no shape", One("""{"dtype":"F32","data_offsets":[0,4]}"""), "tensor 't' lacks a key", "'shape'", "none"),
        new("no offsets", One("""{"dtype":"F32","shape":[1]}"""), "tensor 't' lacks a key", "'data_offsets'", "none"),

        // Kinds of values.
        new("tensor is a number", One("5"), "tensor 't' is of the wrong kind", "an object", "a number"),
        new("metadata is a list", Build("""{"__metadata__":[]}"""), "'__metadata__' is of the wrong kind", "an object of strings",
            "an array"),
        new("metadata value is a number", Build("""{"__metadata__":{"k":1}}"""), "metadata value 'k'", "a string", "a number"),
        new("dtype is a number", One("""{"dtype":32,"shape":[1],"data_offsets":[0,4]}"""), "dtype of tensor 't'", "a string", "a number"),
        new("dtype unknown", One("""{"dtype":"F33","shape":[1],"data_offsets":[0,4]}"""), "dtype of tensor 't' is unknown", "F32", "'F33'"),
        new("dtype in lower case", One("""{"dtype":"f32","shape":[1],"data_offsets":[0,4]}"""), "dtype of tensor 't' is unknown", "F32",
            "'f32'"),
        new("shape is null", One("""{"dtype":"F32","shape":null,"data_offsets":[0,4]}"""), "shape of tensor 't'", "an array of integers",
            "null"),
        new("dimension is a string", One(F32("[\"1\"]", "[0,4]")), "shape of tensor 't'", "an integer", "a string"),
        new("dimension negative", One(F32("[-1]", "[0,4]")), "shape of tensor 't'", "from 0 to 2^63 - 1", "'-1'"),
        new("dimension minus zero", One(F32("[-0]", "[0,0]"), 0), "shape of tensor 't'", "from 0 to 2^63 - 1", "'-0'"),
        new("dimension with fraction", One(F32("[1.0]", "[0,4]")), "shape of tensor 't'", "from 0 to 2^63 - 1", "'1.0'"),
        new("dimension with exponent", One(F32("[1e0]", "[0,4]")), "shape of tensor 't'", "from 0 to 2^63 - 1", "'1e0'"),
        new("dimension over 64 bits", One(F32("[18446744073709551617]", "[0,4]")), "shape of tensor 't'", "from 0 to 2^63 - 1",
            "'18446744073709551617'"),
        new("offset negative", One(F32("[1]", "[-4,0]")), "data_offsets of tensor 't'", "from 0 to 2^63 - 1", "'-4'"),
        new("three offsets", One(F32("[1]", "[0,4,8]")), "data_offsets", "2 numbers", "actual 3"),
        new("one offset", One(F32("[1]", "[0]")), "data_offsets", "2 numbers", "actual 1"),

        // Sizes.
        new("end before begin", One(F32("[1]", "[4,0]")), "data_offsets", "an end of at least 4", "actual 0"),
        new("shape too big", One(F32("[2]", "[0,4]")), "size of tensor 't'", "8 bytes for shape [2] of F32",
            "4 bytes in data_offsets [0, 4]"),
        new("shape too small", One(F32("[2,0]", "[0,4]")), "size of tensor 't'", "0 bytes for shape [2, 0] of F32", "4 bytes"),
        new("product overflows to the right size", One(F32("[4294967296,4294967296,1]", "[0,0]"), 0), "size of tensor 't' overflows",
            "0 bytes", "[4294967296, 4294967296, 1] of F32"),
        new("overflow before a zero", One(F32("[4294967296,4294967296,0]", "[0,0]"), 0), "size of tensor 't' overflows", "0 bytes",
            "more than 2^63 - 1 bits"),
        new("bits overflow", One("""{"dtype":"F64","shape":[288230376151711744],"data_offsets":[0,0]}""", 0),
            "size of tensor 't' overflows", "0 bytes", "[288230376151711744] of F64"),
        new("half a byte", One("""{"dtype":"F4","shape":[3],"data_offsets":[0,1]}""", 1), "does not end at a byte", "a multiple of 8 bits",
            "12 bits, 3 x F4"),

        // The layout of the data.
        new("first tensor not at 0", One(F32("[1]", "[4,8]"), 8), "tensor 't' leaves a gap after the start of the data", "begin 0",
            "begin 4"),
        new("gap", Build($$"""{"a":{{F32("[1]", "[0,4]")}},"b":{{F32("[1]", "[8,12]")}}}""", new byte[12]),
            "tensor 'b' leaves a gap after tensor 'a'", "begin 4", "begin 8"),
        new("overlap", Build($$"""{"b":{{F32("[2]", "[4,12]")}},"a":{{F32("[2]", "[0,8]")}}}""", new byte[12]),
            "tensor 'b' overlaps tensor 'a'", "begin 8", "begin 4"),
        new("same range", Build($$"""{"a":{{F32("[1]", "[0,4]")}},"b":{{F32("[1]", "[0,4]")}}}""", new byte[4]),
            "tensor 'b' overlaps tensor 'a'", "begin 4", "begin 0"),
        new("data cut", One(F32("[2]", "[0,8]"), 7), "the file ends inside tensor 't'", "8 bytes of data", "actual 7"),
        new("claims an exabyte", One(F32("[288230376151711743]", "[0,1152921504606846972]")), "the file ends inside tensor 't'",
            "1152921504606846972 bytes", "actual 4"),
        new("trailing byte", One(F32("[1]", "[0,4]"), 5), "goes on after the last tensor", "4 bytes of data", "actual 5"),
        new("data without tensors", Build("{}", new byte[1]), "without tensors", "0 bytes of data", "actual 1"),
        new("name with line break and escape", Build("{\"a\\n\\u001b[31m\":1}"), "'a\\u000a\\u001b[31m'", "an object", "a number"),
    ];

    public static TheoryData<string> CaseNames => new(s_cases.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Is_refused_with_a_message_that_explains(string name)
    {
        var c = s_cases.Single(c => c.Name == name);
        string path = _folder.Write("hostile.safetensors", c.Content);
        var e = Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Equal(path, e.Path);
        Assert.Contains(c.Problem, e.Problem, StringComparison.Ordinal);
        Assert.Contains(c.Expected, e.Expected, StringComparison.Ordinal);
        // "actual 0" in the table pins the start of the text, so that 0 does not match in 10.
        Assert.Contains(c.Actual, c.Actual.StartsWith("actual ", StringComparison.Ordinal) ? "actual " + e.Actual : e.Actual,
            StringComparison.Ordinal);
        Assert.Contains($"(expected {e.Expected}, actual {e.Actual})", e.Message, StringComparison.Ordinal);
    }

    static readonly byte[] s_valid = Build(
        $$$"""{"__metadata__":{"k":"v"},"a":{{{F32("[2,2]", "[0,16]")}}},"ü":{"dtype":"F16","shape":[3],"data_offsets":[16,22]}} """,
        new byte[22]);

    [Fact]
    public void Every_truncation_is_refused()
    {
        using (SafetensorsFile.Open(_folder.Write("whole", s_valid))) { }
        for (int length = 0; length < s_valid.Length; length++)
        {
            string path = _folder.Write("cut", s_valid[..length]);
            Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void Every_changed_byte_is_refused_or_read_consistently()
    {
        byte[] values = [0, 1, 0x20, (byte)'"', (byte)'0', (byte)'9', (byte)'[', (byte)'}', 0x7F, 0x80, 0xFF];
        int headerEnd = s_valid.Length - 22, refused = 0, accepted = 0;
        for (int i = 0; i < headerEnd; i++)
        {
            foreach (byte value in values)
            {
                byte[] content = [.. s_valid];
                content[i] = value;
                string path = _folder.Write("changed", content);
                try
                {
                    using var file = SafetensorsFile.Open(path);
                    foreach (var tensor in file.Tensors) Assert.Equal(tensor.End - tensor.Begin, file.ReadRaw(tensor.Name).Length);
                    accepted++;
                }
                catch (InvalidSafetensorsException)
                {
                    refused++;
                }
            }
        }
        Assert.True(refused > accepted, $"{refused} refused, {accepted} accepted");
    }

    [Fact]
    public void A_claimed_size_is_never_allocated()
    {
        string path = _folder.Write("bomb", One(F32("[288230376151711743]", "[0,1152921504606846972]")));
        Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path));
        string header = _folder.Write("header", Prefix(100_000_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(header));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_megabyte_of_name_does_not_flood_the_message()
    {
        string path = _folder.Write("long", Build("{\"" + new string('x', 1_000_000) + "\":1}"));
        var e = Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.InRange(e.Message.Length, 1, path.Length + 500);
        Assert.Contains("1000000 characters", e.Message, StringComparison.Ordinal);
    }
}
