using System.Globalization;
using System.Text;
using ModelGen.Safetensors;

namespace ModelGen.Tests.Weights;

/// <summary>The same bytes and the same messages under every user's settings.</summary>
public sealed class WeightsCultureTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tr-TR")] // i and I are not a pair
    [InlineData("de-DE")] // 1.234,5
    [InlineData("sv-SE")] // minus is U+2212
    [InlineData("ar-SA")] // its own digits and calendar
    public void Nothing_depends_on_the_culture(string name)
    {
        var (bytes, messages) = Everything(CultureInfo.InvariantCulture);
        var (otherBytes, otherMessages) = Everything(new CultureInfo(name));
        Assert.Equal(bytes, otherBytes);
        Assert.Equal(messages, otherMessages);
    }

    (byte[] Bytes, string Messages) Everything(CultureInfo culture)
    {
        var (before, beforeUi) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
        try
        {
            string path = _folder.File("i.safetensors");
            ParameterInfo[] parameters = [new("INIT.i.weight", [1000, 2], 0, ParameterInitializer.Uniform, 0.25f),
                new("ı.bias", [2], 2000, ParameterInitializer.Zeros)];
            var weights = new SmallWeights(parameters, 2002);
            weights.Initialize(-12345);
            weights.Save(path);
            byte[] bytes = File.ReadAllBytes(path);

            var loaded = new SmallWeights(parameters, 2002);
            loaded.Load(path, rejectNonFinite: true);
            Assert.Equal(weights.AllValues.ToArray(), loaded.AllValues.ToArray());

            var messages = new StringBuilder();
            void Note(Action action) => messages.AppendLine(Assert.ThrowsAny<Exception>(action).Message);
            Note(() => new SmallWeights().Load(path));
            weights.Mutable("INIT.i.weight")[1234] = float.NegativeInfinity;
            weights.Save(path);
            Note(() => loaded.Load(path, rejectNonFinite: true));
            Note(() => _ = weights["INIT.I.weight"].Length);
            Note(() => _ = new ParameterInfo("w", [-1], 0, ParameterInitializer.Zeros));
            Note(() => _ = new ParameterInfo("w", [1], -1234, ParameterInitializer.Zeros));
            Note(() => _ = new ParameterInfo("w", [1], 0, ParameterInitializer.Zeros, -0.5f));
            Note(() => SafetensorsWriter.Write(path, [new("t", [-1234567], default)]));
            foreach (string json in new[] { "{]", """{"t":{"dtype":"F32","shape":[1234567],"data_offsets":[0,4]}}""" })
                Note(() => SafetensorsFile.Open(_folder.Write("bad", SafetensorsBytes.Build(json))).Dispose());
            return (bytes, messages.ToString());
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeUi);
        }
    }
}
