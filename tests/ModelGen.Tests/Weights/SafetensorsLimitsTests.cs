using System.Globalization;
using System.Text;
using ModelGen.Safetensors;
using static ModelGen.Tests.Weights.SafetensorsBytes;

namespace ModelGen.Tests.Weights;

/// <summary>
/// Headers that describe so much that reading them would take seconds and a gigabyte, and files that change while they are read.
/// </summary>
public sealed class SafetensorsLimitsTests : IDisposable
{
    private const long Allowed = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Each header is within the format's 100,000,000 bytes.</summary>
    [Theory]
    [InlineData("a million empty tensors")]
    [InlineData("30 million dimensions")]
    [InlineData("3 million unknown keys in a tensor")]
    [InlineData("a key of 90 MB")]
    [InlineData("a thousand keys of 90 KB")]
    [InlineData("an escaped key of 90 MB")]
    [InlineData("a dtype of 90 MB")]
    [InlineData("5 million keys of metadata")]
    [InlineData("a metadata value of 90 MB")]
    [InlineData("30 million offsets")]
    public void AHeaderThatDescribesTooMuchIsRefused(string what)
    {
        byte[] content = Build(Header(what));
        string path = _folder.Write("limits", content);
        foreach (SafetensorsAccess access in Enum.GetValues<SafetensorsAccess>())
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var e = Assert.Throws<InvalidSafetensorsException>(() => SafetensorsFile.Open(path, access));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before - content.Length, 0, Allowed);
            Assert.Equal("the header describes too much", e.Problem);
            Assert.Contains("at most 50331648 bytes of memory", e.Expected, StringComparison.Ordinal);
            Assert.Contains("more, at header byte ", e.Actual, StringComparison.Ordinal);
            Assert.InRange(e.Message.Length, 0, 1000);
        }
    }

    /// <summary>What is skipped costs no memory, and no model has so many tensors as are read.</summary>
    [Theory]
    [InlineData("60,000 tensors")]
    [InlineData("40 million numbers in an unknown key")]
    public void ALargeHeaderWithinTheLimitIsRead(string what)
    {
        byte[] content = Build(Header(what));
        string path = _folder.Write("limits", content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before - content.Length, 0, Allowed);
        Assert.Equal(what.StartsWith("60", StringComparison.Ordinal) ? 60_000 : 1, file.Tensors.Count);
    }

    private static string Header(string what)
    {
        const string Empty = "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
        return what switch
        {
            "a million empty tensors" => "{" + Join(1_000_000, i => $"\"{i}\":{Empty}") + "}",
            "60,000 tensors" => "{" + Join(60_000, i => $"\"layers.{i}.attention.weight\":{Empty}") + "}",
            "30 million dimensions" => "{\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,0],\"shape\":[" + Join(30_000_000, _ => "0") + "]}}",
            "30 million offsets" => "{\"t\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[" + Join(30_000_000, _ => "0") + "]}}",
            "40 million numbers in an unknown key" => "{\"t\":{\"x\":[" + Join(40_000_000, _ => "0") + "]," + Empty[1..] + "}",
            "3 million unknown keys in a tensor" => "{\"t\":{" + Join(3_000_000, i => $"\"{i}\":0") + "," + Empty[1..] + "}",
            "a key of 90 MB" => "{\"" + new string('k', 90_000_000) + $"\":{Empty}}}",
            "a thousand keys of 90 KB" => "{" + Join(1000, i => $"\"{new string('k', 90_000)}{i}\":{Empty}") + "}",
            "an escaped key of 90 MB" => "{\"" + string.Concat(Enumerable.Repeat("\\u0061", 15_000_000)) + $"\":{Empty}}}",
            "a dtype of 90 MB" => "{\"t\":{\"dtype\":\"" + new string('k', 90_000_000) + "\"}}",
            "5 million keys of metadata" => "{\"__metadata__\":{" + Join(5_000_000, i => $"\"{i}\":\"\"") + "}}",
            _ => "{\"__metadata__\":{\"k\":\"" + new string('k', 90_000_000) + "\"}}",
        };

        static string Join(int count, Func<int, string> item)
        {
            var text = new StringBuilder();
            for (int i = 0; i < count; i++)
                text.Append(i == 0 ? "" : ",").Append(item(i));
            return text.ToString();
        }
    }

    /// <summary>What cannot be read back is not written.</summary>
    [Fact]
    public void TheWriterHasTheSameLimits()
    {
        string path = _folder.File("written");
        SafetensorsTensor[] tensors = [.. Enumerable.Range(0, 100_000)
            .Select(i => new SafetensorsTensor(i.ToString(CultureInfo.InvariantCulture), [0], default))];
        Assert.Contains("the header describes too much",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, tensors)).Message, StringComparison.Ordinal);
        var metadata = new Dictionary<string, string> { ["k"] = new('k', 30_000_000) };
        Assert.Contains("the header describes too much",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [], metadata)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));

        SafetensorsWriter.Write(path, tensors[..60_000], new Dictionary<string, string> { ["k"] = new('k', 2_000_000) });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(60_000, file.Tensors.Count);
    }

    /// <summary>Long keys and many of them, none of which fits: suggestions end with their budget.</summary>
    [Fact]
    public void AFileOfOtherKeysIsRefusedInBoundedMemory()
    {
        string path = _folder.File("others");
        SafetensorsWriter.Write(path, [.. Enumerable.Range(0, 20_000)
            .Select(i => new SafetensorsTensor(new string((char)('a' + i % 26), 200) + i, [0], default))]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<WeightsMismatchException>(() => new SmallWeights().Load(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before - new FileInfo(path).Length, 0, Allowed);
        Assert.Equal((6, 20_000), (e.Missing.Count, e.Unexpected.Count));
    }

    [Fact]
    public void AFileThatIsCutShortWhileItIsReadIsAnError()
    {
        string path = _folder.File("cut");
        SafetensorsWriter.Write(path, [new("a", [1000], new float[1000]), new("b", [3_000_000], new float[3_000_000])]);
        using SafetensorsFile file = SafetensorsFile.Open(path, SafetensorsAccess.Read);
        Assert.False(file.IsMapped);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            other.SetLength(100_000);

        file.Read("a", new float[1000]);
        var e = Assert.Throws<InvalidSafetensorsException>(() => file.Read("b", new float[3_000_000]));
        Assert.Equal("the file was cut short while it was read", e.Problem);
        Assert.Throws<InvalidSafetensorsException>(() => { file.ReadRaw("b"); });
    }

    [Theory]
    [InlineData(SafetensorsAccess.Automatic, 1000, false)]
    [InlineData(SafetensorsAccess.Automatic, 2_000_000, true)]
    [InlineData(SafetensorsAccess.Read, 2_000_000, false)]
    [InlineData(SafetensorsAccess.Mapped, 1000, true)]
    public void LargeFilesAreMappedUnlessTheCallerSaysOtherwise(SafetensorsAccess access, int length, bool mapped)
    {
        string path = _folder.File("w");
        float[] values = [.. Enumerable.Range(0, length).Select(i => (float)i)];
        SafetensorsWriter.Write(path, [new("t", [length], values)]);
        var file = SafetensorsFile.Open(path, access);
        Assert.Equal(mapped, file.IsMapped);
        var read = new float[length];
        file.Read("t", read);
        Assert.Equal(values, read);
        Assert.Equal(length * sizeof(float), file.ReadRaw("t").Length);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("t", read));
        Assert.Throws<ArgumentOutOfRangeException>(() => SafetensorsFile.Open(path, (SafetensorsAccess)3));
    }
}
